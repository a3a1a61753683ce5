#include "ir/schedule/schedule.h"

#include "ir/passes/report.h"
#include "ir/schedule/algorithm.h"
#include "ir/schedule/checker.h"
#include "ir/schedule/guards.h"
#include "ir/schedule/lifetime.h"
#include "ir/schedule/memory.h"
#include "ir/schedule/ports.h"
#include "ir/schedule/regions.h"
#include "support/hash.h"

namespace pw::schedule {

namespace {

// Lower bounds that push operations later at random.
std::vector<int> random_bounds(const Problem& p, std::uint64_t seed) {
  auto bounds = earliest(p).value();
  for (unsigned n = 1; n < bounds.size(); ++n) {
    std::uint64_t r = splitmix64(seed * 0x9e3779b97f4a7c15ull + n) % 64;
    if (!mlir::isa<ir::FieldOp, ir::InputOp>(p.nodes[n].op) && r < 12)
      bounds[n] += int(r % 4) + 1;
  }
  return bounds;
}

void check(ir::ProgramOp program, const Plan& plan, const std::vector<RegionPlan>& regions) {
  StageOf stage;
  for (auto [op, node] : plan.problem.node_of)
    stage[op] = unsigned(plan.stage[node]);
  auto broken = check_schedule(program, stage, regions, unsigned(plan.stage[plan.problem.exit]) + 1,
                               plan.problem.period);
  std::vector<Diagnostic> all;
  for (const std::string& rule : broken)
    all.push_back(diagnose("PW-IR-002", "the schedule breaks a rule: " + rule));
  if (!all.empty())
    throw Failure(all);
}

std::string field_text(ir::MapOp map, const Hazard& h) {
  const std::string name = "map '" + map.getSymName().str() + "'";
  if (h.table)
    return name;
  const ir::ColumnAttr column = map.column(h.column);
  const std::uint64_t first = column.getOffset();
  return "bytes [" + std::to_string(first) + ", " +
         std::to_string(first + column.getBytes() * column.getCount()) + ") of the value of " +
         name;
}

std::string cost_text(const Plan& plan, const Hazard& h) {
  const int clocks = h.distance(plan.problem, plan.stage);
  return std::string(h.keyed ? "packets of the same entry wait" : "any two packets wait") +
         " for each other, up to " + std::to_string(clocks) + (clocks == 1 ? " clock" : " clocks");
}

// Several hazards of a field look the same to who reads of them.
void add_once(std::vector<Diagnostic>& all, Diagnostic d) {
  const std::string text = to_text(d);
  if (llvm::none_of(all, [&](const Diagnostic& known) { return to_text(known) == text; }))
    all.push_back(std::move(d));
}

std::vector<Diagnostic> warnings_of(const Plan& plan) {
  std::vector<Diagnostic> all;
  for (const Hazard& h : plan.hazards) {
    auto writes = llvm::count_if(
        h.accesses, [&](unsigned n) { return mlir::isa<ir::WriteOp>(plan.problem.nodes[n].op); });
    if (writes < 2)
      continue;
    ir::MapOp map = h.map;
    Diagnostic d =
        diagnose("PW-MAP-023", field_text(map, h) + (h.table ? " is" : " are") + " written in " +
                                   std::to_string(writes) + " places that could not be merged");
    d.location = ir::source_location(plan.problem.nodes[h.accesses.back()].op->getLoc());
    d.breaks(cost_text(plan, h))
        .help("compute the new value in a variable, and write the field in one place of the "
              "program, through one pointer");
    add_once(all, d.warning());
  }
  return all;
}

Problem problem_of(ir::ProgramOp program, const ScheduleOptions& options) {
  auto guards = make_guards(program);
  auto keys = make_keys(program);
  Problem p = make_problem(program, options.clock_mhz);
  p.guards = std::move(guards);
  p.keys = std::move(keys);
  add_order(p);
  return p;
}

std::vector<Diagnostic> schedule_one(ir::ProgramOp program, const ScheduleOptions& options) {
  assign_ports(program);
  Problem p = problem_of(program, options);
  if (!earliest(p)) { // what must come between two accesses does not let them be so near
    clear_ports(program);
    p = problem_of(program, options);
  }
  fuse(p);
  Plan plan =
      plan_regions(p, options.random ? random_bounds(p, *options.random) : std::vector<int>());
  if (!options.random)
    minimize_registers(plan);
  auto regions = regions_of(plan);
  check(program, plan, regions);
  auto warnings = warnings_of(plan);
  Schedule s{plan.stage, unsigned(plan.stage[plan.problem.exit]) + 1};
  materialize(program, plan.problem, s, regions);
  return warnings;
}

} // namespace

std::vector<Diagnostic> schedule_program(mlir::ModuleOp module, const ScheduleOptions& options) {
  check_device(module, options.device);
  std::vector<Diagnostic> warnings;
  for (auto program : llvm::make_early_inc_range(module.getOps<ir::ProgramOp>())) {
    auto more = schedule_one(program, options);
    warnings.insert(warnings.end(), more.begin(), more.end());
  }
  return warnings;
}

} // namespace pw::schedule
