// The flow of blocks: empty ones are jumped over, a branch whose ways are one goes, a block whose
// only way leads to a block with no other way in takes it over.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

namespace pw::nfp {
namespace {

class Simplifier {
public:
  explicit Simplifier(Function& f) : f_(f) {}

  bool run() {
    bool any = false;
    for (bool changed = true; changed;) {
      remove_unreachable(f_);
      changed = normalize() | thread() | join();
      any |= changed;
    }
    return any;
  }

private:
  // Jumps become `next`; branches that lead to one place whichever way go.
  bool normalize() {
    bool any = false;
    for (Block& b : f_.blocks) {
      const bool always = jumps_always(b);
      if (!b.branch || (!always && b.taken != b.next))
        continue;
      if (always)
        b.next = b.taken;
      b.branch.reset();
      b.taken.reset();
      any = true;
    }
    return any;
  }

  static bool is_empty(const Block& b) { return b.body.empty() && !b.branch; }

  // Where an edge leads behind all empty blocks; nothing: the next packet.
  std::optional<BlockId> end_of(std::optional<BlockId> edge) const {
    while (edge && *edge != 0 && is_empty(f_.blocks[*edge]) && f_.blocks[*edge].next != edge)
      edge = f_.blocks[*edge].next;
    return edge;
  }

  bool thread() {
    bool any = false;
    const auto follow = [&](std::optional<BlockId>& edge) {
      const auto end = end_of(edge);
      any |= end != edge;
      edge = end;
    };
    for (Block& b : f_.blocks) {
      if (b.branch && b.taken) {
        follow(b.taken);
        if (!b.taken)
          b.branch->target = {Target::Kind::Done};
      }
      follow(b.next);
    }
    return any;
  }

  bool join() {
    bool any = false;
    const auto before = predecessors(f_);
    std::vector<bool> gone(f_.blocks.size());
    for (BlockId b = 0; b < f_.blocks.size(); ++b) {
      Block& block = f_.blocks[b];
      while (!gone[b] && !block.branch && block.next && *block.next != 0 && *block.next != b &&
             before[*block.next].size() == 1) {
        const BlockId n = *block.next;
        Block taken = std::move(f_.blocks[n]);
        f_.blocks[n] = {};
        gone[n] = true;
        for (Instruction& i : taken.body)
          block.body.push_back(std::move(i));
        block.branch = std::move(taken.branch);
        block.taken = taken.taken;
        block.next = taken.next;
        any = true;
      }
    }
    return any;
  }

  Function& f_;
};

} // namespace

bool simplify_flow(Function& f) { return Simplifier(f).run(); }

} // namespace pw::nfp
