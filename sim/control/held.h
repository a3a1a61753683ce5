// Operations on maps that packets don't change as the host does, done between two runs while
// nothing is inside the pipeline.
#pragma once

#include "sim/engine.h"
#include "support/control_protocol.h"

namespace pw {

// Has the map entries that the host can read or change in this way?
bool held_kind(const MapDefinition&);

// Executes the operation in `packet` (support/control_format.h), whose sizes are right: its answer
// stands there afterwards. Values of program arrays and maps of maps are numbers of 4 bytes, as in
// Linux: indices into Object::programs and Object::maps. Throws Failure where the pipeline can't
// hold what it is given, such as a program that it was not compiled with.
void execute_held(control::Bytes& packet, const Object&, Engine&);

// All of a map: key, value, key, ... Keys of queues and stacks have no bytes; what would be taken
// next comes first.
std::vector<control::Bytes> dump_held(const MapDefinition&, const Object&, Engine&);

} // namespace pw
