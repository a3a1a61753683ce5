// Every example that the card can hold, through the whole backend: GNU's disassembler reads each
// word as we mean it, check bits are right, and relocations and lines fit the words.

#include "backends/nfp/isa/ecc.h"
#include "backends/nfp/isa/print.h"
#include "backends/nfp/nfp.h"
#include "tests/backends/nfp/isa/gnu.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

namespace pw::nfp {
namespace {

namespace fs = std::filesystem;

struct Compiled {
  std::string name;
  Object object;
  Image image;
};

// What the frontend or the card can't do says so elsewhere; a mistake of ours may not hide here.
void add_program(const fs::path& file, const Object& object, const Program& program,
                 std::vector<Compiled>& out) try {
  const FirmwareProfile profile;
  const LiftedProgram lifted = lift_program(object, program, lift_options(profile));
  out.push_back({file.filename().string() + ":" + program.name, object,
                 compile_program(object, program, lifted, profile).image});
} catch (const Failure& f) {
  EXPECT_NE(f.exit(), Exit::Internal) << file << ": " << f.what();
} catch (const std::exception& e) {
  ADD_FAILURE() << file << ": " << e.what();
}

std::vector<Compiled> compile_below(const fs::path& folder) {
  std::vector<Compiled> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".o")
      continue;
    const Object object = open_object(entry.path().string());
    for (const Program& program : object.programs)
      if (program_type(program) == ProgramType::Xdp)
        add_program(entry.path(), object, program, out);
  }
  return out;
}

void expect_check_bits(const Compiled& c) {
  for (const std::uint64_t word : c.image.words)
    EXPECT_EQ(word, with_ecc(word)) << c.name;
}

void expect_relocations_fit(const Compiled& c) {
  const auto length = static_cast<unsigned>(c.image.words.size());
  for (const Relocation& r : c.image.relocations) {
    ASSERT_LT(r.word, length) << c.name;
    const Instruction& i = c.image.instructions[r.word];
    if (r.kind == RelocationKind::Branch) {
      EXPECT_LT(i.target.number, length - 8) << c.name << ": a branch into the prefetch window";
    } else if (r.kind == RelocationKind::Immediate) {
      EXPECT_EQ(i.op, Op::Immed) << c.name;
    }
  }
}

// Addresses that nobody relocates would lead anywhere but into the program.
void expect_every_branch_is_relocated(const Compiled& c) {
  std::set<unsigned> relocated;
  for (const Relocation& r : c.image.relocations)
    relocated.insert(r.word);
  for (unsigned n = 0; n < c.image.instructions.size(); ++n) {
    const bool leads_somewhere = c.image.instructions[n].target.kind != Target::Kind::None;
    EXPECT_TRUE(!leads_somewhere || relocated.contains(n)) << c.name << " word " << n;
  }
}

void expect_same_text(const Compiled& c) {
  const std::vector<std::string> gnu =
      gnu_disassembly_of_file(write_elf(c.image, c.object, FirmwareProfile{}));
  ASSERT_EQ(gnu.size(), c.image.words.size()) << c.name;
  for (std::size_t n = 0; n < gnu.size(); ++n)
    ASSERT_EQ(gnu[n], disassembly(c.image.instructions[n])) << c.name << " word " << n;
}

class Examples : public testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(Examples, WordsAreReadAsMeant) {
  const auto [folder, at_least] = GetParam();
  const std::vector<Compiled> all = compile_below(fs::path(PW_BINARY_DIR) / folder);
  EXPECT_GE(all.size(), at_least);
  for (const Compiled& c : all) {
    expect_check_bits(c);
    expect_relocations_fit(c);
    expect_every_branch_is_relocated(c);
    EXPECT_NE(listing(c.image, c.object), "");
  }
  if (gnu_objdump().path.empty())
    GTEST_SKIP() << gnu_objdump().missing;
  for (const Compiled& c : all)
    expect_same_text(c);
}

INSTANTIATE_TEST_SUITE_P(All, Examples,
                         testing::Values(std::pair{"examples", 12},
                                         std::pair{"examples/variants", 36}),
                         [](const auto& p) { return p.index == 0 ? "v3" : "variants"; });

} // namespace
} // namespace pw::nfp
