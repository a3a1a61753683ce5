#include "frontend/object/elf_file.h"

#include "support/diagnostic.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <memory>

namespace pw::object {
namespace {

using ElfHandle = std::unique_ptr<Elf, int (*)(Elf*)>;

[[noreturn]] void corrupt(const std::string& what) {
  throw Failure(diagnose("PW-OBJ-003", "the object file is corrupt: " + what)
                    .help("compile it again; copy it in binary mode"));
}

[[noreturn]] void foreign(const std::string& what) {
  throw Failure(diagnose("PW-OBJ-002", what)
                    .help("give the object file that `clang -target bpf -O2 -g -c` makes"));
}

// libelf takes the buffer as writable but only reads it.
ElfHandle open_image(std::span<const std::uint8_t> image) {
  elf_version(EV_CURRENT);
  auto* bytes = const_cast<char*>(reinterpret_cast<const char*>(image.data()));
  ElfHandle elf(elf_memory(bytes, image.size()), elf_end);
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF)
    corrupt(elf_errmsg(-1) ? elf_errmsg(-1) : "no ELF header");
  return elf;
}

void check_header(std::span<const std::uint8_t> image) {
  if (image.empty())
    foreign("the file is empty");
  if (image.size() < SELFMAG || !std::equal(ELFMAG, ELFMAG + SELFMAG, image.begin()))
    foreign("not an ELF file");
  if (image.size() < sizeof(Elf64_Ehdr))
    corrupt("it ends within the ELF header");
  if (image[EI_CLASS] != ELFCLASS64)
    foreign("not a 64-bit ELF file");
  if (image[EI_DATA] == ELFDATA2MSB)
    foreign("big-endian eBPF; only little-endian objects can be read (clang -target bpfel)");
  const unsigned machine = image[18] | image[19] << 8;
  if (machine != EM_BPF)
    foreign("an ELF file of machine " + std::to_string(machine) + ", not eBPF (247)");
  const unsigned kind = image[16] | image[17] << 8;
  if (kind != ET_REL)
    foreign("not a relocatable object file");
}

Bytes section_bytes(std::span<const std::uint8_t> image, const GElf_Shdr& header) {
  if (header.sh_type == SHT_NOBITS || header.sh_type == SHT_NULL)
    return {};
  if (header.sh_offset > image.size() || header.sh_size > image.size() - header.sh_offset)
    corrupt("a section reaches beyond the end of the file");
  const auto part = image.subspan(header.sh_offset, header.sh_size);
  return {part.begin(), part.end()};
}

std::string string_at(const Bytes& table, std::uint64_t offset) {
  if (offset >= table.size())
    return {};
  const auto begin = table.begin() + static_cast<std::ptrdiff_t>(offset);
  return {begin, std::find(begin, table.end(), 0)};
}

std::vector<ElfSection> read_sections(std::span<const std::uint8_t> image, Elf* elf) {
  std::size_t count = 0, names = 0;
  if (elf_getshdrnum(elf, &count) != 0 || elf_getshdrstrndx(elf, &names) != 0)
    corrupt("no section table");
  std::vector<ElfSection> sections(count);
  std::vector<std::uint32_t> name_offsets(count);
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Shdr header;
    Elf_Scn* scn = elf_getscn(elf, i);
    if (!scn || !gelf_getshdr(scn, &header))
      corrupt("section " + std::to_string(i) + " has no header");
    name_offsets[i] = header.sh_name;
    sections[i] = {"",
                   header.sh_type,
                   header.sh_flags,
                   header.sh_offset,
                   header.sh_size,
                   header.sh_link,
                   header.sh_info,
                   section_bytes(image, header)};
  }
  if (names >= count)
    corrupt("the section names are missing");
  for (std::size_t i = 0; i < count; ++i)
    sections[i].name = string_at(sections[names].data, name_offsets[i]);
  return sections;
}

void read_symbols(ElfFile& file) {
  const auto table = std::find_if(file.sections.begin(), file.sections.end(),
                                  [](const ElfSection& s) { return s.type == SHT_SYMTAB; });
  if (table == file.sections.end())
    corrupt("no symbol table");
  if (table->link >= file.sections.size())
    corrupt("the symbol table has no names");
  file.symbol_table = static_cast<std::size_t>(table - file.sections.begin());
  const Bytes& names = file.sections[table->link].data;
  for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= table->data.size(); at += sizeof(Elf64_Sym)) {
    Elf64_Sym raw;
    std::copy_n(table->data.begin() + static_cast<std::ptrdiff_t>(at), sizeof raw,
                reinterpret_cast<std::uint8_t*>(&raw));
    file.symbols.push_back({string_at(names, raw.st_name), raw.st_value, raw.st_size, raw.st_shndx,
                            static_cast<unsigned>(ELF64_ST_TYPE(raw.st_info)),
                            static_cast<unsigned>(ELF64_ST_BIND(raw.st_info))});
  }
}

} // namespace

bool ElfSection::executable() const { return type == SHT_PROGBITS && (flags & SHF_EXECINSTR) != 0; }

std::optional<std::size_t> ElfFile::find(const std::string& name) const {
  for (std::size_t i = 0; i < sections.size(); ++i)
    if (sections[i].name == name)
      return i;
  return std::nullopt;
}

std::vector<ElfRelocation> ElfFile::relocations(std::size_t section) const {
  std::vector<ElfRelocation> out;
  for (const ElfSection& s : sections) {
    if (s.type != SHT_REL || s.info != section)
      continue;
    for (std::size_t at = 0; at + sizeof(Elf64_Rel) <= s.data.size(); at += sizeof(Elf64_Rel)) {
      Elf64_Rel raw;
      std::copy_n(s.data.begin() + static_cast<std::ptrdiff_t>(at), sizeof raw,
                  reinterpret_cast<std::uint8_t*>(&raw));
      const std::size_t symbol = ELF64_R_SYM(raw.r_info);
      if (symbol >= symbols.size())
        corrupt("a relocation of section '" + sections[section].name + "' names no symbol");
      out.push_back({raw.r_offset, symbol, static_cast<std::uint32_t>(ELF64_R_TYPE(raw.r_info))});
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return out;
}

ElfFile parse_elf(std::span<const std::uint8_t> image) {
  check_header(image);
  const ElfHandle elf = open_image(image);
  ElfFile file;
  file.sections = read_sections(image, elf.get());
  read_symbols(file);
  return file;
}

} // namespace pw::object
