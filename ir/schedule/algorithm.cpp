#include "ir/schedule/algorithm.h"

#include "support/diagnostic.h"
#include "support/hash.h"

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
        int(n.delay.latency) * (n.op && mlir::isa<ir::ReadOp, ir::WriteOp, ir::FindOp>(n.op));
  return longest + 1 + int(p.nodes.size());
}

Schedule finish(const Problem& p, std::vector<int> stage) {
  unsigned stages = unsigned(stage[p.exit]) + 1;
  return {std::move(stage), stages};
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

Schedule shallowest(Problem& p) {
  auto stage = earliest(p);
  if (!stage)
    throw Failure(diagnose("PW-INT-001", "the scheduler's constraints contradict each other"));
  return finish(p, std::move(*stage));
}

Schedule random_schedule(Problem& p, std::uint64_t seed) {
  auto base = earliest(p);
  if (!base)
    throw Failure(diagnose("PW-INT-001", "the scheduler's constraints contradict each other"));
  std::vector<int> bounds = *base;
  for (unsigned n = 1; n < bounds.size(); ++n) {
    std::uint64_t r = splitmix64(seed * 0x9e3779b97f4a7c15ull + n);
    bool fixed = p.nodes[n].op && mlir::isa<ir::FieldOp, ir::InputOp>(p.nodes[n].op);
    if (!fixed && r % 8 < 3)
      bounds[n] += int(r % 8) + 1;
  }
  auto stage = earliest(p, bounds);
  return finish(p, stage ? std::move(*stage) : std::move(*base));
}

} // namespace pw::schedule
