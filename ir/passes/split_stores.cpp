// Stores of a whole value are cut where other accesses of the value begin and end, so that fields
// stay columns of their own. Neighbours that nothing else stores to stay together: few wide columns
// cost less than many narrow ones.
//
//   store @m[%h, 0], %v : i192            store @m[%h, 0], %v[0] : i64      a counter
//   load @m[%h, 0] : i64            =>    store @m[%h, 8], %v[64] : i128    what is only read
//   store @m[%h, 0], %w : i64
//   load @m[%h, 8] : i32
#include "ir/passes/columns.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

namespace pw::ir {

using mlir::Value;

namespace {

// Bytes [low, high) of the value.
struct Span {
  std::int64_t low, high;
  bool plain; // nothing but whole values is stored there, at no computed offset
};

bool is_whole(const Access& a, std::int64_t value_bytes) {
  return a.store && !a.at && a.low == 0 && a.bytes == value_bytes;
}

std::vector<Span> overlapping(std::vector<Span> all) {
  llvm::stable_sort(all, [](const Span& a, const Span& b) { return a.low < b.low; });
  std::vector<Span> joined;
  for (const Span& s : all)
    if (!joined.empty() && s.low < joined.back().high)
      joined.back() = {joined.back().low, std::max(joined.back().high, s.high),
                       joined.back().plain && s.plain};
    else
      joined.push_back(s);
  return joined;
}

// The whole value as spans side by side; plain neighbours are one.
std::vector<Span> spans_of(const std::vector<Access>& accesses, std::int64_t value_bytes) {
  std::vector<Span> all, result;
  for (const Access& a : accesses)
    if (!is_whole(a, value_bytes))
      all.push_back({a.low, a.high, !a.store && !a.at});
  auto add = [&](const Span& s) {
    if (s.low == s.high)
      return;
    if (!result.empty() && result.back().plain && s.plain)
      result.back().high = s.high;
    else
      result.push_back(s);
  };
  std::int64_t at = 0;
  for (const Span& s : overlapping(all)) {
    add({at, s.low, true});
    add(s);
    at = s.high;
  }
  add({at, value_bytes, true});
  return result;
}

void split(StoreOp store, const std::vector<Span>& spans) {
  mlir::OpBuilder builder(store);
  Value state = store.getState();
  for (const Span& s : spans) {
    Value data =
        builder.create<BitsOp>(store.getLoc(), builder.getIntegerType(unsigned(s.high - s.low) * 8),
                               store.getData(), std::uint64_t(s.low) * 8);
    state = builder.create<StoreOp>(store.getLoc(), state.getType(), store.getMapAttr(), state,
                                    store.getEnable(), store.getHandle(),
                                    builder.getI64IntegerAttr(s.low), data, Value(),
                                    mlir::IntegerAttr(), mlir::IntegerAttr());
  }
  store.getResult().replaceAllUsesWith(state);
  store.erase();
}

} // namespace

void split_whole_stores(mlir::Block& block, MapOp map) {
  auto value_bytes = std::int64_t(map.getValueBytes());
  std::vector<Access> accesses;
  for (mlir::Operation& op : block)
    if (mlir::isa<LoadOp, StoreOp>(op) && map_of(&op) == map)
      accesses.emplace_back(&op);
  bool fits =
      llvm::all_of(accesses, [&](const Access& a) { return a.low >= 0 && a.high <= value_bytes; });
  auto spans = fits ? spans_of(accesses, value_bytes) : std::vector<Span>();
  if (spans.size() < 2)
    return;
  for (const Access& a : accesses)
    if (is_whole(a, value_bytes))
      split(mlir::cast<StoreOp>(a.op), spans);
}

} // namespace pw::ir
