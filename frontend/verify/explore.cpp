#include "frontend/verify/explore.h"

#include "frontend/verify/explorer.h"

namespace pw::verify {
namespace {

bool check_recursion(const Graph& graph, const pw::Program& program, Report& report) {
  const std::vector<unsigned> path = graph.recursion();
  if (path.empty())
    return true;
  std::string names;
  for (unsigned f : path)
    names += graph.function(f).name + " -> ";
  report.add(diagnose("PW-CALL-005", "functions call each other in a circle")
                 .limited("calls without recursion", names + graph.function(path[0]).name),
             path[0]);
  return false;
}

bool check_type(const pw::Program& program, const VerifyOptions& options, Report& report) {
  if (program.type != ProgramType::Other)
    return true;
  report.add(
      diagnose("PW-VER-018", "program '" + program.name + "' is of type " + program.type_name)
          .limited("XDP and tc programs", program.type_name),
      0);
  return false;
}

struct Attempt {
  Report report;
  Exploration found;
};

Attempt attempt(const Object& object, const Linked& linked, const VerifyOptions& options,
                const Manner& manner) {
  Attempt a{Report(linked), {}};
  a.found.code = isa::decode(linked.whole.insns);
  if (a.found.code.empty()) {
    a.report.add(diagnose("PW-VER-009", "the program is empty"), 0);
    return a;
  }
  a.found.choices = map_choices(object, a.found.code);
  a.found.graph = std::make_unique<Graph>(a.found.code, linked.whole, a.found.choices);
  if (check_recursion(*a.found.graph, linked.whole, a.report))
    explore_once(object, linked, options, manner, a.report, a.found);
  return a;
}

void tell_empty_calls(const Exploration& found, Report& report) {
  for (const auto& [insn, slot] : found.empty_calls) {
    const bool constant = slot.find(':') != std::string::npos;
    report.add(diagnose("PW-TAIL-001", "the tail call finds no program")
                   .breaks("a tail call without a program goes on behind it")
                   .limited("programs known before compiling", slot)
                   .help("name it with --slot " + slot + (constant ? "" : ":INDEX") + "=PROGRAM")
                   .warning(),
               insn);
  }
}

void tell_cut_calls(const Exploration& found, unsigned tail_calls, Report& report) {
  for (const unsigned insn : found.cut_calls)
    report.add(
        diagnose("PW-TAIL-007", "a packet that makes more tail calls goes on behind this one")
            .limited(std::to_string(tail_calls) + " (--tail-calls)",
                     std::to_string(most_tail_calls) + " in Linux")
            .help("raise --tail-calls if packets go round more often")
            .warning(),
        insn);
}

} // namespace

Exploration explore(const Object& object, const Linked& linked, const VerifyOptions& options,
                    Report& report, bool exact_places) {
  if (!check_type(linked.whole, options, report))
    return {};
  Manner manner;
  manner.exact_places = exact_places;
  Attempt best = attempt(object, linked, options, manner);
  const auto try_again = [&](const Manner& other, bool as_good) {
    Attempt next = attempt(object, linked, options, other);
    if (!next.found.complete || !(as_good || next.report.better_than(best.report)))
      return;
    best = std::move(next);
    manner = other;
  };
  // Programs that several others call are looked at once, now that it is known who does.
  if (options.tail_calls == 0 && best.found.complete && best.found.tails.scattered())
    try_again({0, best.found.tails.ranks(), exact_places}, linked.parts.size() <= most_tail_calls);
  for (unsigned foresight : {8u, 64u})
    if (!best.report.empty() && best.found.complete)
      try_again({foresight, manner.ranks, exact_places}, false);
  report = std::move(best.report);
  tell_empty_calls(best.found, report);
  tell_cut_calls(best.found, options.tail_calls, report);
  return std::move(best.found);
}

} // namespace pw::verify
