// Which transfer groups hold, at some instruction, what their command has brought on every path.
#pragma once

#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/places.h"

#include <boost/dynamic_bitset.hpp>

#include <vector>

namespace pw::nfp {

using Groups = boost::dynamic_bitset<>;

// Calls visit(instruction, groups that are filled before it) for all instructions, in an order in
// which blocks come behind their predecessors.
template <class Function, class Visit> void walk_filled(Function& f, Visit visit) {
  std::vector<std::optional<Groups>> at_begin(f.blocks.size());
  at_begin[0] = Groups(f.transfers.size());
  for (BlockId b : reverse_post_order(f)) { // no cycles
    Groups filled = *at_begin[b];
    for (auto& i : f.blocks[b].body) {
      visit(i, filled);
      if (i.op == Op::Call)
        filled.reset();
      if (i.op == Op::Command && is_read(i.memory) && i.data.grouped)
        filled.set(i.data.number);
    }
    if (f.blocks[b].branch)
      visit(*f.blocks[b].branch, filled);
    for (BlockId s : successors(f.blocks[b]))
      at_begin[s] = at_begin[s] ? *at_begin[s] & filled : filled;
  }
}

} // namespace pw::nfp
