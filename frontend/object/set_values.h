// --set NAME=VALUE: values of global variables, given before compiling.
#pragma once

#include "frontend/object/btf_info.h"
#include "frontend/object/object.h"

namespace pw::object {

// A variable of a data section.
struct Variable {
  std::size_t section = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t type = 0; // BTF type; 0 = not known
};

struct Assignment {
  Variable variable;
  Bytes bytes; // variable.size of them
};

// Text of a value as `size` bytes: a number (decimal, 0x, 0b, negative), true/false, a character
// 'c' where the type is scalar; hexadecimal bytes (optionally separated by ':' or blanks) or, for
// char arrays, "text" in quotes otherwise. Throws Failure PW-OBJ-011.
Bytes encode_value(const btf* types, std::uint32_t type, std::size_t size, const std::string& name,
                   const std::string& text);

// NAME is a variable, or VARIABLE.FIELD of a structure. Names of externs are left alone.
// Throws Failure with everything that is wrong: PW-OBJ-010, PW-OBJ-011.
std::vector<Assignment> assignments(const ElfFile&, const btf* types,
                                    const std::map<std::string, std::string>& set);

} // namespace pw::object
