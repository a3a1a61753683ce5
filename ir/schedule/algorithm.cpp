#include "ir/schedule/algorithm.h"

#include <algorithm>
#include <deque>

namespace pw::schedule {

namespace {

struct Outgoing {
  unsigned to;
  int distance;
};

std::vector<std::vector<Outgoing>> outgoing(const Problem& p) {
  std::vector<std::vector<Outgoing>> result(p.nodes.size());
  for (const Constraint& c : p.constraints)
    result[c.from].push_back({c.to, c.distance});
  return result;
}

// No schedule is longer than every operation in stages of its own; contradictions go beyond.
int limit(const Problem& p, const std::vector<int>& stage) {
  int longest = *std::max_element(stage.begin(), stage.end());
  for (const Node& n : p.nodes)
    longest +=
        int(n.delay.latency) * (n.op && mlir::isa<ir::ReadOp, ir::WriteOp, ir::FindOp, ir::AccessOp>(n.op));
  return longest + 1 + int(p.nodes.size());
}

} // namespace

std::optional<std::vector<int>> earliest(const Problem& p, const std::vector<int>& lower_bounds) {
  std::vector<int> stage(p.nodes.size(), 0);
  if (!lower_bounds.empty())
    stage = lower_bounds;
  auto next = outgoing(p);
  const int bound = limit(p, stage);
  std::deque<unsigned> work;
  std::vector<bool> queued(p.nodes.size(), true);
  for (unsigned n = 0; n < p.nodes.size(); ++n)
    work.push_back(n);
  while (!work.empty()) {
    unsigned n = work.front();
    work.pop_front();
    queued[n] = false;
    for (auto [to, distance] : next[n]) {
      if (stage[n] + distance <= stage[to])
        continue;
      stage[to] = stage[n] + distance;
      if (to == 0 || stage[to] > bound)
        return std::nullopt;
      if (!queued[to])
        work.push_back(to);
      queued[to] = true;
    }
  }
  return stage;
}

void fuse(Problem& p) {
  auto all = possible_fusions(p);
  std::size_t before = p.constraints.size();
  for (auto [read, write] : all)
    p.fix(write, read, int(p.nodes[read].delay.latency));
  if (all.empty() || earliest(p))
    return;
  p.constraints.resize(before);
  for (auto [read, write] : all) {
    before = p.constraints.size();
    p.fix(write, read, int(p.nodes[read].delay.latency));
    if (!earliest(p))
      p.constraints.resize(before);
  }
}

} // namespace pw::schedule
