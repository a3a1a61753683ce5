// Loads of the same bytes of a map become one load, so that what is made from them (keys of further
// lookups, handles) is one value too.
//
//   %a = load @m[%h, 0] on %s if %p
//   %b = load @m[%h, 0] on %s if %q     =>    %ab = load @m[%h, 0] on %s if (%p | %q)
#include "ir/passes/build.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_MERGELOADS
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;

using Place = std::tuple<void*, void*, std::int64_t, void*, unsigned>;

class Merger {
public:
  explicit Merger(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    std::map<Place, std::vector<LoadOp>> by_place;
    for (auto load : block_.getOps<LoadOp>())
      by_place[place(load)].push_back(load);
    for (auto& [where, loads] : by_place)
      for (std::size_t i = 1; i < loads.size(); ++i)
        if (!depends_on(loads[i].getEnable(), {loads[0].getResult()}))
          loads[0] = merge(loads[0], loads[i]);
    sort_block(block_);
  }

private:
  static Place place(LoadOp l) {
    return {l.getHandle().getAsOpaquePointer(), l.getState().getAsOpaquePointer(),
            std::int64_t(l.getOffset()), l.getAt() ? l.getAt().getAsOpaquePointer() : nullptr,
            width_of(l.getResult())};
  }

  LoadOp merge(LoadOp a, LoadOp b) {
    build_.at(a.getLoc());
    a.getEnableMutable().assign(build_.either(a.getEnable(), b.getEnable()));
    b.getResult().replaceAllUsesWith(a.getResult());
    b.erase();
    return a;
  }

  mlir::Block& block_;
  Build build_;
};

struct Pass : impl::MergeLoadsBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Merger(program).run();
  }
};

} // namespace
} // namespace pw::ir
