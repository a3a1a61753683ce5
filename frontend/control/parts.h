// Into which pieces the operations of the host cut the values of a map: the same ones as the
// program, so that they cost its fields no column of their own and no bits of another.
#pragma once

#include "frontend/frontend.h"

#include <optional>
#include <vector>

namespace pw::control {

struct Part {
  unsigned offset = 0, bytes = 0;
};

// Pieces that cover the value, ascending; the bytes of a spin lock are left out. nullopt where the
// program chooses bytes by an index.
std::optional<std::vector<Part>> parts_of(const LiftedProgram&, const Object&, unsigned map);

// Is the map looked up or changed by the program at all?
bool uses_map(const LiftedProgram&, unsigned map);

} // namespace pw::control
