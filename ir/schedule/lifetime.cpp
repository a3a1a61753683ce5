#include "ir/schedule/lifetime.h"

#include <algorithm>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

namespace pw::schedule {

namespace {

constexpr std::int64_t stage_of_hazard =
    1'000'000; // cost of one more stage between first and last access, in bits
constexpr std::size_t largest = 3'000'000; // constraints

// minimise sum(cost[n] * x[n]) where x[to] - x[from] >= distance for each constraint.
class Program {
public:
  unsigned variable() {
    cost_.push_back(0);
    return unsigned(cost_.size()) - 1;
  }
  void pay(unsigned later, unsigned earlier, std::int64_t bits) {
    cost_[later] += bits;
    cost_[earlier] -= bits;
  }
  void require(unsigned from, unsigned to, int distance) {
    constraints_.push_back({from, to, distance});
  }
  std::size_t size() const { return constraints_.size(); }
  std::optional<std::vector<int>> solve();

private:
  std::vector<std::int64_t> cost_;
  std::vector<Constraint> constraints_;
};

std::optional<std::vector<int>> Program::solve() {
  std::sort(constraints_.begin(), constraints_.end(), [](const Constraint& a, const Constraint& b) {
    return std::tie(a.from, a.to, b.distance) < std::tie(b.from, b.to, a.distance);
  });
  auto same = [](const Constraint& a, const Constraint& b) {
    return a.from == b.from && a.to == b.to;
  };
  constraints_.erase(std::unique(constraints_.begin(), constraints_.end(), same),
                     constraints_.end());
  lemon::SmartDigraph graph;
  graph.reserveNode(int(cost_.size()));
  graph.reserveArc(int(constraints_.size()));
  for (std::size_t n = 0; n < cost_.size(); ++n)
    graph.addNode();
  lemon::SmartDigraph::ArcMap<std::int64_t> arc_cost(graph);
  for (const Constraint& c : constraints_)
    arc_cost[graph.addArc(graph.nodeFromId(int(c.from)), graph.nodeFromId(int(c.to)))] =
        -c.distance;
  lemon::SmartDigraph::NodeMap<std::int64_t> supply(graph);
  for (std::size_t n = 0; n < cost_.size(); ++n)
    supply[graph.nodeFromId(int(n))] = -cost_[n];
  lemon::NetworkSimplex<lemon::SmartDigraph, std::int64_t, std::int64_t> simplex(graph);
  simplex.costMap(arc_cost).supplyMap(supply);
  if (simplex.run() != decltype(simplex)::OPTIMAL)
    return std::nullopt;
  std::vector<int> x(cost_.size());
  std::int64_t origin = -simplex.potential(graph.nodeFromId(0));
  for (std::size_t n = 0; n < x.size(); ++n)
    x[n] = int(-simplex.potential(graph.nodeFromId(int(n))) - origin);
  return x;
}

void add_lifetimes(Program& program, const Plan& plan) {
  const Problem& p = plan.problem;
  for (unsigned n = 1; n < p.nodes.size(); ++n) {
    const Node& node = p.nodes[n];
    if (node.width == 0 || node.users.empty())
      continue;
    unsigned end = program.variable();
    program.pay(end, n, node.width);
    program.require(n, end, int(node.delay.latency));
    for (unsigned user : node.users)
      program.require(user, end, 0);
    for (const Hazard& h : plan.hazards)
      if (h.keyed && llvm::is_contained(h.handles, node.op->getResult(0)))
        program.require(h.entrance, end, 0);
  }
}

// Entrances keep the side of everything in flight that they have.
void add_entrances(Program& program, const Plan& plan) {
  const Problem& p = plan.problem;
  for (const Hazard& h : plan.hazards) {
    for (unsigned n = 1; n < p.nodes.size(); ++n) {
      int latency = int(p.nodes[n].delay.latency);
      if (latency && plan.stage[n] >= plan.stage[h.entrance])
        program.require(h.entrance, n, 0);
      else if (latency)
        program.require(n, h.entrance, latency + 1);
    }
    for (const Hazard& other : plan.hazards)
      for (unsigned n : other.accesses)
        if (plan.stage[n] >= plan.stage[h.entrance])
          program.require(h.entrance, n, 0);
        else
          program.require(n, h.entrance, 1);
  }
}

void add_spans(Program& program, const Plan& plan) {
  const Problem& p = plan.problem;
  for (const Hazard& h : plan.hazards) {
    unsigned first = program.variable(), last = program.variable();
    program.pay(last, first, stage_of_hazard);
    for (unsigned n : h.accesses) {
      int latency = int(p.nodes[n].delay.latency);
      program.require(n, last, latency);
      program.require(first, n, -latency);
    }
  }
  for (const Hazard& h : plan.closed)
    for (unsigned n : h.accesses) {
      unsigned m = h.accesses[0];
      int apart = int(p.nodes[m].delay.latency) - int(p.nodes[n].delay.latency);
      program.require(m, n, apart);
      program.require(n, m, -apart);
    }
}

} // namespace

void minimize_registers(Plan& plan) {
  Program program;
  const Problem& p = plan.problem;
  for (std::size_t n = 0; n < p.nodes.size(); ++n)
    program.variable();
  for (const Constraint& c : p.constraints)
    program.require(c.from, c.to, c.distance);
  program.require(p.exit, 0, -plan.stage[p.exit]);
  add_lifetimes(program, plan);
  add_entrances(program, plan);
  add_spans(program, plan);
  if (program.size() > largest)
    return;
  if (auto x = program.solve())
    plan.stage.assign(x->begin(), x->begin() + std::ptrdiff_t(p.nodes.size()));
}

} // namespace pw::schedule
