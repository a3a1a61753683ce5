// Memory copied to the stack.
#pragma once

#include "backends/nfp/offload/site.h"

namespace pw::nfp::offload {

struct Source {
  Register base;
  const Known& known; // of base
  int offset = 0;     // bytes from base
};

// At most `left` bytes, as wide as one load may be `done` bytes behind the beginning.
unsigned widest_access(const Source&, unsigned done, unsigned left);
// From there to offset `to` from r10, which is a multiple of 8.
void copy_memory(Sequence&, const Source&, int to, unsigned bytes, Register by_way_of);

bool is_map_call(const isa::Instruction&); // lookup, update or delete

} // namespace pw::nfp::offload
