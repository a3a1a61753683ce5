// An ELF file section by section; libelf lays it out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pw::nfp {

using Bytes = std::vector<std::uint8_t>;

// Little-endian, whatever machine this runs on.
void put32(Bytes&, std::uint32_t);
void put64(Bytes&, std::uint64_t);

// Names one behind the other, each ended by a zero; offset 0 is the empty name.
class StringTable {
public:
  std::uint32_t add(const std::string&); // its offset; equal names share one
  const Bytes& bytes() const { return bytes_; }

private:
  Bytes bytes_ = {0};
};

struct ElfPart {
  std::string name;
  std::uint32_t type = 0;  // SHT_*
  std::uint64_t flags = 0; // SHF_*
  std::uint32_t link = 0, info = 0;
  std::uint64_t entry_size = 0;
  std::uint64_t align = 1;
  Bytes data = {};
};

// The file: ELF64, little-endian, ET_REL. Section i is parts[i - 1], the last one holds the
// sections' names. Throws Failure PW-INT-001.
Bytes elf_file(std::uint16_t machine, std::uint32_t flags, const std::vector<ElfPart>& parts);

} // namespace pw::nfp
