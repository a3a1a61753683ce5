// Map definitions of the days before BTF: SEC("maps") with struct bpf_map_def (libbpf, samples/bpf)
// or struct bpf_elf_map (iproute2). libbpf 1.x refuses them.
#pragma once

#include "frontend/object/elf_file.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pw::object {

// The image with BTF map definitions in their place; unchanged if it has no legacy ones. The maps
// keep their names, sizes and types; an object without BTF gets one that describes the maps only.
// Throws Failure PW-OBJ-008.
Bytes translate_legacy_maps(const Bytes& image);

// Program arrays of the untranslated image by iproute2's id: a section "ID/SLOT" holds the program
// that stands in a slot of one.
std::map<std::uint32_t, std::string> legacy_program_arrays(const ElfFile& original);

// Names of the maps that the untranslated image defines in SEC("maps").
std::vector<std::string> legacy_map_names(const ElfFile& original);

} // namespace pw::object
