#pragma once

#include "frontend/object/object.h"

namespace pw::object {

// The tables of support/fib.h, if a program calls bpf_fib_lookup.
void add_route_maps(Object&);

} // namespace pw::object
