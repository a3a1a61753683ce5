// The compiler emits every relocatable value (field offset and size, signedness, shifts,
// enumerator, existence) as it is in the object's own types, so against these a relocation changes
// nothing. Type ids are the exception: a static linker renumbers types without touching
// instructions.
#include "frontend/object/core_relocations.h"

#include "frontend/object/btf_info.h"
#include "support/diagnostic.h"

#include <linux/bpf.h>

#include <cstring>

namespace pw::object {
namespace {

bool is_type_id(std::uint32_t kind) {
  return kind == BPF_CORE_TYPE_ID_LOCAL || kind == BPF_CORE_TYPE_ID_TARGET;
}

[[noreturn]] void refuse(const std::string& section, const CoreRecord& r, const std::string& what) {
  throw Failure(diagnose("PW-OBJ-007", "CO-RE relocation in section '" + section + "' at byte " +
                                           std::to_string(r.offset) + ": " + what));
}

void check(const btf* types, const std::string& section, const CoreRecord& r) {
  if (!btf__type_by_id(types, r.type))
    refuse(section, r, "type " + std::to_string(r.type) + " doesn't exist");
  if (r.kind > BPF_CORE_TYPE_MATCHES)
    refuse(section, r, "kind " + std::to_string(r.kind) + " is not known");
}

void patch(Bytes& image, const ElfFile& elf, const btf* types, const std::string& name,
           const CoreRecord& r) {
  check(types, name, r);
  const auto index = elf.find(name);
  if (!index || r.offset > elf.sections[*index].data.size() ||
      elf.sections[*index].data.size() - r.offset < sizeof(bpf_insn))
    refuse(name, r, "there is no instruction");
  if (!is_type_id(r.kind))
    return;
  std::uint8_t* at = image.data() + elf.sections[*index].offset + r.offset;
  bpf_insn insn;
  std::memcpy(&insn, at, sizeof insn);
  insn.imm = static_cast<std::int32_t>(r.type);
  std::memcpy(at, &insn, sizeof insn);
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
      patch(image, elf, types.get(), section, r);
  if (debug.core_length_at)
    std::memset(image.data() + elf.sections[*ext].offset + *debug.core_length_at, 0, 4);
}

} // namespace pw::object
