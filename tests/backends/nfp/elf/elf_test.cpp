// NAME.nfp.elf read back with libelf, and by GNU's tools.

#include "backends/nfp/elf/writer.h"
#include "backends/nfp/isa/print.h"
#include "backends/nfp/nfp.h"
#include "support/memory_file.h"
#include "tests/backends/nfp/elf/sample.h"
#include "tests/backends/nfp/isa/gnu.h"

#include <gelf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

namespace pw::nfp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Section {
  GElf_Shdr header;
  Bytes data;
};

// Sections by name, with libelf.
class Read {
public:
  explicit Read(const Bytes& bytes) : file_(bytes) {
    elf_version(EV_CURRENT);
    elf_ = elf_begin(file_.fd(), ELF_C_READ, nullptr);
    gelf_getehdr(elf_, &header);
    std::size_t names = 0;
    elf_getshdrstrndx(elf_, &names);
    for (Elf_Scn* scn = nullptr; (scn = elf_nextscn(elf_, scn)) != nullptr;) {
      Section s;
      gelf_getshdr(scn, &s.header);
      if (const Elf_Data* d = elf_rawdata(scn, nullptr); d && d->d_buf) {
        const auto* first = static_cast<const std::uint8_t*>(d->d_buf);
        s.data.assign(first, first + d->d_size);
      }
      numbers[elf_strptr(elf_, names, s.header.sh_name)] = elf_ndxscn(scn);
      sections[elf_strptr(elf_, names, s.header.sh_name)] = s;
    }
  }
  ~Read() { elf_end(elf_); }

  std::string string(std::uint32_t offset) const {
    return reinterpret_cast<const char*>(sections.at(".strtab").data.data() + offset);
  }
  std::vector<std::uint32_t> words(const std::string& section) const {
    const Bytes& data = sections.at(section).data;
    std::vector<std::uint32_t> out(data.size() / 4);
    std::memcpy(out.data(), data.data(), out.size() * 4);
    return out;
  }
  std::vector<GElf_Sym> symbols() const {
    const Bytes& data = sections.at(".symtab").data;
    std::vector<GElf_Sym> out(data.size() / sizeof(GElf_Sym));
    std::memcpy(out.data(), data.data(), data.size());
    return out;
  }

  GElf_Ehdr header;
  std::map<std::string, Section> sections;
  std::map<std::string, std::size_t> numbers;

private:
  MemoryFile file_;
  Elf* elf_;
};

Read sample() { return Read(write_elf(sample_image(), sample_object(), {})); }

TEST(Elf, Header) {
  const Read file = sample();
  EXPECT_EQ(file.header.e_machine, 250);
  EXPECT_EQ(file.header.e_type, ET_REL);
  EXPECT_EQ(file.header.e_flags, 0x600000u);
  EXPECT_EQ(file.header.e_ident[EI_CLASS], ELFCLASS64);
  EXPECT_EQ(file.header.e_ident[EI_DATA], ELFDATA2LSB);
}

TEST(Elf, TextIsTheWords) {
  const Read file = sample();
  const Image image = sample_image();
  const Section& text = file.sections.at(".text");
  EXPECT_EQ(text.header.sh_flags, GElf_Xword{SHF_ALLOC | SHF_EXECINSTR});
  ASSERT_EQ(text.data.size(), image.words.size() * 8);
  EXPECT_EQ(std::memcmp(text.data.data(), image.words.data(), text.data.size()), 0);
}

TEST(Elf, RelocationsSayKindPlaceAndHelper) {
  const Read file = sample();
  const Section& section = file.sections.at(".rela.text");
  EXPECT_EQ(section.header.sh_info, file.numbers.at(".text"));
  EXPECT_EQ(section.header.sh_link, file.numbers.at(".symtab"));
  std::vector<GElf_Rela> all(section.data.size() / sizeof(GElf_Rela));
  std::memcpy(all.data(), section.data.data(), section.data.size());
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(GELF_R_TYPE(all[0].r_info), 7u);
  EXPECT_EQ(all[0].r_addend, 1);
  EXPECT_EQ(GELF_R_TYPE(all[1].r_info), 8u);
  EXPECT_EQ(all[1].r_offset, 16u);
  EXPECT_EQ(GELF_R_TYPE(all[3].r_info), 6u);
}

