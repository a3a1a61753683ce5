// What libbpf makes of an object: it checks the file and parses map definitions and program types.
#pragma once

#include "frontend/object/elf_file.h"
#include "frontend/object/object.h"

namespace pw::object {

struct OpenedProgram {
  std::string name, section;
  std::string type_name; // libbpf's word, "unspec" if the section name says nothing
  bpf_prog_type type = BPF_PROG_TYPE_UNSPEC;
};

struct OpenedObject {
  std::string license;
  std::vector<MapDefinition> maps; // inner definitions of maps of maps stand last
  std::vector<OpenedProgram> programs;
};

// Throws Failure PW-OBJ-004 with what libbpf says.
OpenedObject open_with_libbpf(const Bytes& image);

} // namespace pw::object
