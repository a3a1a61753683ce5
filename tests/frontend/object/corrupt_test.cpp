// Corrupted objects: truncated, one byte changed, words changed. Each either opens or fails with a
// diagnostic, soon, and never takes this process down.
#include "objects.h"

#include "frontend/isa/isa.h"

#include <cstring>
#include <gtest/gtest.h>

#include <random>

using namespace pw;
using namespace pw::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Outcome {
  unsigned opened = 0, refused = 0, crashed = 0;
};

class Corrupt : public testing::TestWithParam<const char*> {
protected:
  void try_open(const Bytes& bytes) {
    write_bytes(path_, bytes);
    try {
      const Object object = open_object(path_);
      use(object);
      ++outcome_.opened;
    } catch (const Failure& f) {
      const Diagnostic& d = f.diagnostics().at(0);
      ASSERT_TRUE(d.code.starts_with("PW-OBJ-")) << d.code;
      ASSERT_FALSE(d.message.empty());
      ++(d.code == "PW-OBJ-005" ? outcome_.crashed : outcome_.refused);
    }
  }

  // What came through has to be safe to work on.
  static void use(const Object& object) {
    for (const Program& p : object.programs) {
      program_type(p);
      for (unsigned i = 0; i < p.insns.size(); ++i)
        p.location(i);
      codes_of([&] { isa::decode(p.insns); });
    }
    codes_of([&] { select_program(object, ""); });
  }

  const Bytes original_ = read_bytes(test_object(GetParam()));
  // Of one test: others run at the same time.
  const std::string path_ =
      testing::TempDir() + "/pw_corrupt_" +
      std::to_string(testing::UnitTest::GetInstance()->current_test_info()->line()) + GetParam() +
      ".o";
  std::mt19937 random_{7};
  Outcome outcome_;

  std::size_t below(std::size_t n) { return random_() % n; }
};
INSTANTIATE_TEST_SUITE_P(Objects, Corrupt, testing::Values("tour.v3", "legacy", "legacy_bare"));

TEST_P(Corrupt, Truncated) {
  const std::size_t step = std::max<std::size_t>(1, original_.size() / 400);
  for (std::size_t size = 0; size < original_.size(); size += step)
    try_open({original_.begin(), original_.begin() + static_cast<std::ptrdiff_t>(size)});
  EXPECT_EQ(outcome_.opened, 0u);
}

TEST_P(Corrupt, OneByte) {
  for (unsigned round = 0; round < 900; ++round) {
    Bytes bytes = original_;
    bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1 + below(255));
    try_open(bytes);
  }
  EXPECT_GT(outcome_.opened, 0u);
  EXPECT_GT(outcome_.refused, 0u);
}

TEST_P(Corrupt, OneWord) {
  constexpr std::uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x10000};
  for (unsigned round = 0; round < 400; ++round) {
    Bytes bytes = original_;
    const std::uint32_t word = words[below(std::size(words))];
    std::memcpy(bytes.data() + below(bytes.size() / 4) * 4, &word, 4);
    try_open(bytes);
  }
}

} // namespace
