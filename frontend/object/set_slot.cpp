// --slot: which program stands in a slot of a program array, or which map in one of a map of maps.
#include "frontend/object/object.h"
#include "frontend/object/wire.h"

#include <algorithm>
#include <charconv>

namespace pw {
namespace {

Failure wrong(const std::string& assignment, const std::string& why) {
  return Failure(diagnose("PW-TAIL-006", "--slot " + assignment + ": " + why));
}

// What is there to choose from: " a, b"
template <class Range, class Fits> std::string list(const Range& range, Fits fits) {
  std::string names;
  for (const auto& one : range)
    if (fits(one))
      names += (names.empty() ? "" : ", ") + one.name;
  return names.empty() ? "none" : names;
}

MapDefinition& array_named(Object& object, const std::string& name, const std::string& assignment) {
  const auto is_array = [](const MapDefinition& m) {
    return m.type == BPF_MAP_TYPE_PROG_ARRAY || m.inner;
  };
  for (MapDefinition& m : object.maps)
    if (m.name == name && is_array(m))
      return m;
  throw wrong(assignment, "there is no program array or map of maps '" + name +
                              "' (there are: " + list(object.maps, is_array) + ")");
}

std::uint32_t slot_of(const MapDefinition& map, const std::string& text,
                      const std::string& assignment) {
  std::uint32_t slot = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, slot);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    throw wrong(assignment, "'" + text + "' is no slot number");
  if (slot >= map.max_entries && map.type != BPF_MAP_TYPE_HASH_OF_MAPS)
    throw wrong(assignment, "'" + map.name + "' has slots 0 to " +
                                std::to_string(std::max(1u, map.max_entries) - 1));
  return slot;
}

bool names_map(const Program& p, std::int32_t map) {
  return std::ranges::any_of(p.insns, [map](const bpf_insn& i) {
    return i.code == (BPF_LD | BPF_IMM | BPF_DW) && i.src_reg == BPF_PSEUDO_MAP_IDX && i.imm == map;
  });
}

// An array holds programs of one type: that of those that name it.
bool may_hold(const Object& object, std::int32_t array, const Program& p) {
  if (p.type == ProgramType::Unknown || p.type == ProgramType::Other)
    return p.type == ProgramType::Unknown;
  bool named = false, same = false;
  for (const Program& caller : object.programs)
    if (caller.type != ProgramType::Unknown && names_map(caller, array)) {
      named = true;
      same |= caller.type == p.type;
    }
  return same || !named;
}

// By its name or, if that is one program's alone, its section.
const Program& program_named(const Object& object, std::int32_t array, const std::string& name,
                             const std::string& assignment) {
  const auto fits = [&](const Program& p) { return may_hold(object, array, p); };
  auto found = std::ranges::find(object.programs, name, &Program::name);
  if (found == object.programs.end() &&
      std::ranges::count(object.programs, name, &Program::section) == 1)
    found = std::ranges::find(object.programs, name, &Program::section);
  if (found == object.programs.end() || !fits(*found))
    throw wrong(assignment, "there is no program '" + name + "' of its type" +
                                " (programs: " + list(object.programs, fits) + ")");
  return *found;
}

void set_inner_map(Object& object, unsigned outer, std::uint32_t slot, const std::string& name,
                   const std::string& assignment) {
  if (name.empty()) {
    object.maps[outer].initial_maps.erase(slot);
    return;
  }
  const auto inner = inner_map(object, outer, name);
  if (!inner)
    throw wrong(assignment, "map '" + name + "' is not of the type and sizes that '" +
                                object.maps[outer].name + "' holds");
  object.maps[outer].initial_maps[slot] = *inner;
}

} // namespace

void set_slot(Object& object, const std::string& assignment) {
  const std::string text = object::readable(assignment);
  if (text != assignment)
    throw wrong(text, "names are UTF-8");
  const std::size_t equals = assignment.find('=');
  const std::size_t colon = assignment.rfind(':', equals);
  if (equals == std::string::npos || colon == std::string::npos)
    throw wrong(assignment, "MAP:INDEX=PROGRAM is expected");
  MapDefinition& map = array_named(object, assignment.substr(0, colon), assignment);
  const std::uint32_t slot =
      slot_of(map, assignment.substr(colon + 1, equals - colon - 1), assignment);
  const std::string program = assignment.substr(equals + 1);
  if (map.inner)
    return set_inner_map(object, unsigned(&map - object.maps.data()), slot, program, assignment);
  if (program.empty())
    map.initial_programs.erase(slot);
  else
    map.initial_programs[slot] =
        program_named(object, std::int32_t(&map - object.maps.data()), program, assignment).name;
}

} // namespace pw
