#include "sim/maps/contents.h"

#include "sim/maps/bloom.h"

#include <algorithm>
#include <map>

namespace pw {

namespace {

constexpr std::size_t most_findings = 20; // a file for another object would give thousands

std::string hex(const std::vector<std::uint8_t>& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty())
      text += ' ';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text.empty() ? "(no bytes)" : text;
}

// Checks the entries of one map.
class ContentsCheck {
public:
  ContentsCheck(const Object& object, const MapDefinition& map, std::vector<Diagnostic>& findings)
      : object_(object), map_(map), findings_(findings) {}

  void run(const MapContents& contents) {
    if (map_.global == GlobalData::Rodata && contents != initial_contents(map_)) {
      findings_.push_back(
          diagnose("PW-IN-113", "'" + map_.name + "' is constant while packets flow")
              .help("set constants with --set NAME=VALUE"));
      return;
    }
    if (contents.size() > map_.max_entries && !is_bloom_map(map_.type) &&
        map_.role != MapRole::Routes)
      report("PW-IN-108", "map '" + map_.name + "' is given more entries than it holds",
             map_.max_entries, contents.size());
    for (const auto& [key, value] : contents) {
      check_key(key);
      check_value(key, value);
    }
  }

private:
  void report(const char* code, const std::string& message, std::size_t limit, std::size_t value) {
    if (findings_.size() < most_findings)
      findings_.push_back(
          diagnose(code, message).limited(std::to_string(limit), std::to_string(value)));
  }

  void check_key(const std::vector<std::uint8_t>& key) {
    if (is_queue_map(map_.type))
      return; // whoever makes contents numbers them
    if (is_bloom_map(map_.type))
      return check_word(key);
    const std::string entry = "map '" + map_.name + "', entry with key " + hex(key) + ": ";
    if (key.size() != map_.key_size) {
      report("PW-IN-105", entry + "the key must have " + std::to_string(map_.key_size) + " bytes",
             map_.key_size, key.size());
      return;
    }
    const bool indexed = is_array_map(map_.type) || is_program_map(map_.type) ||
                         map_.type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
                         (is_redirect_map(map_.type) && map_.type != BPF_MAP_TYPE_DEVMAP_HASH);
    if (indexed && key_index(key) >= map_.max_entries)
      report("PW-IN-107", entry + "the slot is outside of the map", map_.max_entries,
             key_index(key));
    if (map_.type == BPF_MAP_TYPE_LPM_TRIE && key_index(key) > (map_.key_size - 4) * 8)
      report("PW-IN-107", entry + "the prefix is longer than the key", (map_.key_size - 4) * 8,
             key_index(key));
  }

  void check_word(const std::vector<std::uint8_t>& key) {
    const std::uint32_t words = bloom_words(map_.max_entries, map_.extra);
    if (is_pushed_key(key))
      return;
    if (key.size() != 4)
      report("PW-IN-105", "map '" + map_.name + "': the number of a word must have 4 bytes", 4,
             key.size());
    else if (place_of_key(key) >= words)
      report("PW-IN-107", "map '" + map_.name + "': the word is outside of the filter", words,
             place_of_key(key));
  }

  void check_value(const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& value) {
    if (is_program_map(map_.type))
      return check_program(key, std::string(value.begin(), value.end()));
    if (map_.inner)
      return check_inner(key, std::string(value.begin(), value.end()));
    const bool device = map_.type == BPF_MAP_TYPE_DEVMAP || map_.type == BPF_MAP_TYPE_DEVMAP_HASH;
    if (device && value.size() == 4 && key_index(value) == 0)
      findings_.push_back(diagnose("PW-IN-107", "map '" + map_.name + "', entry with key " +
                                                    hex(key) + ": there is no interface 0")
                              .help("leave slots without a target out"));
    const bool word = is_bloom_map(map_.type) && !is_pushed_key(key);
    const std::size_t size = is_redirect_map(map_.type) || word ? 4 : map_.value_size;
    if (value.size() != size)
      report("PW-IN-106",
             "map '" + map_.name + "', entry with key " + hex(key) + ": the value must have " +
                 std::to_string(size) + " bytes",
             size, value.size());
  }

  void check_program(const std::vector<std::uint8_t>& key, const std::string& name) {
    std::string known;
    for (const Program& program : object_.programs) {
      if (program.name == name)
        return;
      known += (known.empty() ? "" : ", ") + program.name;
    }
    findings_.push_back(diagnose("PW-IN-114", "map '" + map_.name + "', entry with key " +
                                                  hex(key) + ": the object has no program '" +
                                                  name + "'")
                            .help("its programs: " + known));
  }

  void check_inner(const std::vector<std::uint8_t>& key, const std::string& name) {
    std::string known;
    for (const unsigned i : map_.inner_maps) {
      if (object_.maps[i].name == name)
        return;
      known += (known.empty() ? "" : ", ") + object_.maps[i].name;
    }
    findings_.push_back(diagnose("PW-IN-116", "map '" + map_.name + "', entry with key " +
                                                  hex(key) + ": its slots can't hold map '" + name +
                                                  "'")
                            .limited(known, name)
                            .help("inner maps are those of its type and sizes that --slot or the "
                                  "map file name before compiling"));
  }

  const Object& object_;
  const MapDefinition& map_;
  std::vector<Diagnostic>& findings_;
};

} // namespace

