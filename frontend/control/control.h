// Makes a lifted program take operations of the host between its packets
// (support/control_format.h): a branch at its start that looks up, updates and deletes by the same
// calls as the program. So an operation is exact by construction: it shares slots, forwarding,
// ports and interlocks with packets.
#pragma once

#include "frontend/frontend.h"

#include <optional>
#include <vector>

namespace pw {

// A map that operations reach.
struct ControlledMap {
  unsigned map = 0;             // into Object::maps
  std::optional<unsigned> keys; // of a hash: the array that keeps its keys by slot
  unsigned bytes = 0;           // of an operation's packet
};

// Adds the branch, and to the object an array "NAME.keys" for each hash: its value is the key and,
// behind it, a SlotState. Maps that are left out are those of which the program chooses bytes of
// the value by an index, whose operations would be longer than control::longest, that the program
// doesn't use, and whose type packets can't change (LPM tries, redirect and program maps).
std::vector<ControlledMap> add_control(LiftedProgram&, Object&);

} // namespace pw
