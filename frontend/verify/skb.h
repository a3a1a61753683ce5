// struct __sk_buff: what tc programs may read and write of it, and what stands behind each field.
#pragma once

#include "support/skb.h"

#include <cstdint>
#include <optional>

namespace pw::verify {

enum class SkbSource : std::uint8_t {
  Data,
  DataEnd,
  DataMeta,   // equal to data: nothing in front of a tc program makes metadata
  Length,     // of the packet as it is now
  WireLength, // as it came
  Interface,
  VlanPresent,
  TstampType,
  Zero,  // napi_id, gso_*, hwtstamp: no frame from the wire has them
  Field, // SkbField
  Cb,    // cb[0] to cb[4]
};

struct SkbPlace {
  SkbSource source;
  unsigned first;        // offset in the context
  unsigned bytes;        // of the field there
  SkbField field{};      // where source is Field
  bool writable = false; // as a whole; cb in parts, too
};

// The field that an access lies in, if Linux 6.18 lets a tc program do that; else nullopt.
std::optional<SkbPlace> skb_place(std::int64_t offset, unsigned bytes, bool write);
// "sk", "flow_keys", ...: fields that Linux knows and hardware has not; "" if there is none.
const char* refused_skb_field(std::int64_t offset);

inline constexpr unsigned ethernet_bytes = 14;
inline constexpr unsigned tc_head_room = 256; // by which a tc program may grow its packet in front

} // namespace pw::verify
