// Where virtual values come from, for passes that move or share instructions.
#pragma once

#include "backends/nfp/allocate/places.h"

#include <vector>

namespace pw::nfp {

struct Definition {
  unsigned count = 0; // instructions that write it
  BlockId block = 0;  // of the last one seen
  // A LoadValue, or a move of a constant: the value if count is 1.
  std::optional<std::uint32_t> constant;
};

struct Definitions {
  explicit Definitions(const Function&);
  std::vector<Definition> values;
  std::vector<Definition> groups; // transfer groups: commands that fill them
};

bool is_commutative(AluOp);
// The constant that the instruction gives its destination.
std::optional<std::uint32_t> loaded_constant(const Instruction&);

} // namespace pw::nfp
