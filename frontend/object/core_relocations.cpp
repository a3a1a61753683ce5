// Against the object's own types, most relocations change nothing, since the compiler emits every
// value as it is in these types. The exceptions are bit-fields, for which the compiler emits an
// access that is only right after relocation, and type ids, which a static linker renumbers without
// touching instructions.
#include "frontend/object/core_relocations.h"

#include "frontend/object/btf_info.h"
#include "support/diagnostic.h"

#include <linux/bpf.h>

#include <charconv>
#include <cstring>

namespace pw::object {
namespace {

struct Refused {
  std::string why;
};

// A member that is a bit-field: where it begins (bits from the start of the object) and its size.
struct BitField {
  std::uint64_t begin = 0;
  std::uint32_t bits = 0;
  std::uint32_t type_bytes = 0; // of the type that it is declared with
};

std::vector<std::uint32_t> access_path(const std::string& text) {
  std::vector<std::uint32_t> path;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::uint32_t index = 0;
    const auto [next, error] = std::from_chars(at, end, index);
    if (error != std::errc() || (next != end && *next != ':'))
      throw Refused{"the access '" + text + "' makes no sense"};
    path.push_back(index);
    at = next + 1;
  }
  return path;
}

std::uint64_t bits_of(const btf* types, std::uint32_t id) {
  const auto size = btf__resolve_size(types, id);
  if (size < 0)
    throw Refused{"type " + std::to_string(id) + " has no size"};
  return static_cast<std::uint64_t>(size) * 8;
}

BitField bit_field(const btf* types, const btf_type* structure, std::uint32_t index,
                   std::uint64_t begin) {
  const btf_type* declared = strip_modifiers(types, btf_members(structure)[index].type);
  if (!declared || (!btf_is_int(declared) && !btf_is_any_enum(declared)) || declared->size == 0)
    throw Refused{"a bit-field of a type that isn't an integer"};
  return {begin, btf_member_bitfield_size(structure, index), declared->size};
}

// Follows "0:1:2" from the root type; the bit-field at its end, if it is one.
std::optional<BitField> find_bit_field(const btf* types, const CoreRecord& r) {
  const auto path = access_path(btf_string(types, r.access));
  std::uint32_t id = r.type;
  std::uint64_t begin = path.empty() ? 0 : path[0] * bits_of(types, id);
  std::optional<BitField> found;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const btf_type* t = strip_modifiers(types, id);
    found.reset();
    if (t && btf_is_composite(t) && path[i] < btf_vlen(t)) {
      begin += btf_member_bit_offset(t, path[i]);
      if (btf_member_bitfield_size(t, path[i]) != 0)
        found = bit_field(types, t, path[i], begin);
      id = btf_members(t)[path[i]].type;
    } else if (t && btf_is_array(t)) {
      id = btf_array(t)->type;
      begin += path[i] * bits_of(types, id);
    } else {
      throw Refused{"the access '" + btf_string(types, r.access) + "' leaves its type"};
    }
  }
  return found;
}

// The smallest aligned piece of memory, no smaller than the declared type, that holds the whole
// field.
struct Piece {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
};

Piece piece_of(const BitField& f) {
  Piece p{f.begin / 8 / f.type_bytes * f.type_bytes, f.type_bytes};
  while (f.begin + f.bits - p.offset * 8 > p.bytes * 8ull) {
    if (p.bytes >= 8)
      throw Refused{"the bit-field doesn't fit into 8 bytes"};
    p.bytes *= 2;
    p.offset = f.begin / 8 / p.bytes * p.bytes;
  }
  return p;
}

// The relocated value, or nothing where the compiler's is right.
std::optional<std::uint64_t> value_of(const btf* types, const CoreRecord& r) {
  if (r.kind == BPF_CORE_TYPE_ID_LOCAL || r.kind == BPF_CORE_TYPE_ID_TARGET)
    return r.type;
  if (r.kind > BPF_CORE_FIELD_RSHIFT_U64)
    return std::nullopt;
  const auto field = find_bit_field(types, r);
  if (!field)
    return std::nullopt;
  const Piece piece = piece_of(*field);
  switch (r.kind) {
  case BPF_CORE_FIELD_BYTE_OFFSET:
    return piece.offset;
  case BPF_CORE_FIELD_BYTE_SIZE:
    return piece.bytes;
  case BPF_CORE_FIELD_LSHIFT_U64:
    return 64 - (field->begin + field->bits - piece.offset * 8);
  case BPF_CORE_FIELD_RSHIFT_U64:
    return 64 - field->bits;
  default:
    return std::nullopt;
  }
}

void patch(std::uint8_t* at, std::uint64_t value) {
  bpf_insn insn;
  std::memcpy(&insn, at, sizeof insn);
  switch (BPF_CLASS(insn.code)) {
  case BPF_LDX:
  case BPF_ST:
  case BPF_STX:
    if (value > 32767)
      throw Refused{"the field is too far away for the instruction"};
    insn.off = static_cast<std::int16_t>(value);
    break;
  case BPF_ALU:
  case BPF_ALU64:
  case BPF_LD:
    insn.imm = static_cast<std::int32_t>(value);
    break; // all values are small
  default:
    throw Refused{"the instruction can't hold the value"};
  }
  std::memcpy(at, &insn, sizeof insn);
}

void relocate(Bytes& image, const ElfFile& elf, const btf* types, const std::string& section,
              const CoreRecord& r) {
  const auto index = elf.find(section);
  if (!index || r.offset > elf.sections[*index].data.size() ||
      elf.sections[*index].data.size() - r.offset < sizeof(bpf_insn))
    throw Refused{"there is no instruction"};
  if (!btf__type_by_id(types, r.type))
    throw Refused{"type " + std::to_string(r.type) + " doesn't exist"};
  if (r.kind > BPF_CORE_TYPE_MATCHES)
    throw Refused{"kind " + std::to_string(r.kind) + " is not known"};
  if (const auto value = value_of(types, r))
    patch(image.data() + elf.sections[*index].offset + r.offset, *value);
}

} // namespace

void apply_core_relocations(Bytes& image) {
  const ElfFile elf = parse_elf(image);
  const auto ext = elf.find(".BTF.ext");
  if (!ext)
    return;
  const Btf types = parse_btf(elf);
  const BtfExt debug = parse_btf_ext(elf, types.get());
  for (const auto& [section, records] : debug.core)
    for (const CoreRecord& r : records)
      try {
        relocate(image, elf, types.get(), section, r);
      } catch (const Refused& refused) {
        throw Failure(diagnose("PW-OBJ-007", "CO-RE relocation in section '" + section +
                                                 "' at byte " + std::to_string(r.offset) + ": " +
                                                 refused.why));
      }
  if (debug.core_length_at)
    std::memset(image.data() + elf.sections[*ext].offset + *debug.core_length_at, 0, 4);
}

} // namespace pw::object
