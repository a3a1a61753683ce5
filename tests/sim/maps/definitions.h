// Maps as an object file would declare them.
#pragma once

#include "frontend/object/object.h"

namespace pw {

// Sizes in bytes.
inline MapDefinition map_of(const char* name, bpf_map_type type, std::uint32_t key,
                            std::uint32_t value, std::uint32_t entries) {
  MapDefinition map;
  map.name = name;
  map.type = type;
  map.key_size = key;
  map.value_size = value;
  map.max_entries = entries;
  return map;
}

} // namespace pw
