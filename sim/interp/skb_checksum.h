// Checksums in the packet that follow a field that changed.
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

std::uint64_t l3_csum_replace(HelperContext&, const Arguments&);
std::uint64_t l4_csum_replace(HelperContext&, const Arguments&);

} // namespace pw::interp
