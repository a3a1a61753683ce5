// Links one program of an ELF file into a single run of instructions: the functions that it calls,
// or takes the address of, are appended in the order in which libbpf appends them, and references
// to maps, global data, functions and externs are resolved.
#pragma once

#include "frontend/object/btf_info.h"
#include "frontend/object/object.h"

namespace pw::object {

// A variable or function that the object declares but doesn't define.
struct Extern {
  enum Kind { Value, KernelFunction, KernelSymbol } kind = Value;
  std::uint32_t offset = 0; // Value: in the map .kconfig
  std::int32_t btf_id = 0;  // KernelFunction: in the object's own BTF
  bool weak = false;
};

struct LinkContext {
  const ElfFile& elf;
  const btf* types; // may be null
  const BtfExt& debug;
  std::map<std::string, unsigned> maps; // index by name; global data by the name of their section
  std::map<std::string, Extern> externs;
};

// Fills insns, lines and subprograms of the program whose function symbol is given.
// Throws Failure PW-OBJ-006, PW-OBJ-009.
void link_program(const LinkContext&, const ElfSymbol& function, Program& program);

} // namespace pw::object
