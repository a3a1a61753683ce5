// The ELF file of backends/nfp/README.md becomes what stands in an engine's code store. Nothing
// else is taken from the compiler.
#pragma once

#include "backends/nfp/firmware/firmware.h"
#include "sim/nfp/word.h"
#include "support/diagnostic.h"

#include <cstdint>
#include <string>
#include <vector>

namespace pw::me {

struct Line {
  unsigned word = 0; // first word of the line, index
  SourceLocation where;
};

struct TableEntry {
  std::uint32_t id = 0, type = 0, key_size = 0, value_size = 0, max_entries = 0;
  std::string name;
  std::vector<bool> counters; // of the value, by 4 bytes: kept big-endian in the card's memory
};

struct Code {
  std::string program;
  std::vector<std::uint64_t> raw; // relocated, with ECC
  std::vector<Word> words;        // the same, decoded
  unsigned start = 0;             // code store address of word 0
  unsigned stack_bytes = 0;
  bool tc = false;         // else XDP
  std::vector<Line> lines; // ascending
  std::vector<TableEntry> tables;

  SourceLocation location(unsigned word) const;
  // "word 12, 'alu[...]'"
  std::string describe(unsigned word) const;
};

// Throws Failure: PW-ME-001 not such a file, PW-ME-002 longer than the profile allows, PW-ME-003 a
// word that the hardware would not accept, PW-ME-010 one whose effect is not known.
Code load_code(const std::vector<std::uint8_t>& elf, const nfp::FirmwareProfile&);

} // namespace pw::me
