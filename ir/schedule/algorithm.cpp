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
    longest += int(n.delay.latency) *
               (n.op && mlir::isa<ir::ReadOp, ir::WriteOp, ir::FindOp, ir::AccessOp>(n.op));
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

namespace {

// Stages that keep all constraints, with one more at a time: what the new one moves is followed
// only from there. The constraints before have a solution, so a contradiction comes back to where
// the new one starts.
class Growing {
public:
  Growing(const Problem& p, std::vector<int> stage)
      : next_(outgoing(p)), stage_(std::move(stage)) {}

  // a at just `distance` behind b, as Problem::fix; false: that can't be, and nothing has changed.
  bool fix(unsigned a, unsigned b, int distance) {
    const std::vector<int> before = stage_;
    next_[b].push_back({a, distance});
    bool good = settle(b, a);
    if (good) {
      next_[a].push_back({b, -distance});
      good = settle(a, b);
      if (!good)
        next_[a].pop_back();
    }
    if (!good) {
      next_[b].pop_back();
      stage_ = before;
    }
    return good;
  }

private:
  bool settle(unsigned from, unsigned to) {
    const int distance = next_[from].back().distance;
    if (stage_[from] + distance <= stage_[to])
      return true;
    if (to == 0)
      return false;
    stage_[to] = stage_[from] + distance;
    std::deque<unsigned> work = {to};
    while (!work.empty()) {
      const unsigned n = work.front();
      work.pop_front();
      for (const auto& [behind, d] : next_[n]) {
        if (stage_[n] + d <= stage_[behind])
          continue;
        if (behind == from || behind == 0)
          return false;
        stage_[behind] = stage_[n] + d;
        work.push_back(behind);
      }
    }
    return true;
  }

  std::vector<std::vector<Outgoing>> next_;
  std::vector<int> stage_;
};

} // namespace

void fuse(Problem& p) {
  auto all = possible_fusions(p);
  const auto start = earliest(p);
  if (all.empty() || !start)
    return;
  Growing growing(p, *start);
  for (auto [read, write] : all)
    if (growing.fix(write, read, int(p.nodes[read].delay.latency)))
      p.fix(write, read, int(p.nodes[read].delay.latency));
}

} // namespace pw::schedule
