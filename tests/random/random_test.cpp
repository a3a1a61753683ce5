// Thousands of random programs on interpreter and model, more on interpreter and kernel, a few in
// hardware; and the programs on which engines once differed.
#include "tests/random/chain.h"
#include "tests/random/compare.h"
#include "tests/random/generator.h"
#include "tests/random/kernel_oracle.h"
#include "tests/random/minimise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace pw::random {
namespace {

std::string failure_text(const Case& c, const Verdict& verdict) {
  return c.name + ": " + verdict.what + "\n" + disassemble(c);
}

// --- many programs

class Programs : public testing::TestWithParam<unsigned> {};

TEST_P(Programs, InterpreterAndModelAgree) {
  constexpr unsigned block = 128;
  unsigned refused = 0;
  for (std::uint64_t seed = GetParam() * block; seed < (GetParam() + 1) * block; ++seed) {
    Case c = generate_case(seed);
    ModelOptions options; // half of them under a random schedule and back-pressure
    if (seed % 2) {
      options.random_schedule = seed;
      options.stall_percent = unsigned(seed % 7) * 10;
    }
    Verdict verdict = compare(c, interp(), model(options));
    refused += verdict.kind == Verdict::Refused;
    ASSERT_NE(verdict.kind, Verdict::Different) << failure_text(c, verdict);
  }
  EXPECT_LE(refused, block / 10) << "most programs must be accepted for this to say anything";
}

INSTANTIATE_TEST_SUITE_P(Random, Programs, testing::Range(0u, 16u));

// Programs that tail-call each other.
TEST(RandomChains, InterpreterAndModelAgree) {
  GenerateOptions options;
  options.max_statements = 6;
  unsigned refused = 0;
  constexpr unsigned chains = 30;
  for (std::uint64_t seed = 0; seed < chains; ++seed) {
    Case c = generate_chain(seed, options);
    ModelOptions how;
    if (seed % 2)
      how.random_schedule = seed;
    Verdict verdict = compare(c, interp(), model(how));
    refused += verdict.kind == Verdict::Refused;
    ASSERT_NE(verdict.kind, Verdict::Different) << failure_text(c, verdict);
  }
  EXPECT_LE(refused, chains / 5) << "most programs must be accepted for this to say anything";
}

TEST(RandomPrograms, InterpreterAndKernelAgree) {
  if (!kernel_available())
    GTEST_SKIP() << "needs root and a kernel that loads BPF programs";
  GenerateOptions options;
  options.kernel = true;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Case c = generate_case(seed, options);
    Verdict verdict = compare(c, kernel(), interp());
    ASSERT_EQ(verdict.kind, Verdict::Same) << failure_text(c, verdict);
  }
}

// Programs for tc.
GenerateOptions tc_options(bool kernel) {
  GenerateOptions options;
  options.tc = true;
  options.kernel = kernel;
  return options;
}

TEST(RandomTc, InterpreterAndKernelAgree) {
  if (!kernel_available())
    GTEST_SKIP() << "needs root and a kernel that loads BPF programs";
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Case c = generate_case(seed, tc_options(true));
    Verdict verdict = compare(c, kernel(), interp());
    ASSERT_EQ(verdict.kind, Verdict::Same) << failure_text(c, verdict);
  }
}

class TcPrograms : public testing::TestWithParam<unsigned> {};

TEST_P(TcPrograms, InterpreterAndModelAgree) {
  constexpr unsigned block = 40;
  unsigned refused = 0;
  for (std::uint64_t seed = GetParam() * block; seed < (GetParam() + 1) * block; ++seed) {
    Case c = generate_case(seed, tc_options(seed % 2 == 0));
    ModelOptions options;
    if (seed % 3 == 0)
      options.random_schedule = seed;
    Verdict verdict = compare(c, interp(), model(options));
    refused += verdict.kind == Verdict::Refused;
    ASSERT_NE(verdict.kind, Verdict::Different) << failure_text(c, verdict);
  }
  EXPECT_LE(refused, block / 4) << "most programs must be accepted for this to say anything";
}

