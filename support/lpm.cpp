#include "support/lpm.h"

#include <bit>

namespace pw {

// Many keys in a node make the search short; comparing long keys is what costs logic.
LpmShape lpm_shape(std::uint64_t max_entries, unsigned data_bytes) {
  const unsigned widest = data_bytes <= 8 ? 4 : data_bytes <= 64 ? 3 : 2;
  LpmShape shape;
  shape.intervals = 2 * max_entries + 1;
  const auto bits = static_cast<unsigned>(std::bit_width(shape.intervals - 1));
  // The root stands in registers and may have one bit more.
  while (bits > widest * shape.levels + 1)
    ++shape.levels;
  shape.fan_bits = shape.levels == 1 ? 0 : (bits - 1 + shape.levels - 1) / shape.levels;
  shape.root_bits = bits - shape.fan_bits * (shape.levels - 1);
  return shape;
}

} // namespace pw
