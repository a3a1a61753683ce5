// The host's interfaces, routes and neighbours in the worker's own network namespace, so that the
// kernel itself answers bpf_fib_lookup.
#pragma once

#include "sim/kernel/devices.h"
#include "sim/routes/routes.h"

namespace pw::kernel {

// `queues`: of the interface with index `ingress`. Throws Failure PW-ENG-004 for what can't be made
// here.
void make_network(const Routes&, Devices&, std::uint32_t ingress, std::uint32_t queues);

} // namespace pw::kernel
