// Helpers that move the borders of the frame or copy parts of it (net/core/filter.c in Linux).
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

std::uint64_t adjust_head(HelperContext&, const Arguments&);
std::uint64_t adjust_tail(HelperContext&, const Arguments&);
std::uint64_t adjust_meta(HelperContext&, const Arguments&);
std::uint64_t buffer_length(HelperContext&, const Arguments&);
std::uint64_t check_mtu(HelperContext&, const Arguments&);
std::uint64_t load_bytes(HelperContext&, const Arguments&);
std::uint64_t store_bytes(HelperContext&, const Arguments&);

} // namespace pw::interp
