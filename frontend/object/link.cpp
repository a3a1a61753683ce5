#include "frontend/object/link.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

namespace pw::object {
namespace {

constexpr std::size_t InsnSize = sizeof(bpf_insn);
constexpr std::uint8_t PseudoMapIdx = 5;
constexpr std::uint8_t PseudoMapIdxValue = 6;

bool is_wide(const bpf_insn& i) { return i.code == (BPF_LD | BPF_IMM | BPF_DW); }
bool is_call(const bpf_insn& i) { return i.code == (BPF_JMP | BPF_CALL); }
bool is_local_call(const bpf_insn& i) { return is_call(i) && i.src_reg == BPF_PSEUDO_CALL; }

class Linker {
public:
  Linker(const LinkContext& context, Program& program) : in_(context), out_(program) {}

  void run(const ElfSymbol& main) { place(main); }

private:
  [[noreturn]] void fail(std::string_view code, std::size_t insn, const std::string& what) const {
    throw Failure(diagnose(code, "program '" + out_.name + "': " + what)
                      .at(static_cast<unsigned>(insn), out_.location(static_cast<unsigned>(insn))));
  }
  [[noreturn]] void bad(std::size_t insn, const std::string& what) const {
    fail("PW-OBJ-006", insn, what);
  }

  // Appends a function and, behind it, what it calls. Returns its first instruction.
  std::size_t place(const ElfSymbol& function) {
    const std::size_t first = out_.insns.size();
    placed_.emplace(&function, first);
    const std::size_t count = copy(function, first);
    out_.subprograms.push_back({static_cast<unsigned>(first), function.name});
    copy_lines(function, first);
    const auto relocations = in_.elf.relocations(function.section);
    for (std::size_t i = first; i < first + count; i += is_wide(out_.insns[i]) ? 2 : 1) {
      const std::uint64_t offset = function.value + (i - first) * InsnSize;
      resolve(i, offset, function, find_relocation(relocations, offset));
    }
    return first;
  }

  std::size_t copy(const ElfSymbol& f, std::size_t first) {
    const Bytes& code = in_.elf.sections[f.section].data;
    if (f.value > code.size() || f.size > code.size() - f.value || f.size % InsnSize != 0 ||
        f.value % InsnSize != 0)
      bad(first, "function '" + f.name + "' isn't within its section");
    const std::size_t count = f.size / InsnSize;
    out_.insns.resize(first + count);
    if (count != 0)
      std::memcpy(out_.insns.data() + first, code.data() + f.value, f.size);
    return count;
  }

  void copy_lines(const ElfSymbol& f, std::size_t first) {
    const auto lines = in_.debug.lines.find(in_.elf.sections[f.section].name);
    if (lines == in_.debug.lines.end())
      return;
    for (const LineRecord& r : lines->second) {
      if (r.offset < f.value || r.offset >= f.value + f.size)
        continue;
      const auto insn = static_cast<unsigned>(first + (r.offset - f.value) / InsnSize);
      out_.lines.push_back({insn,
                            {btf_string(in_.types, r.file), r.line, r.column,
                             trimmed(btf_string(in_.types, r.text))}});
    }
  }

  static std::string trimmed(const std::string& s) {
    const std::size_t begin = s.find_first_not_of(" \t");
    const std::size_t end = s.find_last_not_of(" \t\r\n");
    return begin == std::string::npos ? "" : s.substr(begin, end - begin + 1);
  }

  static const ElfRelocation* find_relocation(const std::vector<ElfRelocation>& all,
                                              std::uint64_t offset) {
    const auto found =
        std::lower_bound(all.begin(), all.end(), offset,
                         [](const auto& r, std::uint64_t o) { return r.offset < o; });
    return found != all.end() && found->offset == offset ? &*found : nullptr;
  }

  void resolve(std::size_t i, std::uint64_t offset, const ElfSymbol& function,
               const ElfRelocation* relocation) {
    if (is_wide(out_.insns[i]) && i + 1 >= out_.insns.size())
      bad(i, "the second half of a 64-bit immediate is missing");
    if (!relocation) {
      if (is_local_call(out_.insns[i]))
        call(i, function.section, offset / InsnSize + 1 + imm(i));
      return;
    }
    const ElfSymbol& symbol = in_.elf.symbols[relocation->symbol];
    if (symbol.section == SHN_UNDEF)
      return resolve_extern(i, symbol);
    if (is_local_call(out_.insns[i]))
      return call(i, symbol.section, symbol.value / InsnSize + 1 + imm(i));
    if (!is_wide(out_.insns[i]))
      bad(i, "reference to '" + symbol.name + "' from an instruction that can't hold one");
    resolve_address(i, symbol);
  }

