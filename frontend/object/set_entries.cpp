// --entries: another size for a map than the one in the file.
#include "frontend/object/object.h"

#include <algorithm>
#include <charconv>

namespace pw {
namespace {

Failure wrong(const std::string& assignment, const std::string& why) {
  return Failure(diagnose("PW-MAP-031", "--entries " + assignment + ": " + why)
                     .help("give MAP=N with the name of a map as in the file"));
}

// A perf event array has a slot for each CPU; what the program declares as variables has one value.
bool has_size(const MapDefinition& m) { return m.global == GlobalData::None; }

} // namespace

void set_entries(Object& object, const std::string& assignment) {
  const std::size_t equals = assignment.rfind('=');
  const std::string name = assignment.substr(0, equals);
  std::string known;
  for (const MapDefinition& m : object.maps)
    if (has_size(m))
      known += (known.empty() ? "" : ", ") + m.name;
  const auto map = std::ranges::find(object.maps, name, &MapDefinition::name);
  if (equals == std::string::npos || map == object.maps.end() || !has_size(*map))
    throw wrong(assignment,
                "there is no such map (maps: " + (known.empty() ? "none" : known) + ")");
  std::uint32_t entries = 0;
  const char* end = assignment.data() + assignment.size();
  const auto parsed = std::from_chars(assignment.data() + equals + 1, end, entries);
  if (parsed.ec != std::errc() || parsed.ptr != end || entries == 0)
    throw wrong(assignment, "'" + assignment.substr(equals + 1) + "' is no number of entries");
  map->max_entries = entries;
  if (map->role == MapRole::Definition) // maps of its kind that the file has stay what they are
    for (MapDefinition& m : object.maps)
      if (m.added_for && object.maps[*m.added_for].inner == unsigned(map - object.maps.begin()))
        m.max_entries = entries;
}

} // namespace pw
