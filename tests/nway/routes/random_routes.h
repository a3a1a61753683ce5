// Routes as hosts have them, and stranger ones, and packets that ask for them.
#pragma once

#include "sim/routes/routes.h"

#include <cstdint>
#include <vector>

namespace pw::nway {

Routes random_routes(std::uint32_t seed);
// As tests/nway/routes/lookup.h wants them.
std::vector<Packet> questions(const Routes&, unsigned count, std::uint32_t seed);

} // namespace pw::nway
