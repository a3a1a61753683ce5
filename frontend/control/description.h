// What the host's software must know to operate on maps, as JSON: in .sig.json under "control", and
// what a simulation says to those who connect.
#pragma once

#include "frontend/control/control.h"

#include <string>

namespace pw {

// {"program","cpu","maps":[{"id","name","type","type_number","key_bytes","value_bytes",
// "max_entries","flags","access","array","per_cpu"}],"programs":[{"id","name"}]}; id: into
// Object::maps or Object::programs; type: bpftool's word;
// access: "live" (operations), "held" (with the input held), "constant" or "none".
std::string describe_control(const Object&, const Program&, const std::vector<ControlledMap>&,
                             unsigned cpu);

unsigned control_bytes(const std::vector<ControlledMap>&); // of the longest operation

std::string map_type_word(bpf_map_type);

} // namespace pw
