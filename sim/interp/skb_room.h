// Helpers of tc programs that move the borders of the packet.
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

std::uint64_t vlan_push(HelperContext&, const Arguments&);
std::uint64_t vlan_pop(HelperContext&, const Arguments&);
std::uint64_t change_head(HelperContext&, const Arguments&);
std::uint64_t change_tail(HelperContext&, const Arguments&);
std::uint64_t change_proto(HelperContext&, const Arguments&);
std::uint64_t adjust_room(HelperContext&, const Arguments&);

} // namespace pw::interp