INSTANTIATE_TEST_SUITE_P(Random, TcPrograms, testing::Range(0u, 4u));

// Programs that update maps and delete from them; pointers into them stay in use. Pools of elements
// are used again in the order in which Linux does it.
TEST(RandomChanges, InterpreterAndKernelAgree) {
  if (!kernel_available())
    GTEST_SKIP() << "needs root and a kernel that loads BPF programs";
  GenerateOptions options;
  options.kernel = true;
  options.changes = true;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    options.held = seed % 3 * 40;
    Case c = generate_case(seed, options);
    Verdict verdict = compare(c, kernel(), interp());
    ASSERT_EQ(verdict.kind, Verdict::Same) << failure_text(c, verdict);
  }
}

class Changes : public testing::TestWithParam<unsigned> {};

TEST_P(Changes, InterpreterAndModelAgree) {
  constexpr unsigned block = 100;
  GenerateOptions generate;
  generate.changes = true;
  unsigned refused = 0;
  for (std::uint64_t seed = GetParam() * block; seed < (GetParam() + 1) * block; ++seed) {
    generate.held = seed % 3 * 30;
    Case c = generate_case(seed, generate);
    ModelOptions options;
    options.stall_percent = unsigned(seed % 4) * 20;
    Verdict verdict = compare(c, interp(), model(options));
    refused += verdict.kind == Verdict::Refused;
    ASSERT_NE(verdict.kind, Verdict::Different) << failure_text(c, verdict);
  }
  EXPECT_LE(refused, block / 10) << "most programs must be accepted for this to say anything";
}

INSTANTIATE_TEST_SUITE_P(Random, Changes, testing::Range(0u, 10u));

// --- on the card

class OnTheCard : public testing::TestWithParam<unsigned> {};

// What a program wants that the card doesn't have (a clock, redirects, ...) is refused.
TEST_P(OnTheCard, InterpreterAndMicroEngineAgree) {
  constexpr unsigned block = 100;
  GenerateOptions generate;
  generate.kernel = true;
  generate.changes = GetParam() % 2 != 0;
  unsigned refused = 0;
  for (std::uint64_t seed = GetParam() * block; seed < (GetParam() + 1) * block; ++seed) {
    generate.held = generate.changes ? seed % 3 * 30 : 0;
    const Case c = generate_case(seed, generate);
    const Verdict verdict = compare(c, interp(), nfp());
    refused += verdict.kind == Verdict::Refused;
    ASSERT_NE(verdict.kind, Verdict::Different) << failure_text(c, verdict);
  }
  EXPECT_LE(refused, block * 2 / 3) << "enough programs must be accepted for this to say anything";
}

INSTANTIATE_TEST_SUITE_P(Random, OnTheCard, testing::Range(0u, 12u));

// --- in hardware

class Hardware : public testing::TestWithParam<unsigned> {};

TEST_P(Hardware, AgreesWithTheModel) {
  GenerateOptions options;
  options.max_statements = 25;
  Case c = generate_case(GetParam(), options);
  Verdict verdict = compare(c, model(), rtl());
  if (verdict.kind == Verdict::Refused)
    GTEST_SKIP() << verdict.what;
  EXPECT_EQ(verdict.kind, Verdict::Same) << failure_text(c, verdict);
}

INSTANTIATE_TEST_SUITE_P(Random, Hardware, testing::Range(1000u, 1006u));

class HardwareChanges : public testing::TestWithParam<unsigned> {};

TEST_P(HardwareChanges, AgreesWithTheModel) {
  GenerateOptions options;
  options.max_statements = 20;
  options.changes = true;
  options.held = 20;
  Case c = generate_case(GetParam(), options);
  Verdict verdict = compare(c, model(), rtl());
  if (verdict.kind == Verdict::Refused)
    GTEST_SKIP() << verdict.what;
  EXPECT_EQ(verdict.kind, Verdict::Same) << failure_text(c, verdict);
}

INSTANTIATE_TEST_SUITE_P(Random, HardwareChanges, testing::Range(2000u, 2003u));

// --- what was found

