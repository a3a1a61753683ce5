#include "sim/nfp/loader.h"

#include "sim/nfp/elf_file.h"

#include <linux/bpf.h>

#include <algorithm>

namespace pw::me {

namespace {

constexpr unsigned nfp_machine = 250;
constexpr unsigned word_bytes = 8;

enum Relocation : std::uint32_t { // the numbers of the ABI; its others are the Linux driver's own
  InProgram = 1,
  NextPacket = 6,
  Helper = 7,
  CodeAddress = 8,
};

[[noreturn]] void refuse(const std::string& why) {
  throw Failure(diagnose("PW-ME-001", "not a program for the micro-engine simulator: " + why));
}

std::uint64_t little(std::span<const std::uint8_t> bytes) {
  std::uint64_t v = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    v = v << 8 | bytes[i];
  return v;
}

// Takes numbers off the front of a section.
class Reader {
public:
  Reader(std::span<const std::uint8_t> bytes, const char* name) : rest_(bytes), name_(name) {}
  bool more() const { return !rest_.empty(); }
  std::span<const std::uint8_t> take(std::size_t n) {
    if (rest_.size() < n)
      refuse(std::string(name_) + " ends early");
    const auto out = rest_.first(n);
    rest_ = rest_.subspan(n);
    return out;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(little(take(4))); }

private:
  std::span<const std::uint8_t> rest_;
  const char* name_;
};

void read_words(Code& code, const ElfFile& file) {
  const auto text = file.section(".text");
  if (text.empty() || text.size() % word_bytes != 0)
    refuse(".text is not made of 64-bit words");
  for (std::size_t at = 0; at < text.size(); at += word_bytes)
    code.raw.push_back(little(text.subspan(at, word_bytes)));
}

void read_program(Code& code, const ElfFile& file) {
  Reader in(file.section(".nfp.program"), ".nfp.program");
  if (in.u32() != 1)
    refuse("another version of .nfp.program");
  in.u32(); // ABI
  code.stack_bytes = in.u32();
  if (in.u32() != code.raw.size())
    refuse(".nfp.program counts other words than .text has");
  code.tc = in.more() && in.u32() == BPF_PROG_TYPE_SCHED_CLS;
  for (const ElfSymbol& symbol : file.symbols)
    if (symbol.function && symbol.value == 0)
      code.program = symbol.name;
}

void read_tables(Code& code, const ElfFile& file) {
  for (Reader in(file.section(".nfp.maps"), ".nfp.maps"); in.more();) {
    TableEntry t;
    t.id = in.u32();
    t.type = in.u32();
    t.key_size = in.u32();
    t.value_size = in.u32();
    t.max_entries = in.u32();
    in.u32(); // flags
    t.name = file.string_at(in.u32());
    const std::uint32_t n = in.u32();
    for (const std::uint8_t use : in.take(n))
      t.counters.push_back(use == 2);
    in.take((4 - n % 4) % 4);
    code.tables.push_back(std::move(t));
  }
}

void read_lines(Code& code, const ElfFile& file) {
  for (Reader in(file.section(".nfp.lines"), ".nfp.lines"); in.more();) {
    Line line;
    line.word = in.u32();
    line.where.line = in.u32();
    line.where.file = file.string_at(in.u32());
    code.lines.push_back(std::move(line));
  }
  std::ranges::stable_sort(code.lines, {}, &Line::word);
}

std::uint64_t with_branch(std::uint64_t word, std::uint64_t address) {
  if (address >= 1U << 14)
    refuse("a branch to an address that no word can hold");
  word &= ~(std::uint64_t{0x1fff} << 22 | std::uint64_t{1} << 40);
  return word | (address & 0x1fff) << 22 | (address >> 13) << 40;
}

std::uint64_t branch_of(std::uint64_t word) {
  return (word >> 22 & 0x1fff) | (word >> 40 & 1) << 13;
}

// The low byte of an immediate stands in the operand that is a constant; B unless B is the
// destination.
std::uint64_t with_immediate(std::uint64_t word, unsigned add) {
  const unsigned at = (word >> 18 & 3) == 3 ? 10 : 0;
  const std::uint64_t value = ((word >> at & 0xff) | (word >> 20 & 0xff) << 8) + std::uint64_t{add};
  if (value > 0xffff)
    refuse("a code address that no immediate can hold");
  word &= ~(std::uint64_t{0xff} << at | std::uint64_t{0xff} << 20);
  return word | (value & 0xff) << at | (value >> 8) << 20;
}

std::uint64_t relocated(std::uint64_t word, const ElfRelocation& r,
                        const nfp::FirmwareProfile& profile) {
  switch (r.type) {
  case InProgram:
    return with_branch(word, branch_of(word) + profile.start);
  case NextPacket:
    return with_branch(word, profile.done);
  case CodeAddress:
    return with_immediate(word, profile.start);
  case Helper: {
    const auto helper = profile.helpers.find(static_cast<unsigned>(r.addend));
    if (helper == profile.helpers.end())
      throw Failure(
          diagnose("PW-ME-002", "the firmware has no helper " + std::to_string(r.addend)));
    return with_branch(word, helper->second);
  }
  default:
    refuse("relocation " + std::to_string(r.type) + " is not one of the ABI's");
  }
}

void relocate(Code& code, const ElfFile& file, const nfp::FirmwareProfile& profile) {
  for (const ElfRelocation& r : file.relocations) {
    if (r.offset % word_bytes != 0 || r.offset / word_bytes >= code.raw.size())
      refuse("a relocation outside of .text");
    std::uint64_t& word = code.raw[r.offset / word_bytes];
    word = with_check_bits(relocated(word, r, profile));
  }
}

Diagnostic bad_word(const Code& code, unsigned index, const BadWord& bad) {
  std::string text = "word " + std::to_string(index) + ": " + bad.what();
  Diagnostic d = diagnose(bad.illegal ? "PW-ME-003" : "PW-ME-010", text);
  d.location = code.location(index);
  return d;
}

// Before relocation, since that makes the ECC anew.
void check_words(const Code& code) {
  std::vector<Diagnostic> all;
  for (unsigned i = 0; i < code.raw.size(); ++i)
    try {
      decode(code.raw[i]);
    } catch (const BadWord& bad) {
      all.push_back(bad_word(code, i, bad));
    }
  if (!all.empty())
    throw Failure(all);
}

} // namespace

SourceLocation Code::location(unsigned word) const {
  const auto after = std::ranges::upper_bound(lines, word, {}, &Line::word);
  return after == lines.begin() ? SourceLocation{} : std::prev(after)->where;
}

std::string Code::describe(unsigned word) const {
  return "word " + std::to_string(word) + ", '" + to_text(words.at(word)) + "'";
}

Code load_code(const std::vector<std::uint8_t>& elf, const nfp::FirmwareProfile& profile) {
  const ElfFile file = read_elf(elf);
  if (file.machine != nfp_machine)
    refuse("e_machine is " + std::to_string(file.machine) + ", not 250");
  Code code;
  code.start = profile.start;
  read_words(code, file);
  read_program(code, file);
  read_tables(code, file);
  read_lines(code, file);
  if (code.raw.size() > profile.max_words)
    throw Failure(diagnose("PW-ME-002", "the program is too long for the firmware")
                      .limited(std::to_string(profile.max_words) + " words",
                               std::to_string(code.raw.size())));
  check_words(code);
  relocate(code, file, profile);
  for (const std::uint64_t word : code.raw)
    code.words.push_back(decode(word));
  return code;
}

} // namespace pw::me
