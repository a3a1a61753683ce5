#include "sim/control/held.h"

#include "sim/control/targets.h"
#include "sim/interp/map_store.h"
#include "sim/maps/contents.h"
#include "support/control_format.h"

#include <algorithm>
#include <cerrno>

namespace pw {
namespace {

using control::Bytes;
using control::Operation;

constexpr unsigned number_bytes = 4; // of a program, a map

bool names_something(const MapDefinition& map) {
  return is_program_map(map.type) || is_map_of_maps(map.type);
}

// Names in the contents of a map, numbers for the host.
template <typename Named> Bytes number_of(const std::vector<Named>& all, const Bytes& name) {
  const auto found = std::ranges::find(all, std::string(name.begin(), name.end()), &Named::name);
  Bytes out;
  control::put32(out, std::uint32_t(found - all.begin()));
  return out;
}

Bytes shown(const MapDefinition& map, const Object& object, const Bytes& value) {
  if (is_program_map(map.type))
    return number_of(object.programs, value);
  return is_map_of_maps(map.type) ? number_of(object.maps, value) : value;
}

// One operation on one map.
class Held {
public:
  Held(Bytes& packet, const MapDefinition& map, const Object& object, Engine& engine)
      : packet_(packet), map_(map), object_(object), engine_(engine),
        operation_(Operation(packet[control::operation_at])), flags_(packet[control::flags_at]),
        key_(packet.begin() + control::key_at, packet.begin() + value_at()) {}

  int run() {
    if (is_queue_map(map_.type))
      return queue();
    if (operation_ == Operation::LookupAndDelete)
      return -EOPNOTSUPP;
    if (is_redirect_map(map_.type))
      return target();
    return names_something(map_) ? name() : store();
  }

private:
  std::ptrdiff_t value_at() const { return control::key_at + std::ptrdiff_t(map_.key_size); }
  Bytes given(std::size_t bytes) const {
    const auto from = packet_.begin() + value_at();
    return {from, from + std::ptrdiff_t(bytes)};
  }
  void answer(const Bytes& value) {
    std::copy(value.begin(), value.end(), packet_.begin() + value_at());
  }
  MapContents contents() { return engine_.maps()[map_.name]; }
  void set(const MapContents& all) { engine_.set_maps({{map_.name, all}}); }

  int look_up(const MapContents& all) {
    const auto found = all.find(key_);
    if (found == all.end())
      return -ENOENT;
    answer(shown(map_, object_, found->second));
    return 0;
  }

  // devmap, cpumap, xskmap.
  int target() {
    MapContents slots = contents();
    const int result = change_target(
        map_, operation_, key_,
        std::span(packet_).subspan(std::size_t(value_at()), map_.value_size), flags_, slots);
    if (result == 0 && operation_ != Operation::Lookup)
      set(slots);
    return result;
  }

  // Program arrays and maps of maps.
  int name() {
    MapContents all = contents();
    if (operation_ == Operation::Lookup)
      return look_up(all);
    const bool there = all.contains(key_), hash = map_.type == BPF_MAP_TYPE_HASH_OF_MAPS;
    if (!hash && key_index(key_) >= map_.max_entries)
      return -E2BIG;
    if (operation_ == Operation::Delete) {
      if (all.erase(key_) == 0)
        return -ENOENT;
    } else if (const int error = name_update(all, there, hash)) {
      return error;
    }
    set(all);
    return 0;
  }

  int name_update(MapContents& all, bool there, bool hash) {
    if (!hash && flags_ != BPF_ANY)
      return -EINVAL;
    if (flags_ == BPF_NOEXIST && there)
      return -EEXIST;
    if (flags_ == BPF_EXIST && !there)
      return -ENOENT;
    if (!there && all.size() >= map_.max_entries)
      return -E2BIG;
    const std::uint32_t number = control::get32(given(number_bytes).data());
    const bool programs = is_program_map(map_.type);
    if (number >= (programs ? object_.programs.size() : object_.maps.size()))
      return -EBADF; // as a file descriptor that is none
    const std::string& name = programs ? object_.programs[number].name : object_.maps[number].name;
    all[key_].assign(name.begin(), name.end());
    return 0;
  }

  // Peek, push, pop.
  int queue() {
    MapContents all = contents();
    const bool taken = operation_ == Operation::LookupAndDelete;
    if (operation_ == Operation::Lookup || taken) {
      if (all.empty())
        return -ENOENT;
      answer(all.begin()->second);
      if (taken)
        renumber(all, 1);
      return 0;
    }
    return operation_ == Operation::Update ? push(all) : -EINVAL;
  }

  // The oldest value makes room, also of a stack.
  int push(MapContents& all) {
    if (flags_ == BPF_NOEXIST)
      return -EINVAL;
    const bool full = all.size() >= map_.max_entries, stack = map_.type == BPF_MAP_TYPE_STACK;
    if (full && flags_ != BPF_EXIST)
      return -E2BIG;
    if (full && stack)
      all.erase(std::prev(all.end()));
    std::vector<Bytes> values;
    for (auto& [place, value] : all)
      values.push_back(std::move(value));
    values.insert(stack ? values.begin() : values.end(), given(map_.value_size));
    put(std::span(values).subspan(full && !stack ? 1 : 0));
    return 0;
  }

  void renumber(const MapContents& all, std::size_t without) {
    std::vector<Bytes> values;
    for (const auto& [place, value] : all)
      values.push_back(value);
    put(std::span(values).subspan(without));
  }

  void put(std::span<const Bytes> values) {
    MapContents all;
    for (const Bytes& value : values)
      all.emplace(place_key(std::uint32_t(all.size())), value);
    set(all);
  }

  // The map as the kernel keeps it, with what the pipeline has in it.
  int store() {
    const auto kept = interp::make_map_store(map_);
    kept->replace(contents());
    if (operation_ == Operation::Lookup) {
      const auto element = kept->find(key_);
      if (!element)
        return -ENOENT;
      const auto found = kept->value(*element);
      answer(Bytes(found.begin(), found.end()));
      return 0;
    }
    if (kept->read_only())
      return -EPERM;
    const int result = operation_ == Operation::Update
                           ? kept->update(key_, given(map_.value_size), flags_)
                           : kept->remove(key_);
    if (result == 0)
      set(kept->contents());
    return result;
  }

  Bytes& packet_;
  const MapDefinition& map_;
  const Object& object_;
  Engine& engine_;
  Operation operation_;
  std::uint8_t flags_;
  Bytes key_;
};

} // namespace

bool held_kind(const MapDefinition& map) { return has_contents(map) && !is_bloom_map(map.type); }

void execute_held(Bytes& packet, const Object& object, Engine& engine) {
  const MapDefinition& map = object.maps[packet[control::map_at]];
  const auto result = std::uint32_t(Held(packet, map, object, engine).run());
  for (unsigned i = 0; i < 4; ++i)
    packet[control::result_at + i] = std::uint8_t(result >> 8 * i);
}

std::vector<Bytes> dump_held(const MapDefinition& map, const Object& object, Engine& engine) {
  std::vector<Bytes> flat;
  const MapState state = engine.maps();
  for (const auto& [key, value] : state.at(map.name)) {
    flat.push_back(is_queue_map(map.type) ? Bytes() : key);
    flat.push_back(shown(map, object, value));
    flat.back().resize(map.value_size); // behind a target: no program
  }
  return flat;
}

} // namespace pw
