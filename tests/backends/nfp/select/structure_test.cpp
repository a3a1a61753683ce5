// What small programs become: their instructions are counted by kind.
#include "backends/nfp/isa/print.h"
#include "backends/nfp/select/select.h"

#include <gtest/gtest.h>

#include <functional>

namespace pw::nfp {
namespace {

struct Selected {
  Function f;
  std::vector<Table> tables;

  unsigned count(const std::function<bool(const Instruction&)>& is) const {
    unsigned n = 0;
    for (const Block& b : f.blocks) {
      for (const Instruction& i : b.body)
        n += is(i);
      n += b.branch && is(*b.branch);
    }
    return n;
  }
  unsigned all() const {
    return count([](const Instruction&) { return true; });
  }
  unsigned of(Op op) const {
    return count([op](const Instruction& i) { return i.op == op; });
  }
  unsigned of(Memory m) const {
    return count([m](const Instruction& i) { return i.op == Op::Command && i.memory == m; });
  }
  std::string text() const {
    std::string all;
    for (const Block& b : f.blocks) {
      for (const Instruction& i : b.body)
        all += print(i) + "\n";
      if (b.branch)
        all += print(*b.branch) + "\n";
    }
    return all;
  }
};

Selected select_program_named(const std::string& name) {
  static const Object object = open_object(PW_TEST_OBJECTS "/select_programs.o");
  const Program& program = select_program(object, name);
  const FirmwareProfile profile;
  LiftOptions options;
  options.verify.micro_engine = true;
  options.head_room = profile.adjust_head.guaranteed_sub;
  const LiftedProgram lifted = lift_program(object, program, options);
  Selected s;
  std::vector<Diagnostic> warnings;
  s.f = select(object, program, lifted, profile, s.tables, warnings);
  return s;
}

TEST(Structure, AConstantVerdictIsOneInstruction) {
  const Selected s = select_program_named("pass");
  EXPECT_EQ(s.all(), 1u) << s.text();
  EXPECT_EQ(s.f.blocks.back().body.back().value, 0x110000u);
}

TEST(Structure, AnEthertypeIsComparedInTheTransferRegister) {
  const Selected s = select_program_named("ethertype");
  EXPECT_EQ(s.of(Op::Command), 1u) << s.text();
  EXPECT_EQ(s.of(Op::BranchByte), 2u) << s.text();
  // length (2), bounds (2), read, two bytes, two exits
  EXPECT_LE(s.all(), 9u) << s.text();
}

TEST(Structure, FieldsOfOneHeaderShareARead) {
  const Selected s = select_program_named("protocol_counter");
  EXPECT_EQ(s.of(Memory::Read32Swap), 1u) << s.text();
  EXPECT_EQ(s.of(Memory::Add), 1u) << s.text();
  EXPECT_EQ(s.of(Op::Call), 1u) << s.text();
}

TEST(Structure, WordsThatAreAddedToAreCounters) {
  const Selected s = select_program_named("protocol_counter");
  ASSERT_EQ(s.tables.size(), 1u);
  EXPECT_EQ(s.tables[0].id, 1u);
  EXPECT_EQ(s.tables[0].words, (std::vector<WordUse>{WordUse::Counter, WordUse::Counter}));
}

TEST(Structure, NeighbouringStoresShareAWrite) {
  const Selected s = select_program_named("swap_macs");
  EXPECT_EQ(s.of(Memory::Write8Swap) + s.of(Memory::Write32Swap), 1u) << s.text();
}

// The address of the value takes effect three instructions later; that of a counter's words is
// turned.
TEST(Structure, AnUpdatePutsKeyAndValueOnTheStack) {
  const Selected s = select_program_named("updates");
  EXPECT_EQ(s.of(Op::Call), 2u);
  EXPECT_EQ(s.of(Op::CsrWrite), 1u);
  EXPECT_EQ(s.tables.at(0).words[2], WordUse::Counter);
  for (const Block& b : s.f.blocks) {
    unsigned since = 100;
    for (const Instruction& i : b.body) {
      if (i.dst.kind == Operand::Kind::Local && i.dst.number == 2)
        EXPECT_GT(since, 3u) << print(i);
      since = i.op == Op::CsrWrite ? 1 : since + 1;
    }
  }
  EXPECT_GE(s.f.stack_bytes, 64u + 16u);
}

TEST(Structure, WideSumsCarry) {
  const Selected s = select_program_named("wide_numbers");
  EXPECT_EQ(
      s.count([](const Instruction& i) { return i.op == Op::Alu && i.alu == AluOp::AddCarry; }), 1u)
      << s.text();
}

} // namespace
} // namespace pw::nfp