std::vector<std::string> kept_cases() {
  std::vector<std::string> names;
  std::error_code absent;
  for (const auto& file :
       std::filesystem::directory_iterator(PW_SOURCE_DIR "/tests/regressions", absent))
    if (file.path().extension() == ".json")
      names.push_back(file.path().stem().string());
  std::ranges::sort(names);
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

class Regression : public testing::TestWithParam<std::string> {};

TEST_P(Regression, StaysMended) {
  Case c = read_case_file(PW_SOURCE_DIR "/tests/regressions/" + GetParam() + ".json");
  ModelOptions scheduled;
  for (std::uint64_t seed : {0u, 1u, 2u, 3u}) {
    scheduled.random_schedule = seed ? std::optional<std::uint64_t>(seed) : std::nullopt;
    scheduled.stall_percent = unsigned(seed) * 25;
    Verdict verdict = compare(c, interp(), model(scheduled));
    if (c.tc() && verdict.kind == Verdict::Refused)
      GTEST_SKIP() << verdict.what;
    EXPECT_EQ(verdict.kind, Verdict::Same) << c.note << "\n" << failure_text(c, verdict);
  }
}

TEST_P(Regression, StaysAsInLinux) {
  const Case c = read_case_file(PW_SOURCE_DIR "/tests/regressions/" + GetParam() + ".json");
  if (!c.tc() || !kernel_available())
    GTEST_SKIP() << "programs for tc, where the kernel loads programs";
  const Verdict verdict = compare(c, kernel(), interp());
  EXPECT_EQ(verdict.kind, Verdict::Same) << c.note << "\n" << failure_text(c, verdict);
}

TEST_P(Regression, StaysMendedOnTheCard) {
  const Case c = read_case_file(PW_SOURCE_DIR "/tests/regressions/" + GetParam() + ".json");
  const Verdict verdict = compare(c, interp(), nfp());
  if (verdict.kind == Verdict::Refused)
    GTEST_SKIP() << verdict.what;
  EXPECT_EQ(verdict.kind, Verdict::Same) << c.note << "\n" << failure_text(c, verdict);
}

INSTANTIATE_TEST_SUITE_P(Kept, Regression, testing::ValuesIn(kept_cases()), test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Regression);

// --- the tools themselves

TEST(Minimise, CorrectsJumpsOverTheGap) {
  std::vector<bpf_insn> insns(5);
  insns[0] = {BPF_JMP | BPF_JA, 0, 0, 2, 0};            // to 3
  insns[1] = {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1}; // goes away
  insns[2] = {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 2};
  insns[3] = {BPF_JMP | BPF_JA, 0, 0, -2, 0}; // to 2
  insns[4] = {BPF_JMP | BPF_EXIT, 0, 0, 0, 0};
  std::vector<bpf_insn> shorter = without_instruction(insns, 1);
  ASSERT_EQ(shorter.size(), 4u);
  EXPECT_EQ(shorter[0].off, 1);
  EXPECT_EQ(shorter[2].off, -2);
}

TEST(Minimise, KeepsWhatFails) {
  Case c = generate_case(1);
  auto has_exit = [](const Case& candidate) {
    return std::ranges::any_of(candidate.program().insns, [](const bpf_insn& insn) {
      return insn.code == (BPF_JMP | BPF_EXIT);
    });
  };
  Case small = minimise(c, has_exit);
  EXPECT_EQ(small.program().insns.size(), 1u);
  EXPECT_EQ(small.packets.size(), 1u);
}

TEST(CaseFile, ComesBackAsItWas) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Case c = generate_case(seed);
    Case back = read_case(write_case(c));
    EXPECT_EQ(write_case(back), write_case(c));
    EXPECT_EQ(disassemble(back), disassemble(c));
    EXPECT_EQ(back.maps, c.maps);
  }
}

TEST(Generator, TheSameSeedGivesTheSameCase) {
  EXPECT_EQ(write_case(generate_case(42)), write_case(generate_case(42)));
  EXPECT_NE(write_case(generate_case(42)), write_case(generate_case(43)));
}

} // namespace
} // namespace pw::random
