// The plain description of an object file: what libbpf made of it, without libbpf. Instructions are
// relocated: map references are ld_imm64 with src_reg BPF_PSEUDO_MAP_IDX (5; imm = index into
// Object::maps) or BPF_PSEUDO_MAP_IDX_VALUE (6; second imm = byte offset); subprograms and
// callbacks stand behind the program's own instructions (BPF_PSEUDO_CALL with relative imm;
// BPF_PSEUDO_FUNC with relative imm); CO-RE relocations are done against the object's own BTF.
#pragma once

#include "support/diagnostic.h"

#include <linux/bpf.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pw {

enum class GlobalData { None, Rodata, Data, Bss, Kconfig };

enum class MapRole {
  Own,        // of the file, or added to it for a map of maps: it has contents
  Definition, // of the inner maps of a map of maps; no map by itself
  // Made for hardware (make_parts): all inner maps `parts` in one. The number of the map, which is
  // its place in `parts`, stands in front of the key (4 bytes), or counts times max_entries
  // (arrays).
  Joined,
  Ends, // made for hardware: of the queue or stack parts[0]: u32 first, u32 count
  Bits, // made for hardware: of the Bloom filter parts[0]: its bits, in words of 32
  Routes, // what bpf_fib_lookup looks up, filled by the host alone (support/fib.h)
};

struct MapDefinition {
  std::string
      name; // as in the ELF file; global data maps by their section: ".rodata", ".data", ".bss"
  bpf_map_type type = BPF_MAP_TYPE_UNSPEC;
  std::uint32_t key_size = 0;   // bytes
  std::uint32_t value_size = 0; // bytes
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::uint64_t extra = 0; // map_extra: of a Bloom filter the number of hash functions, 0 for 5
  GlobalData global = GlobalData::None;
  std::vector<std::uint8_t> initial;      // contents of global data, value_size bytes; else empty
  bool legacy = false;                    // came from SEC("maps")
  std::optional<std::uint32_t> spin_lock; // byte offset of struct bpf_spin_lock in the value
  MapRole role = MapRole::Own;
  std::optional<unsigned> inner; // map-in-map: index of the inner maps' definition
  std::map<std::uint32_t, std::string> initial_programs; // prog array: slot -> program name
  std::map<std::uint32_t, unsigned> initial_maps; // map of maps: slot -> index of the map in it
  // Map of maps: indices of all maps that a slot may hold; a slot's value in hardware is the place
  // of its map here. If none was named, it is the definition, so that there is something to fill.
  std::vector<unsigned> inner_maps;
  bool nothing_known = false;
  std::optional<unsigned> added_for; // was added as an inner map of this map of maps
  std::vector<unsigned> parts;       // by role
  std::optional<unsigned> made;      // what was made for hardware of this map, or of its inner maps
};

struct LineInfo {
  unsigned insn = 0; // first instruction of the line
  SourceLocation location;
};

struct Subprogram {
  unsigned insn = 0;
  std::string name;
};

enum class ProgramType { Unknown, Xdp, Tc, Other };

struct Program {
  std::string name;
  std::string section;
  ProgramType type = ProgramType::Unknown;
  std::string type_name; // libbpf's word for it: "xdp", "kprobe", ...
  std::vector<bpf_insn> insns;
  std::vector<LineInfo> lines;         // ascending by insn
  std::vector<Subprogram> subprograms; // ascending by insn; [0] is the program itself

  SourceLocation location(unsigned insn) const; // of the line that insn belongs to
};

struct Object {
  std::string path;
  std::string sha256; // of the file, hex
  std::string license;
  std::vector<MapDefinition> maps;
  std::vector<Program> programs;
  std::map<std::int32_t, std::string>
      kernel_functions; // names of kfuncs by the btf_id that calls carry
};

struct OpenOptions {
  std::map<std::string, std::string> set; // --set NAME=VALUE for .rodata/.data/.bss variables
  // --slot MAP:INDEX=PROGRAM, over what the object says; without PROGRAM the slot is emptied. For a
  // map of maps MAP:KEY=NAME of a map, which is added if there is none of that name.
  std::vector<std::string> slots;
  std::vector<std::string> entries; // --entries MAP=N: another max_entries than the file says
};

// Opens with libbpf in a child process, so that a corrupted file can't take this one down.
// Throws Failure (PW-OBJ-..., PW-TAIL-006).
Object open_object(const std::string& path, const OpenOptions& = {});

// The ELF image that libbpf 1.x opens and the kernel takes, for running the same object there:
// legacy map definitions are translated to BTF ones, CO-RE relocations are done (as in
// open_object), values set in .data* and .rodata* (values of .bss and .kconfig don't fit into a
// file: take them from MapDefinition::initial and use bpf_map__set_initial_value). Throws Failure
// (PW-OBJ-...).
std::vector<std::uint8_t> libbpf_image(const std::string& path, const OpenOptions& = {});

// "MAP:INDEX=PROGRAM" or "MAP:INDEX=": MapDefinition::initial_programs from now on; for a map of
// maps "MAP:KEY=NAME", initial_maps. Throws Failure PW-TAIL-006: no such program array or map of
// maps, slot, XDP program, or a map of another shape.
void set_slot(Object&, const std::string& assignment);

// "MAP=N": that map has room for N entries, in every engine. Throws Failure PW-MAP-031: no such
// map, or one whose size the program knows (global data), or no number.
void set_entries(Object&, const std::string& assignment);

// Index of the map `name` as one that slots of map of maps `outer` may hold; if there is none of
// that name it is added, with the definition of outer's inner maps. nullopt: there is one, of
// another shape.
std::optional<unsigned> inner_map(Object&, unsigned outer, const std::string& name);

// What hardware needs besides the maps of the file (MapRole::Joined, Ends, Bits), made anew; to be
// called when it is known which inner maps there are, before lifting.
void make_parts(Object&);

// The type by the section's name or, failing that, by the use of the context; Unknown if neither
// tells.
ProgramType program_type(const Program&);

// name "" = the only program (of several, the only one that stands in no slot), else an error that
// lists them. type Unknown = from the section, then from the use of the context. Throws Failure.
const Program& select_program(const Object&, const std::string& name,
                              ProgramType type = ProgramType::Unknown);

} // namespace pw
