#include "sim/tables/host_tables.h"

#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"

#include <algorithm>

namespace pw {

HostTables::HostTables(const Object& object, const pipeline::Pipeline& pipeline)
    : object_(&object), pipeline_(&pipeline) {
  for (const auto& map : pipeline.maps) {
    const auto& definition = object.maps.at(map.object_index);
    auto& table = tables_.emplace_back(map, definition); // all zeros, or empty
    if (!definition.initial.empty() || !definition.initial_programs.empty())
      table.load(initial_contents(definition));
  }
  for (const auto& definition : object.maps) {
    if (has_contents(definition) && !hardware_of(definition))
      untouched_[definition.name] = initial_contents(object, definition);
    if (!definition.initial_maps.empty())
      give(definition, initial_contents(object, definition));
  }
  for (const auto& definition : object.maps) // their contents are in what they are joined in
    if (definition.role == MapRole::Joined && table_of(definition.name))
      for (const unsigned part : definition.parts)
        untouched_.erase(object.maps[part].name);
}

MapTable* HostTables::table_of(const std::string& name) {
  for (std::size_t m = 0; m < tables_.size(); ++m)
    if (object_->maps[pipeline_->maps[m].object_index].name == name)
      return &tables_[m];
  return nullptr;
}

// A Bloom filter is its bits.
const MapTable* HostTables::hardware_of(const MapDefinition& map) const {
  if (is_bloom_map(map.type))
    return map.made ? table_of(object_->maps[*map.made].name) : nullptr;
  return table_of(map.name);
}

const MapTable* HostTables::table_of(const std::string& name) const {
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
    give(*find_map(*object_, name), contents);
  }
}

namespace {

// Hardware knows an inner map by its place among those that a slot may hold.
std::vector<std::uint8_t> place_of(const Object& object, const MapDefinition& outer,
                                   const std::vector<std::uint8_t>& name) {
  for (std::uint32_t place = 0; place < outer.inner_maps.size(); ++place)
    if (std::ranges::equal(object.maps[outer.inner_maps[place]].name, name))
      return index_key(place);
  throw Failure(
      diagnose("PW-INT-001", "a slot of '" + outer.name + "' holds a map that it can't hold"));
}

// The key of part `place` in the map that it is joined in, and back.
std::vector<std::uint8_t> key_in(const MapDefinition& joined, std::uint32_t place,
                                 const std::vector<std::uint8_t>& key) {
  const auto each = joined.max_entries / static_cast<std::uint32_t>(joined.parts.size());
  if (is_array_map(joined.type))
    return index_key(place * each + key_index(key));
  std::vector<std::uint8_t> all = index_key(place);
  all.insert(all.end(), key.begin(), key.end());
  return all;
}

std::pair<std::uint32_t, std::vector<std::uint8_t>> part_of(const MapDefinition& joined,
                                                            const std::vector<std::uint8_t>& key) {
  const auto each = joined.max_entries / static_cast<std::uint32_t>(joined.parts.size());
  if (is_array_map(joined.type))
    return {key_index(key) / each, index_key(key_index(key) % each)};
  return {key_index(key), {key.begin() + 4, key.end()}};
}

} // namespace

// The ring begins in slot 0; the oldest value is there.
void HostTables::give_queue(const MapDefinition& definition, const MapContents& contents) {
  MapTable* ends = definition.made ? table_of(object_->maps[*definition.made].name) : nullptr;
  if (ends == nullptr) {
    untouched_[definition.name] = contents;
    return;
  }
  const auto count = static_cast<std::uint32_t>(contents.size());
  MapContents slots;
  std::uint32_t place = 0;
  for (const auto& [key, value] : contents) {
    const bool stack = definition.type == BPF_MAP_TYPE_STACK;
    slots.emplace(index_key(stack ? count - 1 - place : place), value);
    ++place;
  }
  std::vector<std::uint8_t> state = index_key(0);
  const auto number = index_key(count);
  state.insert(state.end(), number.begin(), number.end());
  ends->load({{index_key(0), state}});
  if (MapTable* table = table_of(definition.name))
    table->load(slots);
  else
    slots_[definition.name] = slots;
}

