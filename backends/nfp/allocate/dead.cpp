// alu[x, a, +, b] with x and the condition codes unread: gone. Bundles (`follows`) lose their
// unread end only.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>

namespace pw::nfp {
namespace {

class Sweep {
public:
  Sweep(Function& f) : f_(f), places_(f), live_(f, places_) {}

  bool run() {
    bool any = false;
    for (BlockId b = 0; b < f_.blocks.size(); ++b)
      any |= sweep(b);
    return any;
  }

private:
  bool sweep(BlockId b) {
    std::vector<Instruction> kept; // last first
    PlaceSet live = live_.at_end(b);
    Block& block = f_.blocks[b];
    Effects e;
    if (block.branch) {
      effects(*block.branch, places_, e);
      step_back(e, live);
    }
    bool any = false;
    for (auto i = block.body.rbegin(); i != block.body.rend(); ++i) {
      effects(*i, places_, e);
      const bool followed = !kept.empty() && kept.back().follows;
      const bool needed =
          has_side_effect(*i) || followed ||
          std::any_of(e.writes.begin(), e.writes.end(), [&](Place p) { return live.test(p); });
      if (!needed) {
        any = true;
        continue;
      }
      trim(*i, e, live);
      step_back(e, live);
      kept.push_back(std::move(*i));
    }
    std::reverse(kept.begin(), kept.end());
    block.body = std::move(kept);
    return any;
  }

  // A destination that nothing reads isn't written. Only plain values: a dead register costs
  // nothing.
  void trim(Instruction& i, const Effects&, const PlaceSet& live) {
    if (i.op != Op::Alu && i.op != Op::Shift)
      return;
    if (i.dst.kind == Operand::Kind::Virtual && !live.test(i.dst.number))
      i.dst = none();
  }

  Function& f_;
  Places places_;
  Liveness live_;
};

} // namespace

bool remove_dead(Function& f) {
  bool any = false;
  while (Sweep(f).run())
    any = true;
  return any;
}

} // namespace pw::nfp
