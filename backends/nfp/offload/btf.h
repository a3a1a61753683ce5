// The sections .BTF and .BTF.ext of a written object.
#pragma once

#include "frontend/object/object.h"

#include <cstdint>
#include <string>
#include <vector>

namespace pw::nfp::offload {

using Bytes = std::vector<std::uint8_t>;

inline constexpr unsigned map_definition_bytes = 40; // of one map in section .maps: five pointers

struct TypeInfo {
  Bytes types;   // .BTF
  Bytes records; // .BTF.ext: functions and lines
};

// `maps`: indices into Object::maps in the order in which they stand in .maps. `entry_section`: of
// the program's own instructions; subprograms stand in .text.
TypeInfo write_types(const Object&, const Program&, const std::vector<unsigned>& maps,
                     const std::string& entry_section);

// Instructions [first, end) of a program's functions.
struct FunctionRange {
  std::string name;
  unsigned first = 0, end = 0;
};
std::vector<FunctionRange> functions_of(const Program&);

} // namespace pw::nfp::offload
