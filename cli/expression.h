// Values of a pipeline as short expressions: "packet[12..13] == 0x0008".
#pragma once

#include "ir/pipeline.h"

#include <optional>
#include <string>
#include <vector>

namespace pw::cli {

class Expressions {
public:
  explicit Expressions(const pipeline::Pipeline&);

  // Operands are written out down to `depth` levels; deeper ones become "...".
  std::string of(pipeline::ValueId, unsigned depth = 4) const;
  const pipeline::Operation*
      definition(pipeline::ValueId) const; // null for a value that nothing defines
  // Of a comparison: the text of the one that holds exactly if this one doesn't.
  std::string complement(const pipeline::Operation&, unsigned depth = 4) const;
  // "packet[a..b]" or "packet[a]".
  static std::string packet_bytes(int first, unsigned bytes);
  std::string column(const pipeline::Operation&) const; // "flows.value[0..7]"

private:
  // Bytes [first, first + bytes) of the packet, moved up by `shift` bytes within the value.
  struct PacketBytes {
    int first = 0;
    unsigned bytes = 0, shift = 0;
  };
  std::optional<PacketBytes> packet_part(pipeline::ValueId, unsigned depth) const;
  std::optional<PacketBytes> shifted(const pipeline::Operation&, unsigned depth) const;
  std::optional<PacketBytes> joined(const pipeline::Operation&, unsigned depth) const;
  std::optional<PacketBytes> concatenated(const pipeline::Operation&, unsigned depth) const;
  std::optional<PacketBytes> extracted(const pipeline::Operation&, unsigned depth) const;
  std::string network_order(const pipeline::Bits&, unsigned bytes) const;

  std::string operation(const pipeline::Operation&, unsigned depth) const;
  std::string call(const std::string& name, const pipeline::Operation&, unsigned depth,
                   std::size_t first = 0) const;
  std::string binary(const std::string& sign, const pipeline::Operation&, unsigned depth) const;
  std::string extract(const pipeline::Operation&, unsigned depth) const;
  std::string compare(const pipeline::Operation&, unsigned depth) const;

  const pipeline::Pipeline& p_;
  std::vector<const pipeline::Operation*> definitions_;
};

} // namespace pw::cli
