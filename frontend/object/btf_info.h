// The type information of an object file: libbpf's btf for .BTF, and the records of .BTF.ext, for
// which libbpf has no accessors.
#pragma once

#include "frontend/object/elf_file.h"

#include <bpf/btf.h>

#include <map>
#include <memory>

namespace pw::object {

struct BtfDeleter {
  void operator()(btf* b) const { btf__free(b); }
};
using Btf = std::unique_ptr<btf, BtfDeleter>;

// Null if the object has none. Throws Failure PW-OBJ-003 if it is corrupt.
Btf parse_btf(const ElfFile&);

std::string btf_string(const btf*, std::uint32_t offset); // "" if out of range
const btf_type* strip_modifiers(const btf*, std::uint32_t id, std::uint32_t* stripped = nullptr);

struct LineRecord {
  std::uint32_t offset = 0; // of the instruction in its section, bytes
  std::uint32_t file = 0;   // string offsets
  std::uint32_t text = 0;
  unsigned line = 0, column = 0;
};

struct CoreRecord {
  std::uint32_t offset = 0; // of the instruction in its section, bytes
  std::uint32_t type = 0;   // of the object's own BTF
  std::uint32_t access = 0; // string offset
  std::uint32_t kind = 0;   // bpf_core_relo_kind
};

struct BtfExt {
  std::map<std::string, std::vector<LineRecord>> lines; // by section name, ascending by offset
  std::map<std::string, std::vector<CoreRecord>> core;
  // Where the header's words for the CO-RE subsection stand in .BTF.ext, if it has them: setting
  // the length to zero hides the relocations from libbpf.
  std::optional<std::size_t> core_length_at;
};

// Empty if the object has none. Throws Failure PW-OBJ-003 if it is corrupt.
BtfExt parse_btf_ext(const ElfFile&, const btf*);

} // namespace pw::object
