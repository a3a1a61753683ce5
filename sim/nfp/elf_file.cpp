#include "sim/nfp/elf_file.h"

#include "support/diagnostic.h"

#include <gelf.h>

#include <algorithm>
#include <memory>

namespace pw::me {

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw Failure(diagnose("PW-ME-001", "not a program for the micro-engine simulator: " + why));
}

using Handle = std::unique_ptr<Elf, decltype(&elf_end)>;

Handle open(std::vector<std::uint8_t>& image) {
  elf_version(EV_CURRENT);
  Handle elf(elf_memory(reinterpret_cast<char*>(image.data()), image.size()), &elf_end);
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF || gelf_getclass(elf.get()) != ELFCLASS64)
    refuse("it is not an ELF64 file");
  return elf;
}

void read_relocations(ElfFile& file, Elf_Data* data, std::size_t entries) {
  for (std::size_t i = 0; i < entries; ++i) {
    GElf_Rela rela;
    if (gelf_getrela(data, static_cast<int>(i), &rela) == nullptr)
      refuse("a relocation can't be read");
    file.relocations.push_back(
        {rela.r_offset, static_cast<std::uint32_t>(GELF_R_TYPE(rela.r_info)), rela.r_addend});
  }
}

void read_symbols(ElfFile& file, Elf* elf, Elf_Data* data, const GElf_Shdr& header) {
  const std::size_t entries = header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (std::size_t i = 0; i < entries; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr)
      refuse("a symbol can't be read");
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    file.symbols.push_back(
        {name == nullptr ? "" : name, symbol.st_value, GELF_ST_TYPE(symbol.st_info) == STT_FUNC});
  }
}

void read_section(ElfFile& file, Elf* elf, Elf_Scn* section, std::size_t names) {
  GElf_Shdr header;
  const char* name = nullptr;
  if (gelf_getshdr(section, &header) != nullptr)
    name = elf_strptr(elf, names, header.sh_name);
  if (name == nullptr)
    refuse("a section header is damaged");
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_type == SHT_NOBITS)
    return;
  if (header.sh_type == SHT_RELA && std::string(name) == ".rela.text")
    read_relocations(file, data, header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize);
  else if (header.sh_type == SHT_SYMTAB)
    read_symbols(file, elf, data, header);
  else if (data->d_buf != nullptr) {
    const auto* bytes = static_cast<const std::uint8_t*>(data->d_buf);
    file.sections[name].assign(bytes, bytes + data->d_size);
  }
}

} // namespace

std::span<const std::uint8_t> ElfFile::section(const std::string& name) const {
  const auto found = sections.find(name);
  return found == sections.end() ? std::span<const std::uint8_t>() : found->second;
}

std::string ElfFile::string_at(std::uint32_t offset) const {
  const auto strings = section(".strtab");
  if (offset >= strings.size())
    refuse("a name lies outside of .strtab");
  const auto begin = strings.begin() + offset;
  return {begin, std::find(begin, strings.end(), std::uint8_t{0})};
}

ElfFile read_elf(const std::vector<std::uint8_t>& given) {
  std::vector<std::uint8_t> image = given; // libelf wants it writable
  const Handle elf = open(image);
  GElf_Ehdr header;
  std::size_t names = 0;
  if (gelf_getehdr(elf.get(), &header) == nullptr || elf_getshdrstrndx(elf.get(), &names) != 0)
    refuse("its header is damaged");
  ElfFile file;
  file.machine = header.e_machine;
  for (Elf_Scn* s = elf_nextscn(elf.get(), nullptr); s != nullptr; s = elf_nextscn(elf.get(), s))
    read_section(file, elf.get(), s, names);
  return file;
}

} // namespace pw::me
