// Sections of an ELF file in memory, by name.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace pw::me {

struct ElfSymbol {
  std::string name;
  std::uint64_t value = 0; // byte offset
  bool function = false;
};

struct ElfRelocation {
  std::uint64_t offset = 0; // byte offset in .text
  std::uint32_t type = 0;
  std::int64_t addend = 0;
};

struct ElfFile {
  std::uint16_t machine = 0;
  std::map<std::string, std::vector<std::uint8_t>> sections;
  std::vector<ElfRelocation> relocations; // of .rela.text
  std::vector<ElfSymbol> symbols;

  std::span<const std::uint8_t> section(const std::string& name) const; // empty if there is none
  std::string string_at(std::uint32_t offset) const;                    // in .strtab
};

// Throws Failure PW-ME-001.
ElfFile read_elf(const std::vector<std::uint8_t>& image);

} // namespace pw::me