  std::uint64_t imm(std::size_t i) const {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(out_.insns[i].imm));
  }

  void call(std::size_t i, std::size_t section, std::uint64_t target) {
    const std::size_t to = function_at(i, section, target);
    out_.insns[i].imm = static_cast<std::int32_t>(to) - static_cast<std::int32_t>(i) - 1;
  }

  // The appended place of the function that holds instruction `target` of a section.
  std::size_t function_at(std::size_t from, std::size_t section, std::uint64_t target) {
    for (const ElfSymbol& s : in_.elf.symbols) {
      if (s.type != STT_FUNC || s.section != section || target < s.value / InsnSize ||
          target >= (s.value + s.size) / InsnSize)
        continue;
      const auto known = placed_.find(&s);
      return known != placed_.end() ? known->second : place(s);
    }
    bad(from, "call of a function that isn't in the object");
  }

  void resolve_address(std::size_t i, const ElfSymbol& symbol) {
    if (symbol.section >= in_.elf.sections.size())
      bad(i, "reference to '" + symbol.name + "', which isn't in any section");
    const ElfSection& section = in_.elf.sections[symbol.section];
    if (section.executable())
      return function_address(i, symbol);
    if (section.name == ".maps")
      return map_address(i, symbol);
    const auto map = in_.maps.find(section.name);
    if (map == in_.maps.end())
      bad(i, "reference to '" + symbol.name + "' in section '" + section.name +
                 "', which is no data section");
    const std::uint32_t offset =
        static_cast<std::uint32_t>(out_.insns[i].imm) + static_cast<std::uint32_t>(symbol.value);
    set(i, PseudoMapIdxValue, static_cast<std::int32_t>(map->second),
        static_cast<std::int32_t>(offset));
  }

  void function_address(std::size_t i, const ElfSymbol& symbol) {
    if (symbol.type != STT_FUNC && symbol.type != STT_SECTION)
      bad(i, "address of code that isn't a function");
    const std::uint64_t target = (symbol.value + imm(i)) / InsnSize;
    const std::size_t to = function_at(i, symbol.section, target);
    out_.insns[i].src_reg = BPF_PSEUDO_FUNC;
    out_.insns[i].imm = static_cast<std::int32_t>(to) - static_cast<std::int32_t>(i) - 1;
  }

  void map_address(std::size_t i, const ElfSymbol& reference) {
    for (const ElfSymbol& s : in_.elf.symbols) {
      if (s.type != STT_OBJECT || s.section != reference.section || s.value != reference.value)
        continue;
      if (const auto map = in_.maps.find(s.name); map != in_.maps.end())
        return set(i, PseudoMapIdx, static_cast<std::int32_t>(map->second), 0);
    }
    bad(i, "reference to a map that isn't defined");
  }

  void resolve_extern(std::size_t i, const ElfSymbol& symbol) {
    const auto found = in_.externs.find(symbol.name);
    if (found == in_.externs.end())
      fail("PW-OBJ-009", i, "extern '" + symbol.name + "' has no type information");
    const Extern& e = found->second;
    if (is_call(out_.insns[i])) {
      out_.insns[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
      out_.insns[i].imm = e.btf_id;
      return;
    }
    if (!is_wide(out_.insns[i]))
      bad(i, "reference to '" + symbol.name + "' from an instruction that can't hold one");
    if (e.kind == Extern::Value)
      return value_extern(i, symbol.name, e);
    if (!e.weak)
      fail("PW-OBJ-009", i, "kernel symbol '" + symbol.name + "' doesn't exist outside a kernel");
    set(i, 0, 0, 0); // a weak symbol that isn't there has the address 0
  }

  void value_extern(std::size_t i, const std::string& name, const Extern& e) {
    const auto map = in_.maps.find(".kconfig");
    if (map == in_.maps.end())
      fail("PW-OBJ-009", i, "extern '" + name + "' has no place in .kconfig");
    set(i, PseudoMapIdxValue, static_cast<std::int32_t>(map->second),
        static_cast<std::int32_t>(e.offset));
  }

  void set(std::size_t i, std::uint8_t kind, std::int32_t low, std::int32_t high) {
    out_.insns[i].src_reg = kind & 15;
    out_.insns[i].imm = low;
    out_.insns[i + 1].imm = high;
  }

  const LinkContext& in_;
  Program& out_;
  std::map<const ElfSymbol*, std::size_t> placed_;
};

} // namespace

void link_program(const LinkContext& context, const ElfSymbol& function, Program& program) {
  Linker(context, program).run(function);
}

} // namespace pw::object
