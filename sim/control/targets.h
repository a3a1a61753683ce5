// One operation of the host on a devmap, devmap hash, cpumap or xskmap, whose slots hold targets:
// results and effects as in Linux, in which each type has rules of its own.
#pragma once

#include "frontend/object/object.h"
#include "sim/engine.h"
#include "support/control_format.h"

#include <span>

namespace pw {

// value: map.value_size bytes; those of a look-up go there. `slots`: a target of 4 bytes each. What
// Linux asks of the machine is always there: interfaces, CPUs, sockets. An entry has no program of
// its own. -> 0 or -errno; what fails changes nothing.
int change_target(const MapDefinition& map, control::Operation, std::span<const std::uint8_t> key,
                  std::span<std::uint8_t> value, unsigned flags, MapContents& slots);

} // namespace pw
