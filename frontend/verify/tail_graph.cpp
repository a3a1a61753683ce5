#include "frontend/verify/tail_graph.h"

#include <algorithm>
#include <functional>

namespace pw::verify {

bool TailGraph::add(unsigned from, unsigned to, unsigned level) {
  if (!way(to, from).empty())
    return false;
  callees_[from].insert(to);
  levels_[to].insert(level);
  return true;
}

std::vector<unsigned> TailGraph::way(unsigned from, unsigned to) const {
  std::vector<unsigned> path;
  std::vector<bool> seen(callees_.size());
  const std::function<bool(unsigned)> reach = [&](unsigned part) {
    if (seen[part])
      return false;
    seen[part] = true;
    path.push_back(part);
    if (part == to || std::ranges::any_of(callees_[part], reach))
      return true;
    path.pop_back();
    return false;
  };
  reach(from);
  return path;
}

bool TailGraph::any() const {
  return std::ranges::any_of(callees_, [](const auto& called) { return !called.empty(); });
}

bool TailGraph::scattered() const {
  return std::ranges::any_of(levels_, [](const auto& levels) { return levels.size() > 1; });
}

std::vector<unsigned> TailGraph::ranks() const {
  std::vector<unsigned> ranks(callees_.size(), 0);
  unsigned next = unsigned(callees_.size());
  std::vector<bool> seen(callees_.size());
  const std::function<void(unsigned)> visit = [&](unsigned part) {
    if (seen[part])
      return;
    seen[part] = true;
    for (const unsigned callee : callees_[part])
      visit(callee);
    ranks[part] = next--; // behind everything that was given its place before
  };
  for (unsigned part = 0; part < callees_.size(); ++part)
    visit(part);
  return ranks;
}

std::string names_of(const Linked& linked, const std::vector<unsigned>& way) {
  std::string names;
  for (const unsigned part : way)
    names += (names.empty() ? "" : " -> ") + linked.parts[part].program->name;
  return names;
}

Diagnostic too_many_tail_calls() {
  return diagnose("PW-TAIL-005", "a packet may make more tail calls than Linux follows")
      .limited(std::to_string(most_tail_calls), "more on some paths only")
      .help("make fewer tail calls in loops and subprograms");
}

Diagnostic no_tail_program(const Object& object, const MapDefinition& array, std::uint32_t slot,
                           const std::string& program) {
  const auto other = std::ranges::find(object.programs, program, &pw::Program::name);
  const std::string where = "slot " + std::to_string(slot) + " of '" + array.name + "'";
  if (other == object.programs.end())
    return diagnose("PW-TAIL-002",
                    where + " holds '" + program + "', which is no program of this object")
        .help("give another program with --slot MAP:INDEX=PROGRAM");
  return diagnose("PW-TAIL-003",
                  where + " holds '" + program + "', which is of type " + other->type_name)
      .limited("programs of the same type", other->type_name);
}

Diagnostic tail_circle(const Linked& linked, const TailGraph& tails, unsigned from, unsigned to) {
  auto way = tails.way(to, from);
  way.push_back(to);
  return diagnose("PW-TAIL-004", "programs tail-call each other in a circle")
      .breaks("tail-called programs stand one behind the other in hardware")
      .limited("tail calls without a circle", names_of(linked, way))
      .help(
          "say how many tail calls of a packet to follow (--tail-calls N), or leave a slot of the "
          "circle empty (--slot MAP:INDEX=)");
}

} // namespace pw::verify
