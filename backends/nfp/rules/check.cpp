#include "backends/nfp/rules/rules.h"

#include <algorithm>

namespace pw::nfp {
namespace {

using namespace rules;

// Complaints of the frontend that a rule says more precisely for the same instruction.
bool said_by_rule(const Diagnostic& d, const std::vector<Diagnostic>& rules) {
  static const std::set<std::string> general = {"PW-CALL-002", "PW-CALL-003", "PW-VER-011",
                                                "PW-VER-015",  "PW-VER-018",  "PW-NFP-159"};
  return general.contains(d.code) && std::ranges::any_of(rules, [&](const Diagnostic& r) {
           return r.insn == d.insn && r.severity == Severity::Error;
         });
}

void visit_all(const Subject& s) {
  ArithmeticRules arithmetic(s);
  MemoryRules memory(s);
  CounterRules counters(s);
  CallRules calls(s);
  s.walk.each([&](const Visit& v) {
    arithmetic.visit(v);
    memory.visit(v);
    counters.visit(v);
    calls.visit(v);
    check_verdict(s, v);
    warn_of_race(s, v);
  });
  arithmetic.finish();
  counters.finish();
}

} // namespace

std::vector<Diagnostic> check_verdicts(const Object& object, const Program& program) {
  const Walk walk(object, program);
  verify::Report report(walk.linked());
  const Subject subject{object, program, FirmwareProfile{}, RuleOptions{}, walk, report};
  walk.each([&](const Visit& v) { check_verdict(subject, v); });
  return report.take();
}

std::vector<Diagnostic> check_rules(const Object& object, const Program& program,
                                    const FirmwareProfile& firmware, const RuleOptions& options) {
  const Walk walk(object, program);
  verify::Report report(walk.linked());
  const Subject subject{object, program, firmware, options, walk, report};
  check_encodings(subject);
  check_program(subject);
  check_maps(subject);
  visit_all(subject);
  const std::vector<Diagnostic> rules = report.take();
  std::vector<Diagnostic> all;
  for (const Diagnostic& d : walk.complaints())
    if (!said_by_rule(d, rules))
      all.push_back(d);
  all.insert(all.end(), rules.begin(), rules.end());
  std::ranges::stable_sort(all, {}, [](const Diagnostic& d) { return d.insn.value_or(0); });
  return all;
}

} // namespace pw::nfp
