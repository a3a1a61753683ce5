#include "backends/nfp/elf/writer.h"

#include "support/diagnostic.h"
#include "support/memory_file.h"

#include <libelf.h>

#include <algorithm>

namespace pw::nfp {
namespace {

[[noreturn]] void failed() {
  throw Failure(
      diagnose("PW-INT-001", std::string("the ELF file can't be made: ") + elf_errmsg(-1)));
}

struct Handle {
  explicit Handle(int fd) : elf(elf_begin(fd, ELF_C_WRITE, nullptr)) {
    if (!elf)
      failed();
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { elf_end(elf); }
  Elf* elf;
};

void write_header(Elf* elf, std::uint16_t machine, std::uint32_t flags, std::size_t names) {
  Elf64_Ehdr* header = elf64_newehdr(elf);
  if (!header)
    failed();
  header->e_ident[EI_DATA] = ELFDATA2LSB;
  header->e_type = ET_REL;
  header->e_machine = machine;
  header->e_flags = flags;
  header->e_version = EV_CURRENT;
  header->e_shstrndx = static_cast<Elf64_Half>(names);
}

void write_part(Elf* elf, ElfPart& part, std::uint32_t name) {
  Elf_Scn* section = elf_newscn(elf);
  Elf64_Shdr* header = section ? elf64_getshdr(section) : nullptr;
  Elf_Data* data = section ? elf_newdata(section) : nullptr;
  if (!header || !data)
    failed();
  header->sh_name = name;
  header->sh_type = part.type;
  header->sh_flags = part.flags;
  header->sh_link = part.link;
  header->sh_info = part.info;
  header->sh_entsize = part.entry_size;
  data->d_buf = part.data.data();
  data->d_size = part.data.size();
  data->d_align = part.align;
  data->d_type = ELF_T_BYTE;
  data->d_version = EV_CURRENT;
}

} // namespace

void put32(Bytes& out, std::uint32_t v) {
  for (unsigned i = 0; i < 4; ++i)
    out.push_back(static_cast<std::uint8_t>(v >> 8 * i));
}

void put64(Bytes& out, std::uint64_t v) {
  put32(out, static_cast<std::uint32_t>(v));
  put32(out, static_cast<std::uint32_t>(v >> 32));
}

std::uint32_t StringTable::add(const std::string& name) {
  Bytes wanted(name.begin(), name.end());
  wanted.push_back(0);
  // Behind a zero, so that no name is found as the end of another one.
  auto at = bytes_.begin();
  while ((at = std::search(at, bytes_.end(), wanted.begin(), wanted.end())) != bytes_.end()) {
    if (name.empty() || (at != bytes_.begin() && *(at - 1) == 0))
      return static_cast<std::uint32_t>(at - bytes_.begin());
    ++at;
  }
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), wanted.begin(), wanted.end());
  return offset;
}

Bytes elf_file(std::uint16_t machine, std::uint32_t flags, const std::vector<ElfPart>& parts) {
  std::vector<ElfPart> all = parts;
  all.push_back({.name = ".shstrtab", .type = SHT_STRTAB});
  StringTable names;
  std::vector<std::uint32_t> offsets;
  for (const ElfPart& part : all)
    offsets.push_back(names.add(part.name));
  all.back().data = names.bytes();

  elf_version(EV_CURRENT);
  const MemoryFile file;
  {
    const Handle handle(file.fd());
    write_header(handle.elf, machine, flags, all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      write_part(handle.elf, all[i], offsets[i]);
    if (elf_update(handle.elf, ELF_C_WRITE) < 0)
      failed();
  }
  return file.contents();
}

} // namespace pw::nfp
