// An eBPF object file made of a program and the maps it uses: what `ip link set ... xdpoffload obj`
// and libbpf load.
#pragma once

#include "frontend/object/object.h"

#include <cstdint>
#include <vector>

namespace pw::nfp::offload {

// Maps with definitions in BTF, line information. Global data maps must not be referred to.
std::vector<std::uint8_t> write_object(const Object&, const Program&);

} // namespace pw::nfp::offload
