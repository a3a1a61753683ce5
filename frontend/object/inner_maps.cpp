// Which maps stand in maps of maps, and what hardware makes of them.
#include "frontend/object/object.h"

#include "support/bloom.h"

#include <algorithm>

namespace pw {
namespace {

// More inner maps than these, if they are alike and of a kind that allows it, become one map with
// their number in front of the key: the program behind the look-up would else be there once for
// each.
constexpr std::size_t most_apart = 4;

bool is_array(bpf_map_type t) { return t == BPF_MAP_TYPE_ARRAY || t == BPF_MAP_TYPE_PERCPU_ARRAY; }

bool is_hash(bpf_map_type t) { return t == BPF_MAP_TYPE_HASH || t == BPF_MAP_TYPE_PERCPU_HASH; }

// Does Linux let a slot for maps like `wanted` hold `m`? (bpf_map_meta_equal)
bool alike(const MapDefinition& m, const MapDefinition& wanted) {
  return m.role == MapRole::Own && m.global == GlobalData::None && m.type == wanted.type &&
         m.key_size == wanted.key_size && m.value_size == wanted.value_size &&
         m.flags == wanted.flags && m.extra == wanted.extra && m.spin_lock == wanted.spin_lock &&
         (!is_array(m.type) || m.max_entries == wanted.max_entries || (m.flags & BPF_F_INNER_MAP));
}

void drop_made(Object& object) {
  const auto made = [](const MapDefinition& m) {
    return m.role == MapRole::Joined || m.role == MapRole::Ends || m.role == MapRole::Bits;
  };
  std::erase_if(object.maps, made); // they stand last
  for (MapDefinition& m : object.maps)
    m.made.reset();
}

// Does a program name the map itself, or can it come out of two maps of maps? Then it has to stay
// one that all of them access.
bool is_shared(const Object& object, unsigned map) {
  const auto named = [&](const Program& p) {
    return std::ranges::any_of(p.insns, [&](const bpf_insn& i) {
      return i.code == (BPF_LD | BPF_DW | BPF_IMM) && i.src_reg == BPF_PSEUDO_MAP_IDX &&
             unsigned(i.imm) == map;
    });
  };
  const auto holds = [&](const MapDefinition& m) {
    return std::ranges::find(m.inner_maps, map) != m.inner_maps.end();
  };
  return std::ranges::count_if(object.maps, holds) > 1 ||
         std::ranges::any_of(object.programs, named);
}

bool joinable(const Object& object, const MapDefinition& outer) {
  if (outer.inner_maps.size() <= most_apart)
    return false;
  const MapDefinition& first = object.maps[outer.inner_maps.front()];
  const auto all = std::uint64_t{first.max_entries} * outer.inner_maps.size();
  return (is_array(first.type) || is_hash(first.type)) && !first.spin_lock && all <= UINT32_MAX &&
         std::ranges::all_of(outer.inner_maps, [&](unsigned i) {
           return object.maps[i].max_entries == first.max_entries && !is_shared(object, i);
         });
}

MapDefinition joined(const Object& object, unsigned outer) {
  const std::vector<unsigned>& parts = object.maps[outer].inner_maps;
  MapDefinition m = object.maps[parts.front()];
  m.name = object.maps[outer].name + ".all";
  m.role = MapRole::Joined;
  m.added_for.reset();
  m.parts = parts;
  m.max_entries *= unsigned(parts.size());
  if (!is_array(m.type))
    m.key_size += 4;
  return m;
}

MapDefinition ends_of(const Object& object, unsigned queue) {
  MapDefinition m;
  m.name = object.maps[queue].name + ".ends";
  m.type = BPF_MAP_TYPE_ARRAY;
  m.key_size = 4;
  m.value_size = 8;
  m.max_entries = 1;
  m.role = MapRole::Ends;
  m.parts = {queue};
  return m;
}

MapDefinition bits_of(const Object& object, unsigned filter) {
  const MapDefinition& of = object.maps[filter];
  MapDefinition m;
  m.name = of.name + ".bits";
  m.type = BPF_MAP_TYPE_ARRAY;
  m.key_size = 4;
  m.value_size = 4;
  m.max_entries = bloom_words(of.max_entries, of.extra);
  m.role = MapRole::Bits;
  m.parts = {filter};
  return m;
}

void make_of(Object& object, unsigned map, MapDefinition made) {
  object.maps[map].made = unsigned(object.maps.size());
  object.maps.push_back(std::move(made));
}

// The definition of inner maps becomes one.
void give_one(Object& object, unsigned outer) {
  const unsigned definition = *object.maps[outer].inner;
  object.maps[definition].role = MapRole::Own;
  object.maps[definition].added_for = outer;
}

void take_back(Object& object, unsigned outer) {
  const unsigned definition = *object.maps[outer].inner;
  object.maps[outer].nothing_known = false;
  std::erase(object.maps[outer].inner_maps, definition);
  object.maps[definition].role = MapRole::Definition;
  object.maps[definition].added_for.reset();
  std::erase_if(object.maps[outer].initial_maps,
                [&](const auto& slot) { return slot.second == definition; });
}

} // namespace

std::optional<unsigned> inner_map(Object& object, unsigned outer, const std::string& name) {
  drop_made(object);
  const unsigned definition = *object.maps[outer].inner;
  if (object.maps[outer].nothing_known)
    take_back(object, outer);
  auto found = std::ranges::find(object.maps, name, &MapDefinition::name);
  if (found == object.maps.end()) {
    MapDefinition added = object.maps[definition];
    added.name = name;
    added.role = MapRole::Own;
    added.added_for = outer;
    object.maps.push_back(std::move(added));
    found = std::prev(object.maps.end());
  } else if (found->role == MapRole::Definition &&
             unsigned(found - object.maps.begin()) == definition) {
    give_one(object, outer); // its own name, which dumps of a map of maps without others have
  }
  MapDefinition wanted = object.maps[definition];
  if (!alike(*found, wanted))
    return std::nullopt;
  const auto index = unsigned(found - object.maps.begin());
  std::vector<unsigned>& all = object.maps[outer].inner_maps;
  if (std::ranges::find(all, index) == all.end())
    all.push_back(index);
  return index;
}

void make_parts(Object& object) {
  drop_made(object);
  const auto count = unsigned(object.maps.size());
  for (unsigned i = 0; i < count; ++i) {
    const auto type = object.maps[i].type;
    if (object.maps[i].inner) {
      if (object.maps[i].inner_maps.empty()) {
        give_one(object, i);
        object.maps[i].inner_maps = {*object.maps[i].inner};
        object.maps[i].nothing_known = true;
      }
      if (joinable(object, object.maps[i]))
        make_of(object, i, joined(object, i));
    }
    if (type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK)
      make_of(object, i, ends_of(object, i));
    if (type == BPF_MAP_TYPE_BLOOM_FILTER && object.maps[i].role == MapRole::Own)
      make_of(object, i, bits_of(object, i));
  }
}

} // namespace pw
