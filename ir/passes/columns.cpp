#include "ir/passes/columns.h"

#include <algorithm>
#include <numeric>

namespace pw::ir {

namespace {

constexpr unsigned widest_word = 256; // bytes, of a column that is shifted within its word

template <typename Op> void fill(Access& a, Op op, unsigned bytes) {
  a.handle = op.getHandle();
  a.enable = op.getEnable();
  a.at = op.getAt();
  a.bytes = bytes;
  a.low = std::int64_t(op.getOffset());
  a.high = (op.getAt() ? std::int64_t(*op.getMax()) : a.low) + bytes;
  a.stride = op.getAt() ? *op.getStride() : 0;
}

struct Cluster {
  std::int64_t low, high;
  std::vector<unsigned> members;
};

std::vector<Cluster> clusters_of(const std::vector<Access>& accesses) {
  std::vector<unsigned> order(accesses.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](unsigned a, unsigned b) { return accesses[a].low < accesses[b].low; });
  std::vector<Cluster> result;
  for (unsigned i : order) {
    const Access& a = accesses[i];
    if (result.empty() || a.low >= result.back().high)
      result.push_back({a.low, a.high, {}});
    result.back().high = std::max(result.back().high, a.high);
    result.back().members.push_back(i);
  }
  return result;
}

bool within_words(const std::vector<Access>& accesses, const Cluster& c, std::int64_t base,
                  std::int64_t word) {
  return std::all_of(c.members.begin(), c.members.end(), [&](unsigned i) {
    return (accesses[i].low - base) % word + accesses[i].bytes <= word;
  });
}

// Words as long as the step of the index; one long word where the steps don't fit.
std::optional<CutColumn> shape(const std::vector<Access>& accesses, const Cluster& c,
                               std::int64_t value_bytes) {
  std::int64_t word = 0;
  for (unsigned i : c.members)
    word = std::gcd(word, std::int64_t(accesses[i].stride));
  std::int64_t whole = c.high - c.low;
  if (word == 0)
    return CutColumn{c.low, unsigned(whole), 1};
  std::int64_t count = (whole + word - 1) / word;
  std::int64_t base = std::min(c.low, value_bytes - word * count);
  if (base >= 0 && within_words(accesses, c, base, word))
    return CutColumn{base, unsigned(word), unsigned(count)};
  if (whole <= widest_word)
    return CutColumn{c.low, unsigned(whole), 1};
  return std::nullopt;
}

} // namespace

Access::Access(mlir::Operation* o) : op(o) {
  if (auto load = mlir::dyn_cast<LoadOp>(o)) {
    fill(*this, load, width_of(load.getResult()) / 8);
    return;
  }
  auto s = mlir::cast<StoreOp>(o);
  store = true;
  data = s.getData();
  fill(*this, s, width_of(data) / 8);
}

// Clusters never overlap, but a column widened to whole words could reach into the next cluster:
// then they are joined.
Cut cut_columns(const std::vector<Access>& accesses, std::int64_t value_bytes) {
  Cut cut;
  cut.column_of.resize(accesses.size());
  auto clusters = clusters_of(accesses);
  for (std::size_t n = 0; n < clusters.size(); ++n) {
    auto column = shape(accesses, clusters[n], value_bytes);
    if (!column || clusters[n].high > value_bytes || clusters[n].low < 0) {
      cut.bad = accesses[clusters[n].members[0]].op;
      return cut;
    }
    bool reaches_next = n + 1 < clusters.size() && column->end() > clusters[n + 1].low;
    bool reaches_back = !cut.columns.empty() && column->offset < cut.columns.back().end();
    if (reaches_next || reaches_back) {
      std::size_t first = reaches_next ? n : n - 1;
      Cluster& into = clusters[first];
      Cluster& next = clusters[first + 1];
      into.high = std::max(into.high, next.high);
      into.members.insert(into.members.end(), next.members.begin(), next.members.end());
      clusters.erase(clusters.begin() + std::ptrdiff_t(first) + 1);
      cut.columns.resize(first);
      n = first - 1;
      continue;
    }
    for (unsigned i : clusters[n].members)
      cut.column_of[i] = unsigned(cut.columns.size());
    cut.columns.push_back(*column);
  }
  return cut;
}

} // namespace pw::ir
