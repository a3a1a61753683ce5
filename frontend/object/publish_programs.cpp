// Programs that are `static` in C. libbpf takes none of those; loaders that go by the section alone
// do (Cilium's, for the programs that its tail calls reach). They become global, and hidden, which
// tells libbpf to have them verified like static functions.
#include "frontend/object/publish_programs.h"

#include <elf.h>

#include <cstring>

namespace pw::object {

void publish_programs(Bytes& image) {
  const ElfFile elf = parse_elf(image);
  const std::size_t table = elf.sections[elf.symbol_table].offset;
  for (std::size_t i = 0; i < elf.symbols.size(); ++i) {
    const ElfSymbol& s = elf.symbols[i];
    if (s.type != STT_FUNC || s.binding != STB_LOCAL || s.section >= elf.sections.size() ||
        !elf.sections[s.section].executable() || elf.sections[s.section].name == ".text")
      continue;
    std::uint8_t* at = image.data() + table + i * sizeof(Elf64_Sym);
    at[offsetof(Elf64_Sym, st_info)] = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    at[offsetof(Elf64_Sym, st_other)] = STV_HIDDEN;
  }
}

} // namespace pw::object
