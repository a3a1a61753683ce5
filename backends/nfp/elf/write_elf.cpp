// NAME.nfp.elf: words, relocations, symbols, tables and lines (README.md, "The ELF file").
#include "backends/nfp/elf/writer.h"
#include "backends/nfp/nfp.h"

#include <elf.h>

#include <optional>

namespace pw::nfp {
namespace {

constexpr std::uint16_t machine = 250;             // EM_NFP
constexpr std::uint32_t family_6000 = 0x6000 << 8; // e_flags: NFP-4000 and NFP-6000
constexpr std::uint32_t layout_version = 1;

// Section numbers; write_elf lists them in this order.
enum Section : std::uint32_t { none, text, relocations, symbols, strings };

Bytes text_bytes(const Image& image) {
  Bytes out;
  for (const std::uint64_t word : image.words)
    put64(out, word);
  return out;
}

Bytes relocation_bytes(const Image& image) {
  Bytes out;
  for (const Relocation& r : image.relocations) {
    put64(out, std::uint64_t{r.word} * 8);
    put64(out, static_cast<std::uint64_t>(r.kind)); // no symbol
    put64(out, r.value);
  }
  return out;
}

void put_symbol(Bytes& out, std::uint32_t name, unsigned binding, unsigned type,
                std::uint64_t value, std::uint64_t size) {
  put32(out, name);
  out.push_back(static_cast<std::uint8_t>(ELF64_ST_INFO(binding, type)));
  out.push_back(STV_DEFAULT);
  out.push_back(static_cast<std::uint8_t>(name == 0 ? Section::none : Section::text));
  out.push_back(0);
  put64(out, value);
  put64(out, size);
}

bool is_program(const Image& image, const Symbol& s) {
  return s.word == 0 && s.name == image.program;
}

// Local ones stand before the program's own, as ELF wants it.
Bytes symbol_bytes(const Image& image, StringTable& names) {
  Bytes out;
  put_symbol(out, 0, STB_LOCAL, STT_NOTYPE, 0, 0);
  for (const Symbol& s : image.symbols)
    if (!is_program(image, s))
      put_symbol(out, names.add(s.name), STB_LOCAL, STT_NOTYPE, std::uint64_t{s.word} * 8, 0);
  put_symbol(out, names.add(image.program), STB_GLOBAL, STT_FUNC, 0, image.words.size() * 8);
  return out;
}

Bytes program_bytes(const Image& image, const FirmwareProfile& profile) {
  Bytes out;
  put32(out, layout_version);
  put32(out, profile.abi);
  put32(out, image.stack_bytes);
  put32(out, static_cast<std::uint32_t>(image.words.size()));
  put32(out, image.tc ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP);
  return out;
}

void put_table(Bytes& out, const Table& t, const MapDefinition& m, StringTable& names) {
  for (const std::uint32_t v :
       {t.id, static_cast<std::uint32_t>(m.type), m.key_size, m.value_size, m.max_entries, m.flags,
        names.add(m.name), static_cast<std::uint32_t>(t.words.size())})
    put32(out, v);
  for (const WordUse use : t.words)
    out.push_back(static_cast<std::uint8_t>(use));
  while (out.size() % 4 != 0)
    out.push_back(0);
}

Bytes map_bytes(const Image& image, const Object& object, StringTable& names) {
  Bytes out;
  for (const Table& t : image.tables)
    put_table(out, t, object.maps.at(t.map), names);
  return out;
}

bool same_line(const SourceLocation& a, const SourceLocation& b) {
  return a.line == b.line && a.file == b.file;
}

// Instructions without a place in the C (nops, what the backend needs for itself) belong to the
// line before them.
Bytes line_bytes(const Image& image, StringTable& names) {
  Bytes out;
  std::optional<SourceLocation> last;
  for (std::size_t i = 0; i < image.instructions.size(); ++i) {
    const SourceLocation& where = image.instructions[i].where;
    if (!where.known() || (last && same_line(*last, where)))
      continue;
    put32(out, static_cast<std::uint32_t>(i));
    put32(out, where.line);
    put32(out, names.add(where.file));
    last = where;
  }
  return out;
}

} // namespace

std::vector<std::uint8_t> write_elf(const Image& image, const Object& object,
                                    const FirmwareProfile& profile) {
  StringTable names;
  const Bytes symbol_table = symbol_bytes(image, names);
  const Bytes maps = map_bytes(image, object, names);
  const Bytes lines = line_bytes(image, names);
  const auto first_global = static_cast<std::uint32_t>(symbol_table.size() / sizeof(Elf64_Sym) - 1);
  return elf_file(
      machine, family_6000,
      {{".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 0, 8, text_bytes(image)},
       {".rela.text", SHT_RELA, SHF_INFO_LINK, symbols, text, sizeof(Elf64_Rela), 8,
        relocation_bytes(image)},
       {".symtab", SHT_SYMTAB, 0, strings, first_global, sizeof(Elf64_Sym), 8, symbol_table},
       {".strtab", SHT_STRTAB, 0, 0, 0, 0, 1, names.bytes()},
       {".nfp.program", SHT_PROGBITS, 0, 0, 0, 0, 4, program_bytes(image, profile)},
       {".nfp.maps", SHT_PROGBITS, 0, 0, 0, 0, 4, maps},
       {".nfp.lines", SHT_PROGBITS, 0, 0, 0, 0, 4, lines}});
}

} // namespace pw::nfp
