// The control flow of a function: edges, orders, dominators.
#pragma once

#include "backends/nfp/code/code.h"

#include <vector>

namespace pw::nfp {

// Always a branch without a condition.
bool jumps_always(const Block&);
// Leaves to the firmware's next packet behind its last instruction.
bool exits(const Block&);
std::vector<BlockId> successors(const Block&); // taken first, each once
std::vector<std::vector<BlockId>> predecessors(const Function&);
// Blocks that the entry reaches, each before its successors, but for the way back of a division's
// loop.
std::vector<BlockId> reverse_post_order(const Function&);
// By block; the entry is its own, unreachable blocks have their own number too.
std::vector<BlockId> immediate_dominators(const Function&);

// Takes unreachable blocks out and renumbers the others, which keep their order.
void remove_unreachable(Function&);
// order[i] = the old number of the block that becomes i. Each reachable block must be in it.
void reorder(Function&, const std::vector<BlockId>& order);

// First instruction behind the bundle that begins at `begin`: instructions that `follows` chains.
std::size_t bundle_end(const std::vector<Instruction>& body, std::size_t begin);

} // namespace pw::nfp
