// An ELF file of eBPF code as plain values, read with libelf. Sections and symbols keep the numbers
// that they have in the file, so that sh_link, sh_info and st_shndx are indices into these vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pw::object {

using Bytes = std::vector<std::uint8_t>;

struct ElfSection {
  std::string name;
  std::uint32_t type = 0;   // SHT_*
  std::uint64_t flags = 0;  // SHF_*
  std::uint64_t offset = 0; // in the file
  std::uint64_t size = 0;   // bytes; data is empty where the file holds none (SHT_NOBITS)
  std::uint32_t link = 0;
  std::uint32_t info = 0;
  Bytes data;

  bool executable() const;
};

struct ElfSymbol {
  std::string name;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::size_t section = 0; // 0 = undefined; >= SHN_LORESERVE: special
  unsigned type = 0;       // STT_*
  unsigned binding = 0;    // STB_*
};

struct ElfRelocation {
  std::uint64_t offset = 0;
  std::size_t symbol = 0;
  std::uint32_t type = 0; // R_BPF_*
};

struct ElfFile {
  std::vector<ElfSection> sections;
  std::vector<ElfSymbol> symbols;
  std::size_t symbol_table = 0; // its section

  std::optional<std::size_t> find(const std::string& name) const; // section by name
  // Relocations of a section, ascending by offset. Throws Failure PW-OBJ-003 for symbols out of
  // range.
  std::vector<ElfRelocation> relocations(std::size_t section) const;
};

// Throws Failure: PW-OBJ-002 if it is something else than little-endian 64-bit eBPF, PW-OBJ-003 if
// corrupt.
ElfFile parse_elf(std::span<const std::uint8_t> image);

// What write_elf changes: contents and name of a section of the file.
struct SectionEdit {
  std::size_t section = 0;
  std::string name;
  Bytes data;
};
struct NewSection {
  std::string name;
  Bytes data;
};

// The image with sections replaced and sections (SHT_PROGBITS) appended; appended ones get the next
// section numbers. Throws Failure PW-OBJ-003.
Bytes write_elf(std::span<const std::uint8_t> image, const std::vector<SectionEdit>& edits,
                const std::vector<NewSection>& added);

} // namespace pw::object
