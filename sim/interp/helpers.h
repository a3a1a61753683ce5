// The helper functions, as Linux 6.18 does them in XDP programs.
#pragma once

#include "sim/interp/memory.h"

#include <array>
#include <optional>

namespace pw::interp {

using Arguments = std::array<std::uint64_t, 5>; // r1 .. r5

// What a packet carries besides its bytes.
struct PacketState {
  std::uint64_t time_ns = 0;
  std::uint32_t index = 0;
  std::uint32_t random_calls = 0;
  std::uint32_t redirect_map = 0; // index + 1
  std::uint32_t redirect_key = 0;
  std::uint32_t redirect_ifindex = 0;
  std::uint64_t redirect_flags = 0;
  std::optional<std::uint32_t> queue; // stored in rx_queue_index
  std::vector<std::string> trace;
  std::vector<Event> events;                   // and places for records that are open
  std::map<unsigned, std::uint64_t> ring_used; // by map: bytes that the packet has taken
  struct Record {                              // reserved; by number in Memory
    std::size_t event = 0;
    bool discarded = false;
  };
  std::vector<Record> records;
  // tc programs
  SkbState skb{};
  std::uint32_t wire_length = 0;
  std::int64_t network = 0; // coordinate of the network header
  bool encapsulated = false;
  std::uint8_t tstamp_type = 0;
  std::optional<unsigned> checksum_level; // none: nobody has looked at the checksum

  bool has_vlan() const { return (at(SkbField::VlanTci) | at(SkbField::VlanProto)) != 0; }
  bool is_ipv4() const { return at(SkbField::Protocol) == 0x0008; }
  bool is_ipv6() const { return at(SkbField::Protocol) == 0xdd86; }

private:
  std::uint64_t at(SkbField f) const { return skb[static_cast<unsigned>(f)]; }
};

struct HelperContext {
  Memory& memory;
  std::vector<std::unique_ptr<MapStore>>& maps;
  const Environment& environment;
  PacketState& packet;

  MapStore& map(std::uint64_t pointer) const; // MemoryFault if it is none
  unsigned map_number(std::uint64_t pointer) const;
};

inline std::int64_t length_of(const HelperContext& c) { // of the packet, bytes
  return c.memory.frame.tail - c.memory.frame.head;
}

// What a helper gives back.
inline std::uint64_t error(int negative_errno) {
  return static_cast<std::uint64_t>(std::int64_t{negative_errno});
}

using Helper = std::uint64_t (*)(HelperContext&, const Arguments&);

// nullptr: not supported. bpf_loop and bpf_tail_call are the machine's own.
Helper find_helper(std::uint32_t id);

} // namespace pw::interp
