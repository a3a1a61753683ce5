// One C program a feature: what is said of it, and that it does what it did.
#include "tests/backends/nfp/offload/rewritten.h"
#include "tests/random/kernel_oracle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace pw::nfp {
namespace {

Object features(const std::string& cpu) {
  return open_object(std::string(PW_TEST_OBJECTS) + "/features." + cpu + ".o");
}

// Few stations, so that entries are found again.
std::vector<Packet> traffic() {
  std::vector<Packet> packets;
  std::uint32_t state = 12345;
  for (unsigned i = 0; i < 600; ++i) {
    Packet p;
    p.bytes.resize(60 + i % 40);
    for (std::uint8_t& byte : p.bytes) {
      state = state * 1664525 + 1013904223;
      byte = std::uint8_t(state >> 24);
    }
    std::fill(p.bytes.begin() + 6, p.bytes.begin() + 11, std::uint8_t(2));
    p.bytes[11] &= 31;
    packets.push_back(std::move(p));
  }
  return packets;
}

struct Feature {
  std::string program, code; // what the rewriting is told as
};

void PrintTo(const Feature& f, std::ostream* out) { *out << f.program; }

class Features : public testing::TestWithParam<std::tuple<Feature, const char*>> {
protected:
  Features() : object_(features(std::get<1>(GetParam()))) {}

  const Feature& feature() const { return std::get<0>(GetParam()); }
  Object object_;
};

TEST_P(Features, DoWhatTheyDid) {
  const Program& program = select_program(object_, feature().program);
  const Rewritten made(object_, program);
  EXPECT_TRUE(made.has_note(feature().code));
  for (const Diagnostic& d : check_rules(made.object(), made.program(), {}))
    EXPECT_NE(d.severity, Severity::Error) << to_text(d);
  const std::vector<Packet> packets = traffic();
  const Outcome before = run(Runner::Interp, object_, program, packets);
  EXPECT_EQ(difference(before, run(Runner::Interp, made.object(), made.program(), packets)), "");
  if (!random::kernel_available())
    GTEST_SKIP() << "the kernel is left out: no right to load programs";
  EXPECT_EQ(difference(run(Runner::Kernel, object_, program, packets),
                       run(Runner::Kernel, made.object(), made.program(), packets)),
            "");
}

const Feature all[] = {
    {"count", "PW-NFP-304"},      {"count", "PW-NFP-302"},      {"write_array", "PW-NFP-305"},
    {"write_hash", "PW-NFP-305"}, {"write_hash", "PW-NFP-301"}, {"insert_counted", "PW-NFP-306"},
    {"globals", "PW-NFP-303"},    {"keys", "PW-NFP-301"},       {"arithmetic", "PW-NFP-300"},
    {"either", "PW-NFP-305"},     {"beside", "PW-NFP-305"}};

INSTANTIATE_TEST_SUITE_P(
    Offload, Features, testing::Combine(testing::ValuesIn(all), testing::Values("v1", "v3", "v4")),
    [](const auto& info) {
      const Feature& f = std::get<0>(info.param);
      return f.program + "_" + f.code.substr(7) + "_" + std::get<1>(info.param);
    });

std::string refusal_of(const Object& object, const Program& program) {
  try {
    make_offload(object, program, {});
  } catch (const Failure& failure) {
    return failure.diagnostics().at(0).code;
  }
  return "none";
}

TEST(Offload, InitialValuesOfVariablesAreRefused) {
  const Object object = features("v3");
  EXPECT_EQ(refusal_of(object, select_program(object, "initial")), "PW-NFP-311");
}

TEST(Offload, AJumpThatBecomesTooLongIsRefused) {
  Object object;
  Program program;
  program.name = "long";
  program.section = "xdp";
  program.type = ProgramType::Xdp;
  const auto add = [&](unsigned code, unsigned dst, unsigned src, int off, int imm) {
    bpf_insn i{};
    i.code = std::uint8_t(code);
    i.dst_reg = dst & 15;
    i.src_reg = src & 15;
    i.off = std::int16_t(off);
    i.imm = imm;
    program.insns.push_back(i);
  };
  constexpr int divisions = 1500; // of 30 instructions each
  add(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 16, 0);
  add(BPF_LDX | BPF_MEM | BPF_W, 3, 1, 16, 0);
  add(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 2);
  add(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, divisions, 7);
  for (int i = 0; i < divisions; ++i)
    add(BPF_ALU | BPF_DIV | BPF_X, 2, 3, 0, 0);
  add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  program.subprograms = {{0, "long"}};
  object.programs.push_back(program);
  EXPECT_EQ(refusal_of(object, object.programs[0]), "PW-NFP-310");
}

TEST(Offload, PacketsInFragmentsAreLeftOut) {
  const Object object = features("v3");
  const Rewritten made(object, select_program(object, "fragments"));
  EXPECT_EQ(made.program().section, "xdp");
  EXPECT_TRUE(made.has_note("PW-NFP-307"));
}

// The lock can't be copied with the value.
TEST(Offload, LockedValuesAreRefusedForTheirHelpers) {
  const Object object = features("v3");
  EXPECT_EQ(refusal_of(object, select_program(object, "locked")), "PW-NFP-150");
}

TEST(Offload, NamesLicenceSectionAndLinesStay) {
  const Object object = features("v3");
  const Program& program = select_program(object, "write_array");
  const Rewritten made(object, program);
  EXPECT_EQ(made.program().name, "write_array");
  EXPECT_EQ(made.program().section, "xdp/write_array");
  EXPECT_EQ(made.object().license, "GPL");
  ASSERT_EQ(made.object().maps.size(), 1u);
  EXPECT_EQ(made.object().maps[0].name, "states");
  std::set<unsigned> before, after;
  for (const LineInfo& l : program.lines)
    before.insert(l.location.line);
  for (const LineInfo& l : made.program().lines)
    after.insert(l.location.line);
  EXPECT_FALSE(after.empty());
  EXPECT_TRUE(std::ranges::includes(before, after));
}

TEST(Offload, NotesNameTheLineAndAreOrdered) {
  const Object object = features("v3");
  const Rewritten made(object, select_program(object, "write_array"));
  unsigned last = 0;
  for (const Diagnostic& d : made.notes()) {
    EXPECT_NE(d.severity, Severity::Error);
    EXPECT_TRUE(d.location.known()) << to_text(d);
    EXPECT_LE(last, d.insn.value_or(0));
    last = d.insn.value_or(0);
  }
  const auto store = std::ranges::find(made.notes(), "PW-NFP-305", &Diagnostic::code);
  ASSERT_NE(store, made.notes().end());
  EXPECT_EQ(store->severity, Severity::Warning);
  EXPECT_NE(store->location.text.find("s->"), std::string::npos) << store->location.text;
}

} // namespace
} // namespace pw::nfp
