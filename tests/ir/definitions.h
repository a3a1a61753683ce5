// Maps of hand-written programs.
#pragma once

#include "frontend/object/object.h"

namespace pw::test {

inline MapDefinition map_definition(const std::string& name, bpf_map_type type, unsigned key,
                                    unsigned value, unsigned entries) {
  MapDefinition m;
  m.name = name;
  m.type = type;
  m.key_size = key;
  m.value_size = value;
  m.max_entries = entries;
  return m;
}

} // namespace pw::test
