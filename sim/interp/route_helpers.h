// bpf_fib_lookup (net/core/filter.c in Linux 6.18) over the tables that the host fills.
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

std::uint64_t fib_lookup(HelperContext&, const Arguments&);
// tc: without a length the packet's own is compared with the interface's MTU.
std::uint64_t fib_lookup_tc(HelperContext&, const Arguments&);

} // namespace pw::interp
