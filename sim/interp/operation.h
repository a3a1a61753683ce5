// Operations of the host between packets (support/control_format.h), done on the maps as the kernel
// keeps them.
#pragma once

#include "sim/interp/map_store.h"

namespace pw::interp {

// The answer as the hardware gives it: XDP_TX with the packet. `index` counts among packets.
// Unsupported: Operation::Entry, since nothing here has slots.
PacketResult run_operation(const Packet&, const Object&, std::vector<std::unique_ptr<MapStore>>&,
                           std::uint32_t index);

} // namespace pw::interp
