// The machine's rules, checked on what allocation made. Shares no code with the passes.
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/firmware/firmware.h"

namespace pw::nfp {

enum class UnsetReads {
  Refused, // every read place must have been written on all paths
  OnSome,  // the program reads values that LLVM leaves undefined: one path suffices
};

// Throws Failure PW-NFP-260: an operand that its field can't take, two sources of one kind, a read
// of something unset, harmful defer slots, an address of local memory used too early, a block that
// leaves to somewhere else than where its words lead.
void check_code(const Function&, const FirmwareProfile&, UnsetReads);

} // namespace pw::nfp