MapContents HostTables::queue_contents(const MapDefinition& definition) const {
  const MapTable* ends = definition.made ? table_of(object_->maps[*definition.made].name) : nullptr;
  if (ends == nullptr)
    return untouched_.contains(definition.name) ? untouched_.at(definition.name) : MapContents();
  const auto state = ends->contents().begin()->second;
  const std::uint32_t first = key_index(state), count = key_index({state.begin() + 4, state.end()});
  const MapTable* table = table_of(definition.name);
  const auto known = slots_.find(definition.name);
  const MapContents slots = table != nullptr        ? table->contents()
                            : known != slots_.end() ? known->second
                                                    : MapContents();
  MapContents contents;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool stack = definition.type == BPF_MAP_TYPE_STACK;
    const std::uint32_t behind = stack ? count - 1 - i : i;
    contents.emplace(place_key(i), slots.at(index_key((first + behind) % definition.max_entries)));
  }
  return contents;
}

void HostTables::give_filter(const MapDefinition& definition, const MapContents& contents) {
  if (hardware_of(definition) == nullptr) {
    untouched_[definition.name] = contents;
    return;
  }
  const MapDefinition& bits = object_->maps[*definition.made];
  MapContents words = initial_contents(bits);
  for (const auto& [place, word] : contents)
    words[index_key(place_of_key(place))] = word;
  table_of(bits.name)->load(words);
}

MapContents HostTables::filter_contents(const MapTable& bits) const {
  MapContents contents;
  for (const auto& [key, word] : bits.contents())
    if (key_index(word) != 0)
      contents.emplace(place_key(key_index(key)), word);
  return contents;
}

void HostTables::give(const MapDefinition& definition, const MapContents& contents) {
  if (is_bloom_map(definition.type))
    return give_filter(definition, contents);
  if (is_queue_map(definition.type))
    return give_queue(definition, contents);
  const auto index = static_cast<unsigned>(&definition - object_->maps.data());
  for (unsigned m = 0; m < object_->maps.size(); ++m)
    if (const auto& joined = object_->maps[m];
        joined.role == MapRole::Joined && table_of(joined.name) &&
        std::ranges::find(joined.parts, index) != joined.parts.end())
      return give_part(m, index, contents);
  MapTable* table = table_of(definition.name);
  if (table == nullptr) {
    if (has_contents(definition))
      untouched_[definition.name] = contents;
    return;
  }
  if (!definition.inner)
    return table->load(contents);
  MapContents numbers;
  for (const auto& [key, name] : contents)
    numbers.emplace(key, place_of(*object_, definition, name));
  table->load(numbers);
}

void HostTables::give_part(unsigned joined, unsigned part, const MapContents& contents) {
  const MapDefinition& definition = object_->maps[joined];
  const auto place = static_cast<std::uint32_t>(std::ranges::find(definition.parts, part) -
                                                definition.parts.begin());
  MapTable& table = *table_of(definition.name);
  MapContents all = table.contents();
  std::erase_if(all,
                [&](const auto& entry) { return part_of(definition, entry.first).first == place; });
  for (const auto& [key, value] : contents)
    all[key_in(definition, place, key)] = value;
  table.load(all);
}

MapState HostTables::state() const {
  MapState state = untouched_;
  for (const auto& map : object_->maps)
    if (has_contents(map) && is_queue_map(map.type))
      state[map.name] = queue_contents(map);
    else if (const MapTable* bits = is_bloom_map(map.type) ? hardware_of(map) : nullptr)
      state[map.name] = filter_contents(*bits);
  for (std::size_t m = 0; m < tables_.size(); ++m)
    if (const auto& map = object_->maps[pipeline_->maps[m].object_index];
        has_contents(map) && !is_queue_map(map.type))
      state[map.name] = contents_of(tables_[m], map);
    else
      take_parts(tables_[m], map, state);
  return state;
}

MapContents HostTables::contents_of(const MapTable& table, const MapDefinition& definition) const {
  MapContents contents = table.contents();
  if (definition.inner)
    for (auto& [key, value] : contents) {
      const std::string& name = object_->maps[definition.inner_maps.at(key_index(value))].name;
      value.assign(name.begin(), name.end());
    }
  return contents;
}

void HostTables::take_parts(const MapTable& table, const MapDefinition& definition,
                            MapState& state) const {
  if (definition.role != MapRole::Joined)
    return;
  for (const unsigned part : definition.parts)
    state[object_->maps[part].name];
  for (auto& [key, value] : table.contents()) {
    const auto [place, inner_key] = part_of(definition, key);
    state[object_->maps[definition.parts.at(place)].name].emplace(inner_key, value);
  }
}

} // namespace pw
