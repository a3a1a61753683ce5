#include "sim/tables/host_tables.h"

#include "sim/maps/contents.h"

namespace pw {

HostTables::HostTables(const Object& object, const pipeline::Pipeline& pipeline)
    : object_(&object), pipeline_(&pipeline) {
  for (const auto& map : pipeline.maps) {
    const auto& definition = object.maps.at(map.object_index);
    auto& table = tables_.emplace_back(map, definition); // all zeros, or empty
    if (!definition.initial.empty() || !definition.initial_programs.empty())
      table.load(initial_contents(definition));
  }
  for (const auto& definition : object.maps)
    if (has_contents(definition.type) && !table_of(definition.name))
      untouched_[definition.name] = initial_contents(definition);
}

MapTable* HostTables::table_of(const std::string& name) {
  for (std::size_t m = 0; m < tables_.size(); ++m)
    if (object_->maps[pipeline_->maps[m].object_index].name == name)
      return &tables_[m];
  return nullptr;
}

namespace {
// The pipeline has the programs that were known when it was made, each behind its slots.
void check_compiled(const MapDefinition& map, const MapContents& contents) {
  const MapContents compiled = initial_contents(map);
  for (const auto& [key, program] : contents) {
    const auto same = compiled.find(key);
    if (same == compiled.end() || same->second != program)
      throw Failure(diagnose("PW-IN-115", "slot " + std::to_string(key_index(key)) + " of '" +
                                              map.name +
                                              "' is given a program that it was not "
                                              "compiled with")
                        .limited(same == compiled.end()
                                     ? "empty"
                                     : std::string(same->second.begin(), same->second.end()),
                                 std::string(program.begin(), program.end()))
                        .help("name the program before compiling: --slot MAP:INDEX=PROGRAM"));
  }
}
} // namespace

void HostTables::set(const MapState& state) {
  check_maps(state, *object_);
  for (const auto& [name, given] : state) {
    const MapContents contents = complete_contents(*find_map(*object_, name), given);
    if (is_program_map(find_map(*object_, name)->type))
      check_compiled(*find_map(*object_, name), contents);
    if (MapTable* table = table_of(name))
      table->load(contents);
    else
      untouched_[name] = contents;
  }
}

MapState HostTables::state() const {
  MapState state = untouched_;
  for (std::size_t m = 0; m < tables_.size(); ++m)
    state[object_->maps[pipeline_->maps[m].object_index].name] = tables_[m].contents();
  return state;
}

} // namespace pw
