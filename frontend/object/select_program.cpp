#include "frontend/object/object.h"
#include "frontend/object/program_type.h"

#include <algorithm>

namespace pw {
namespace {

std::string describe(const Program& p) { return p.name + " (section " + p.section + ")"; }

std::string list(const std::vector<const Program*>& programs) {
  std::string out;
  for (const Program* p : programs)
    out += (out.empty() ? "" : ", ") + describe(*p);
  return out;
}

std::vector<const Program*> all(const Object& object) {
  std::vector<const Program*> out;
  for (const Program& p : object.programs)
    out.push_back(&p);
  return out;
}

bool is_packet_program(const Program* p) { return p->type != ProgramType::Other; }

[[noreturn]] void refuse_type(const Program& p) {
  throw Failure(diagnose("PW-PRG-003", "program '" + p.name + "' is of type " + p.type_name +
                                           ", not a packet program")
                    .breaks("only XDP and tc programs see packets")
                    .help("choose another program with -n"));
}

const Program& by_name(const Object& object, const std::string& name) {
  std::vector<const Program*> found;
  for (const Program& p : object.programs)
    if (p.name == name)
      return p;
    else if (p.section == name)
      found.push_back(&p);
  if (found.empty())
    throw Failure(diagnose("PW-PRG-001", "the object has no program '" + name + "'")
                      .help("it has: " + list(all(object))));
  if (found.size() > 1)
    throw Failure(diagnose("PW-PRG-002", "section '" + name + "' holds " +
                                             std::to_string(found.size()) + " programs")
                      .help("choose one of them with -n: " + list(found)));
  return *found.front();
}

// What stands in a slot of a program array is tail-called, not attached. Of several programs that
// leaves one, or doesn't tell.
void keep_entry(const Object& object, std::vector<const Program*>& candidates) {
  const auto called = [&](const Program* p) {
    return std::ranges::any_of(object.maps, [p](const MapDefinition& m) {
      return std::ranges::any_of(m.initial_programs,
                                 [p](const auto& slot) { return slot.second == p->name; });
    });
  };
  if (std::ranges::count_if(candidates, called) + 1 == std::ssize(candidates))
    std::erase_if(candidates, called);
}

// The only program; of several, the only one that sees packets, or the only one of these that is
// not tail-called.
const Program& only(const Object& object) {
  std::vector<const Program*> candidates = all(object);
  if (candidates.empty())
    throw Failure(diagnose("PW-PRG-005", "the object has no program")
                      .help("a program is a function in a section of its own: SEC(\"xdp\")"));
  if (candidates.size() > 1 && std::any_of(candidates.begin(), candidates.end(), is_packet_program))
    std::erase_if(candidates, [](const Program* p) { return !is_packet_program(p); });
  if (candidates.size() > 1)
    keep_entry(object, candidates);
  if (candidates.size() == 1 ||
      !std::any_of(candidates.begin(), candidates.end(), is_packet_program))
    return *candidates.front();
  throw Failure(
      diagnose("PW-PRG-002", "the object has " + std::to_string(candidates.size()) + " programs")
          .help("choose one with -n: " + list(candidates)));
}

} // namespace

ProgramType program_type(const Program& program) {
  return program.type == ProgramType::Unknown ? object::type_from_context(program) : program.type;
}

const Program& select_program(const Object& object, const std::string& name, ProgramType type) {
  const Program& p = name.empty() ? only(object) : by_name(object, name);
  if (type != ProgramType::Unknown)
    return p;
  if (p.type == ProgramType::Other)
    refuse_type(p);
  if (program_type(p) == ProgramType::Unknown)
    throw Failure(diagnose("PW-PRG-004", "can't tell of what type program '" + p.name + "' is")
                      .breaks("section '" + p.section +
                              "' names no type, and the use of the context doesn't show it")
                      .help("say --type xdp or --type tc"));
  return p;
}

} // namespace pw
