#include "backends/nfp/allocate/flow.h"

#include <algorithm>

namespace pw::nfp {

bool jumps_always(const Block& b) {
  return b.branch && b.branch->op == Op::Branch && b.branch->condition == Condition::Always;
}

bool exits(const Block& b) {
  if (b.branch && !b.taken)
    return true;
  return !jumps_always(b) && !b.next;
}

std::vector<BlockId> successors(const Block& b) {
  std::vector<BlockId> out;
  if (b.branch && b.taken)
    out.push_back(*b.taken);
  if (b.next && !jumps_always(b) && (out.empty() || out[0] != *b.next))
    out.push_back(*b.next);
  return out;
}

std::vector<std::vector<BlockId>> predecessors(const Function& f) {
  std::vector<std::vector<BlockId>> out(f.blocks.size());
  for (BlockId b = 0; b < f.blocks.size(); ++b)
    for (BlockId s : successors(f.blocks[b]))
      out[s].push_back(b);
  return out;
}

std::vector<BlockId> reverse_post_order(const Function& f) {
  std::vector<BlockId> post;
  std::vector<bool> seen(f.blocks.size());
  struct Frame {
    BlockId block;
    std::vector<BlockId> left;
  };
  std::vector<Frame> stack;
  const auto enter = [&](BlockId b) {
    seen[b] = true;
    stack.push_back({b, successors(f.blocks[b])});
  };
  enter(0);
  while (!stack.empty()) {
    Frame& top = stack.back();
    if (top.left.empty()) {
      post.push_back(top.block);
      stack.pop_back();
      continue;
    }
    const BlockId s = top.left.back();
    top.left.pop_back();
    if (!seen[s])
      enter(s);
  }
  std::reverse(post.begin(), post.end());
  return post;
}

namespace {

BlockId common_dominator(BlockId a, BlockId b, const std::vector<BlockId>& idom,
                         const std::vector<unsigned>& place) {
  while (a != b) {
    while (place[a] > place[b])
      a = idom[a];
    while (place[b] > place[a])
      b = idom[b];
  }
  return a;
}

} // namespace

std::vector<BlockId> immediate_dominators(const Function& f) {
  const std::vector<BlockId> order = reverse_post_order(f);
  std::vector<unsigned> place(f.blocks.size());
  std::vector<BlockId> idom(f.blocks.size());
  for (BlockId b = 0; b < idom.size(); ++b)
    idom[b] = b;
  std::vector<bool> known(f.blocks.size());
  for (unsigned i = 0; i < order.size(); ++i)
    place[order[i]] = i;
  const auto before = predecessors(f);
  known[0] = true;
  for (bool changed = true; changed;) { // one round for flow without cycles, and one to see it
    changed = false;
    for (BlockId b : order) {
      if (b == 0)
        continue;
      std::optional<BlockId> dominator;
      for (BlockId p : before[b])
        if (known[p])
          dominator = dominator ? common_dominator(*dominator, p, idom, place) : p;
      changed |= !known[b] || idom[b] != *dominator;
      idom[b] = *dominator;
      known[b] = true;
    }
  }
  return idom;
}

void reorder(Function& f, const std::vector<BlockId>& order) {
  std::vector<std::optional<BlockId>> renamed(f.blocks.size());
  for (BlockId i = 0; i < order.size(); ++i)
    renamed[order[i]] = i;
  const auto name = [&](BlockId old) {
    if (!renamed[old])
      throw Failure(
          diagnose("PW-NFP-260", "a block of '" + f.name + "' that is branched to is missing"));
    return *renamed[old];
  };
  std::vector<Block> blocks;
  blocks.reserve(order.size());
  for (BlockId old : order)
    blocks.push_back(std::move(f.blocks[old]));
  f.blocks = std::move(blocks);
  for (Block& b : f.blocks) {
    if (b.taken)
      b.taken = name(*b.taken);
    if (b.next)
      b.next = name(*b.next);
  }
}

void remove_unreachable(Function& f) {
  for (Block& b : f.blocks) { // edges that are never gone don't keep their blocks
    if (!b.branch)
      b.taken.reset();
    if (jumps_always(b))
      b.next.reset();
  }
  std::vector<BlockId> order = reverse_post_order(f);
  if (order.size() == f.blocks.size())
    return;
  std::sort(order.begin(), order.end());
  reorder(f, order);
}

std::size_t bundle_end(const std::vector<Instruction>& body, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < body.size() && body[end].follows)
    ++end;
  return end;
}

} // namespace pw::nfp
