// Blocks in the order that needs the fewest branches: a maximum matching of blocks with the one
// behind them is a cover by the fewest paths, and only the ends of paths cost a branch. The only
// cycles are loops of divisions; where all blocks of one are matched in a circle it is cut.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>

namespace pw::nfp {
namespace {

Instruction jump(const SourceLocation& where) {
  Instruction i;
  i.op = Op::Branch;
  i.condition = Condition::Always;
  i.where = where;
  return i;
}

SourceLocation last_line(const Block& b) {
  if (b.branch)
    return b.branch->where;
  return b.body.empty() ? SourceLocation{} : b.body.back().where;
}

class PathCover {
public:
  explicit PathCover(const Function& f)
      : f_(f), behind_(f.blocks.size()), before_(f.blocks.size()) {
    const std::vector<BlockId> order = reverse_post_order(f);
    for (auto b = order.rbegin(); b != order.rend(); ++b) {
      seen_.assign(f.blocks.size(), false);
      extend(*b);
    }
  }

  std::vector<BlockId> order() const {
    std::vector<BlockId> out;
    std::vector<bool> placed(f_.blocks.size());
    const auto append = [&](BlockId start) {
      for (std::optional<BlockId> b = start; b && !placed[*b]; b = behind_[*b]) {
        placed[*b] = true;
        out.push_back(*b);
      }
    };
    const std::vector<BlockId> starts = reverse_post_order(f_);
    for (BlockId start : starts)
      if (start == 0 || !before_[start] || placed[*before_[start]])
        append(start); // others come with their path
    for (BlockId start : starts)
      append(start); // of a circle
    return out;
  }

private:
  // Finds b a place before one of its successors, moving others where need be.
  bool extend(BlockId b) {
    std::vector<BlockId> candidates = successors(f_.blocks[b]);
    std::reverse(candidates.begin(), candidates.end()); // the one not taken first
    for (BlockId s : candidates) {
      if (seen_[s] || s == 0)
        continue;
      seen_[s] = true;
      if (before_[s] && !extend(*before_[s]))
        continue;
      before_[s] = b;
      behind_[b] = s;
      return true;
    }
    return false;
  }

  const Function& f_;
  std::vector<std::optional<BlockId>> behind_, before_;
  std::vector<bool> seen_;
};

void invert(Instruction& branch) {
  switch (branch.op) {
  case Op::BranchBit:
    branch.bit_set = !branch.bit_set;
    break;
  case Op::BranchByte:
    branch.byte_equal = !branch.byte_equal;
    break;
  default: // the conditions come in pairs
    branch.condition = Condition(unsigned(branch.condition) ^ 1u);
  }
}

// Branch and fall-through of the block so that `behind` can stand behind it; what is left to say
// becomes a block of its own.
std::optional<Block> settle(Block& b, std::optional<BlockId> behind) {
  if (behind && b.branch && !jumps_always(b) && b.taken == behind && b.next != behind) {
    invert(*b.branch);
    std::swap(b.taken, b.next);
  }
  if (jumps_always(b)) {
    b.next = b.taken; // none: the next packet
    b.branch.reset();
    b.taken.reset();
  }
  if (b.next && b.next == behind)
    return std::nullopt;
  Block rest;
  Block& last = b.branch ? rest : b;
  last.branch = jump(last_line(b));
  last.taken = b.next;
  b.next.reset();
  if (&last == &b)
    return std::nullopt;
  return rest;
}

void make_explicit(Function& f) {
  std::vector<Block> extra;
  std::vector<BlockId> order;
  const BlockId count = BlockId(f.blocks.size());
  for (BlockId b = 0; b < count; ++b) {
    order.push_back(b);
    if (auto rest = settle(f.blocks[b], b + 1 < count ? std::optional(b + 1) : std::nullopt)) {
      f.blocks[b].next = count + BlockId(extra.size());
      order.push_back(*f.blocks[b].next);
      extra.push_back(std::move(*rest));
    }
  }
  for (Block& b : extra)
    f.blocks.push_back(std::move(b));
  reorder(f, order);
  for (Block& b : f.blocks)
    if (b.branch)
      b.branch->target =
          b.taken ? Target{Target::Kind::Block, *b.taken} : Target{Target::Kind::Done};
}

} // namespace

void lay_out(Function& f) {
  remove_unreachable(f);
  reorder(f, PathCover(f).order());
  make_explicit(f);
}

} // namespace pw::nfp
