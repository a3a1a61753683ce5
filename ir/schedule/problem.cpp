#include "ir/schedule/problem.h"

#include "ir/passes/report.h"
#include "support/diagnostic.h"

#include <cmath>
#include <iomanip>
#include <map>
#include <queue>
#include <set>
#include <sstream>

namespace pw::schedule {

using namespace pw::ir;

namespace {

bool at_start(mlir::Operation* op) { return mlir::isa<FieldOp, InputOp>(op); }
bool at_end(mlir::Operation* op) { return mlir::isa<PutOp, EventOp>(op); }

void add_nodes(Problem& p, ProgramOp program) {
  p.nodes.emplace_back();
  for (mlir::Operation& op : program.getBody().front()) {
    if (mlir::isa<mlir::arith::ConstantOp, StateOp>(op))
      continue;
    auto n = unsigned(p.nodes.size());
    p.node_of[&op] = n;
    Node node;
    node.op = &op;
    node.delay = delay_of(&op);
    if (op.getNumResults() && op.getResult(0).getType().isInteger())
      node.width = width_of(op.getResult(0));
    for (mlir::Value v : op.getOperands()) {
      auto from = p.node_of.find(v.getDefiningOp());
      if (from == p.node_of.end() || mlir::isa<StateType>(v.getType()) ||
          llvm::is_contained(node.operands, from->second))
        continue;
      node.operands.push_back(from->second);
      p.nodes[from->second].users.push_back(n);
    }
    if (mlir::isa<ExitOp>(op))
      p.exit = n;
    p.nodes.push_back(std::move(node));
  }
}

// The operation as its user would call it: "a multiplication of 64 bits".
static std::string in_words(mlir::Operation& op) {
  static const std::map<llvm::StringRef, const char*> words = {
      {"arith.muli", "a multiplication"},
      {"arith.addi", "an addition"},
      {"arith.subi", "a subtraction"},
      {"arith.cmpi", "a comparison"},
      {"arith.select", "a selection"},
      {"pw.mux", "a selection"},
      {"arith.shli", "a shift"},
      {"arith.shrui", "a shift"},
      {"arith.shrsi", "a shift"},
      {"pw.find", "a lookup"},
      {"pw.packet_read", "a read of the packet"}};
  const auto found = words.find(op.getName().getStringRef());
  std::string text = found == words.end() ? op.getName().getStringRef().str() : found->second;
  if (op.getNumResults() == 1 && op.getResult(0).getType().isInteger())
    text += " of " + std::to_string(op.getResult(0).getType().getIntOrFloatBitWidth()) + " bits";
  return text;
}

void check_period(const Problem& p, double clock_mhz) {
  double slowest = 0;
  mlir::Operation* which = nullptr;
  for (const Node& n : p.nodes) {
    double t = std::max({n.delay.through, n.delay.setup, n.delay.arrival});
    if (t > slowest) {
      slowest = t;
      which = n.op;
    }
  }
  if (slowest <= p.period)
    return;
  double margin = 1000.0 / clock_mhz - p.period;
  const auto text = [](double ns, double mhz) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(3) << ns << " ns (" << std::setprecision(1) << mhz
        << " MHz)";
    return out.str();
  };
  const double feasible = std::floor(1000.0 / (slowest + margin));
  Diagnostic d = diagnose("PW-DEV-002", "the clock can't be met: " + in_words(*which) +
                                            " takes longer than a period");
  d.location = source_location(which->getLoc());
  throw Failure(d.limited(text(1000.0 / clock_mhz, clock_mhz),
                          text(slowest + margin, 1000.0 / (slowest + margin)))
                    .help("--clock " + std::to_string(unsigned(feasible)) + "MHz fits it"));
}

// Longest paths from one node through logic; where they pass the period, a stage border must lie
// between.
class Chaining {
public:
  explicit Chaining(Problem& p) : p_(p), time_(p.nodes.size(), -1), beyond_(p.nodes.size()) {}
  void run() {
    for (auto n = unsigned(p_.nodes.size()); n-- > 1;)
      from(n);
  }

private:
  void from(unsigned start);
  void reach(unsigned start, unsigned v, double arrival);

  Problem& p_;
  std::vector<double> time_;                  // -1: not reached
  std::vector<std::vector<unsigned>> beyond_; // ascending
  std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> queue_;
  std::vector<unsigned> late_;
};

void Chaining::reach(unsigned start, unsigned v, double arrival) {
  const Delay& d = p_.nodes[v].delay;
  double end = arrival + (d.latency ? d.setup : d.through);
  if (time_[v] < 0) {
    queue_.push(v);
    time_[v] = 0;
  }
  time_[v] = std::max(time_[v], end);
}

void Chaining::from(unsigned start) {
  const Node& node = p_.nodes[start];
  const auto latency = int(node.delay.latency);
  double arrival = latency ? node.delay.arrival : node.delay.through;
  late_.clear();
  for (unsigned v : node.users) {
    p_.constraints.push_back({start, v, latency});
    reach(start, v, arrival);
  }
  while (!queue_.empty()) {
    unsigned v = queue_.top();
    queue_.pop();
    double t = std::exchange(time_[v], -1);
    if (t > p_.period)
      late_.push_back(v);
    else if (p_.nodes[v].delay.latency == 0)
      for (unsigned w : p_.nodes[v].users)
        reach(start, w, t);
  }
  auto implied = [&](unsigned v) {
    return llvm::any_of(node.users, [&](unsigned u) {
      return p_.nodes[u].delay.latency == 0 &&
             std::binary_search(beyond_[u].begin(), beyond_[u].end(), v);
    });
  };
  for (unsigned v : late_)
    if (!implied(v))
      p_.constraints.push_back({start, v, latency + 1});
  beyond_[start] = late_;
}

// What is inside a LUT stands in the stage of what the LUT delivers.
void add_luts(Problem& p) {
  std::map<std::int64_t, unsigned> roots;
  auto number = [&](unsigned n, const char* name) {
    return p.nodes[n].op->getAttrOfType<mlir::IntegerAttr>(name);
  };
  for (unsigned n = 1; n < p.nodes.size(); ++n)
    if (auto lut = number(n, lut_root))
      roots[lut.getInt()] = n;
  for (unsigned n = 1; n < p.nodes.size(); ++n)
    if (auto lut = number(n, lut_part))
      p.fix(n, roots.at(lut.getInt()));
}

void add_ends(Problem& p) {
  for (unsigned n = 1; n < p.nodes.size(); ++n) {
    mlir::Operation* op = p.nodes[n].op;
    if (at_start(op))
      p.fix(n, 0);
    else
      p.constraints.push_back({0, n, 0});
    if (n != p.exit && at_end(op))
      p.fix(n, p.exit);
    else if (n != p.exit && p.nodes[n].users.empty())
      p.constraints.push_back({n, p.exit, int(p.nodes[n].delay.latency)});
  }
}

} // namespace

Problem make_problem(ProgramOp program, double clock_mhz) {
  Problem p;
  p.period = usable_period(clock_mhz);
  add_nodes(p, program);
  check_period(p, clock_mhz);
  Chaining(p).run();
  add_ends(p);
  add_luts(p);
  return p;
}

} // namespace pw::schedule