TEST(Elf, SymbolsOfTheProgramAndOfBlocks) {
  const Read file = sample();
  const std::vector<GElf_Sym> symbols = file.symbols();
  ASSERT_EQ(symbols.size(), 4u);
  EXPECT_EQ(file.string(symbols[2].st_name), "block_2");
  EXPECT_EQ(symbols[2].st_value, 24u);
  EXPECT_EQ(file.string(symbols[3].st_name), "count");
  EXPECT_EQ(GELF_ST_TYPE(symbols[3].st_info), STT_FUNC);
  EXPECT_EQ(symbols[3].st_size, 14u * 8);
  EXPECT_EQ(file.sections.at(".symtab").header.sh_info, 3u) << "the first global one";
}

TEST(Elf, ProgramNote) {
  FirmwareProfile profile;
  profile.abi = 3;
  const Read file(write_elf(sample_image(), sample_object(), profile));
  EXPECT_THAT(file.words(".nfp.program"), ElementsAre(1, 3, 64, 14, BPF_PROG_TYPE_XDP));
}

TEST(Elf, Tables) {
  const Read file = sample();
  const std::vector<std::uint32_t> words = file.words(".nfp.maps");
  ASSERT_EQ(words.size(), 10u) << "8 fields and 5 bytes, padded";
  EXPECT_THAT(std::vector<std::uint32_t>(words.begin(), words.begin() + 6),
              ElementsAre(1, BPF_MAP_TYPE_HASH, 4, 20, 256, 1));
  EXPECT_EQ(file.string(words[6]), "counts");
  EXPECT_EQ(words[7], 5u);
  EXPECT_THAT(Bytes(file.sections.at(".nfp.maps").data.begin() + 32,
                    file.sections.at(".nfp.maps").data.end()),
              ElementsAre(1, 2, 0, 2, 1, 0, 0, 0));
}

TEST(Elf, Lines) {
  const Read file = sample();
  const std::vector<std::uint32_t> words = file.words(".nfp.lines");
  ASSERT_EQ(words.size(), 9u);
  EXPECT_THAT(std::vector<std::uint32_t>({words[0], words[1]}), ElementsAre(0, 42));
  EXPECT_THAT(std::vector<std::uint32_t>({words[3], words[4]}), ElementsAre(3, 43));
  EXPECT_THAT(std::vector<std::uint32_t>({words[6], words[7]}), ElementsAre(4, 7));
  EXPECT_EQ(file.string(words[2]), "prog.bpf.c");
  EXPECT_EQ(words[2], words[5]) << "one name, once";
}

TEST(Elf, ASmallProgramWithoutTables) {
  Image image = sample_image();
  image.tables.clear();
  image.relocations.clear();
  image.symbols.clear();
  const Read file(write_elf(image, Object{}, {}));
  EXPECT_TRUE(file.sections.at(".nfp.maps").data.empty());
  EXPECT_EQ(file.symbols().size(), 2u);
}

TEST(Elf, StringsAreSharedOnlyWhole) {
  StringTable table;
  EXPECT_EQ(table.add(""), 0u);
  const std::uint32_t block = table.add("block_1");
  EXPECT_NE(table.add("lock_1"), block + 1) << "a name of its own, so that readers see its start";
  EXPECT_EQ(table.add("block_1"), block);
}

TEST(Elf, GnuShowsTheFile) {
  if (gnu_objdump().path.empty())
    GTEST_SKIP() << gnu_objdump().missing;
  const Image image = sample_image();
  const std::vector<std::string> gnu =
      gnu_disassembly_of_file(write_elf(image, sample_object(), {}));
  ASSERT_EQ(gnu.size(), image.instructions.size());
  for (std::size_t i = 0; i < gnu.size(); ++i)
    EXPECT_EQ(gnu[i], disassembly(image.instructions[i])) << "word " << i;
}

} // namespace
} // namespace pw::nfp
