#include "frontend/control/description.h"

#include "support/control_format.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pw {
namespace {

using Json = nlohmann::ordered_json;

// By number, from 0 on.
constexpr std::array words = {"unspec",
                              "hash",
                              "array",
                              "prog_array",
                              "perf_event_array",
                              "percpu_hash",
                              "percpu_array",
                              "stack_trace",
                              "cgroup_array",
                              "lru_hash",
                              "lru_percpu_hash",
                              "lpm_trie",
                              "array_of_maps",
                              "hash_of_maps",
                              "devmap",
                              "sockmap",
                              "cpumap",
                              "xskmap",
                              "sockhash",
                              "cgroup_storage",
                              "reuseport_sockarray",
                              "percpu_cgroup_storage",
                              "queue",
                              "stack",
                              "sk_storage",
                              "devmap_hash",
                              "struct_ops",
                              "ringbuf",
                              "inode_storage",
                              "task_storage",
                              "bloom_filter",
                              "user_ringbuf",
                              "cgrp_storage",
                              "arena"};

bool per_cpu(bpf_map_type t) {
  return t == BPF_MAP_TYPE_PERCPU_HASH || t == BPF_MAP_TYPE_PERCPU_ARRAY ||
         t == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool is_array(const MapDefinition& m) {
  return m.global != GlobalData::None || m.type == BPF_MAP_TYPE_ARRAY ||
         m.type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

bool has_entries(bpf_map_type t) {
  switch (t) {
  case BPF_MAP_TYPE_HASH:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
  case BPF_MAP_TYPE_LPM_TRIE:
  case BPF_MAP_TYPE_DEVMAP:
  case BPF_MAP_TYPE_DEVMAP_HASH:
  case BPF_MAP_TYPE_CPUMAP:
  case BPF_MAP_TYPE_XSKMAP:
  case BPF_MAP_TYPE_PROG_ARRAY:
  case BPF_MAP_TYPE_ARRAY_OF_MAPS:
  case BPF_MAP_TYPE_HASH_OF_MAPS:
  case BPF_MAP_TYPE_QUEUE:
  case BPF_MAP_TYPE_STACK:
    return true;
  default:
    return false;
  }
}

const char* access_of(const MapDefinition& m, unsigned id, bool live) {
  if (id > control::highest_map)
    return "none";
  if (live)
    return "live";
  if (m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig)
    return "constant";
  return is_array(m) || has_entries(m.type) ? "held" : "none";
}

} // namespace

std::string map_type_word(bpf_map_type type) {
  return type < words.size() ? words[type] : "type " + std::to_string(type);
}

unsigned control_bytes(const std::vector<ControlledMap>& maps) {
  unsigned bytes = 0;
  for (const ControlledMap& m : maps)
    bytes = std::max(bytes, m.bytes);
  return maps.empty() ? 0 : std::max(bytes, control::key_at + 1);
}

std::string describe_control(const Object& object, const Program& program,
                             const std::vector<ControlledMap>& maps, unsigned cpu) {
  Json out = {{"program", program.name},
              {"cpu", cpu},
              {"maps", Json::array()},
              {"programs", Json::array()}};
  for (unsigned i = 0; i < object.programs.size(); ++i)
    out["programs"].push_back({{"id", i}, {"name", object.programs[i].name}});
  for (unsigned i = 0; i < object.maps.size(); ++i) {
    const auto is = [&](const ControlledMap& c) { return c.map == i; };
    const auto lists = [&](const ControlledMap& c) { return c.keys == i; };
    const MapDefinition& m = object.maps[i];
    if (m.role != MapRole::Own || std::any_of(maps.begin(), maps.end(), lists))
      continue;
    out["maps"].push_back({{"id", i},
                           {"name", m.name},
                           {"type", map_type_word(m.type)},
                           {"type_number", unsigned(m.type)},
                           {"key_bytes", m.key_size},
                           {"value_bytes", m.value_size},
                           {"max_entries", m.max_entries},
                           {"flags", m.flags},
                           {"access", access_of(m, i, std::any_of(maps.begin(), maps.end(), is))},
                           {"array", is_array(m)},
                           {"per_cpu", per_cpu(m.type)}});
  }
  return out.dump();
}

} // namespace pw
