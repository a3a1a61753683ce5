// Lookups of one map on paths that exclude each other become one lookup.
//
//   %a = find @m[%k] if %p                %e = select %q, %l, %k
//   %b = find @m[%l] if %q          =>    %ab = find @m[%e] if true
//
// A lookup reads only, so it may be done without need: what is left is always enabled and waits for
// no predicate. What packets write are values; the keys of maps with `find` are the host's, so that
// it does not matter at which state of the map a lookup stands.
#include "ir/passes/build.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_MERGEFINDS
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;

class Merger {
public:
  explicit Merger(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    std::map<std::string, std::vector<FindOp>> by_map;
    for (auto find : block_.getOps<FindOp>())
      by_map[find.getMap().str()].push_back(find);
    for (auto& [map, finds] : by_map)
      merge_all(finds);
    for (auto find : block_.getOps<FindOp>())
      find.getEnableMutable().assign(build_.constant(1, 1));
    sort_block(block_);
  }

private:
  void merge_all(std::vector<FindOp>& finds) {
    for (std::size_t i = 0; i < finds.size(); ++i)
      for (std::size_t j = i + 1; j < finds.size();) {
        if (may_merge(finds[i], finds[j])) {
          finds[i] = merge(finds[i], finds[j]);
          finds.erase(finds.begin() + std::ptrdiff_t(j));
        } else {
          ++j;
        }
      }
  }

  bool may_merge(FindOp a, FindOp b) {
    if (!exclusion_.exclusive(a.getEnable(), b.getEnable()))
      return false;
    for (auto [x, y] : {std::pair(a, b), std::pair(b, a)})
      for (Value v : {Value(x.getKey()), Value(x.getEnable())})
        if (depends_on(v, {Value(y.getHandle())}))
          return false;
    return true;
  }

  FindOp merge(FindOp a, FindOp b) {
    build_.at(b.getLoc());
    Value key = build_.select(b.getEnable(), b.getKey(), a.getKey());
    Value enable = build_.either(a.getEnable(), b.getEnable());
    FindOp merged =
        build_.behind({key, enable, a.getState()})
            .create<FindOp>(mlir::FusedLoc::get(a.getContext(), {a.getLoc(), b.getLoc()}),
                            a.getHandle().getType(), a.getMapAttr(), a.getState(), enable, key);
    for (FindOp old : {a, b}) {
      old.getHandle().replaceAllUsesWith(merged.getHandle());
      old.erase();
    }
    return merged;
  }

  mlir::Block& block_;
  Build build_;
  Exclusion exclusion_;
};

struct Pass : impl::MergeFindsBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Merger(program).run();
  }
};

} // namespace
} // namespace pw::ir