bool is_per_cpu_map(bpf_map_type type) {
  return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool is_array_map(bpf_map_type type) {
  return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

bool is_keyed_map(bpf_map_type type) {
  return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LPM_TRIE;
}

bool is_redirect_map(bpf_map_type type) {
  return type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH ||
         type == BPF_MAP_TYPE_CPUMAP || type == BPF_MAP_TYPE_XSKMAP;
}

bool is_program_map(bpf_map_type type) { return type == BPF_MAP_TYPE_PROG_ARRAY; }

bool is_map_of_maps(bpf_map_type type) {
  return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

bool is_queue_map(bpf_map_type type) {
  return type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK;
}

bool is_bloom_map(bpf_map_type type) { return type == BPF_MAP_TYPE_BLOOM_FILTER; }

bool has_contents(bpf_map_type type) {
  return is_array_map(type) || is_keyed_map(type) || is_redirect_map(type) ||
         is_program_map(type) || is_map_of_maps(type) || is_queue_map(type) || is_bloom_map(type);
}

bool has_contents(const MapDefinition& map) {
  return map.role == MapRole::Own && has_contents(map.type);
}

const MapDefinition* find_map(const Object& object, const std::string& name) {
  const auto map = std::ranges::find(object.maps, name, &MapDefinition::name);
  return map == object.maps.end() ? nullptr : &*map;
}

std::vector<std::uint8_t> index_key(std::uint32_t index) {
  return {static_cast<std::uint8_t>(index), static_cast<std::uint8_t>(index >> 8),
          static_cast<std::uint8_t>(index >> 16), static_cast<std::uint8_t>(index >> 24)};
}

std::vector<std::uint8_t> place_key(std::uint32_t place) {
  std::vector<std::uint8_t> key = index_key(place);
  std::ranges::reverse(key);
  return key;
}

std::uint32_t key_index(const std::vector<std::uint8_t>& key) {
  return key.at(0) | key.at(1) << 8 | key.at(2) << 16 | static_cast<std::uint32_t>(key.at(3)) << 24;
}

MapContents initial_contents(const MapDefinition& map) {
  MapContents contents;
  for (const auto& [slot, program] : map.initial_programs)
    contents[index_key(slot)] = std::vector<std::uint8_t>(program.begin(), program.end());
  if (!is_array_map(map.type))
    return contents;
  for (std::uint32_t i = 0; i < map.max_entries; ++i)
    contents[index_key(i)] = std::vector<std::uint8_t>(map.value_size);
  if (!map.initial.empty() && map.max_entries != 0)
    std::copy_n(map.initial.begin(), std::min<std::size_t>(map.initial.size(), map.value_size),
                contents[index_key(0)].begin());
  return contents;
}

MapContents initial_contents(const Object& object, const MapDefinition& map) {
  MapContents contents = initial_contents(map);
  for (const auto& [slot, inner] : map.initial_maps) {
    std::vector<std::uint8_t> key = index_key(slot);
    key.resize(map.key_size);
    const std::string& name = object.maps[inner].name;
    contents[key] = std::vector<std::uint8_t>(name.begin(), name.end());
  }
  return contents;
}

MapState initial_state(const Object& object) {
  MapState state;
  for (const MapDefinition& map : object.maps)
    if (has_contents(map))
      state[map.name] = initial_contents(object, map);
  return state;
}

void check_maps(const MapState& state, const Object& object) {
  std::vector<Diagnostic> findings;
  for (const auto& [name, contents] : state) {
    const MapDefinition* map = find_map(object, name);
    if (map == nullptr || (map->role != MapRole::Own && map->role != MapRole::Routes)) {
      std::string known;
      for (const MapDefinition& other : object.maps)
        if (other.role == MapRole::Own)
          known += (known.empty() ? "" : ", ") + other.name;
      findings.push_back(diagnose("PW-IN-103", "the program has no map '" + name + "'")
                             .help(known.empty() ? "it has no maps" : "its maps: " + known));
    } else if (!has_contents(map->type)) {
      findings.push_back(diagnose(
          "PW-IN-110", "map '" + name + "' is of a type that can't be filled from a file"));
    } else {
      ContentsCheck(object, *map, findings).run(contents);
    }
  }
  if (!findings.empty())
    throw Failure(findings);
}

namespace {

// A key of an LPM trie without what stands behind its prefix.
std::vector<std::uint8_t> prefix_of(std::vector<std::uint8_t> key) {
  const std::size_t length = key_index(key);
  for (std::size_t bit = length; bit < (key.size() - 4) * 8; ++bit)
    key[4 + bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  return key;
}

// Of several keys with the same prefix the last one stays.
MapContents one_key_a_prefix(const MapContents& given) {
  std::map<std::vector<std::uint8_t>, std::vector<std::uint8_t>> last;
  for (const auto& [key, value] : given)
    last[prefix_of(key)] = key;
  MapContents contents;
  for (const auto& [prefix, key] : last)
    contents[key] = given.at(key);
  return contents;
}

} // namespace

MapContents complete_contents(const MapDefinition& map, const MapContents& given) {
  if (map.type == BPF_MAP_TYPE_LPM_TRIE)
    return one_key_a_prefix(given);
  if (is_bloom_map(map.type))
    return bloom_bits(map, given);
  MapContents contents;
  if (is_array_map(map.type))
    for (std::uint32_t i = 0; i < map.max_entries; ++i)
      contents[index_key(i)] = std::vector<std::uint8_t>(map.value_size);
  for (const auto& [key, value] : given)
    contents[key] = value;
  return contents;
}

} // namespace pw
