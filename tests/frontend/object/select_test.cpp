#include "objects.h"

#include <gmock/gmock.h>

using namespace pw;
using namespace pw::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class Kinds : public testing::TestWithParam<const char*> {
protected:
  const Object object = open_object(test_object(GetParam()));
};
INSTANTIATE_TEST_SUITE_P(Debug, Kinds, testing::Values("kinds", "kinds_bare"));

TEST_P(Kinds, SectionNamesWithoutMeaningGiveNoType) {
  EXPECT_EQ(program_named(object, "plain_xdp").type, ProgramType::Unknown);
  EXPECT_EQ(program_named(object, "plain_tc").type, ProgramType::Unknown);
}

TEST_P(Kinds, TheUseOfTheContextGivesIt) {
  EXPECT_EQ(program_type(program_named(object, "plain_xdp")), ProgramType::Xdp);
  EXPECT_EQ(program_type(program_named(object, "plain_tc")), ProgramType::Tc);
  EXPECT_EQ(program_type(program_named(object, "nothing")), ProgramType::Unknown);
}

TEST_P(Kinds, ByFunctionOrSection) {
  EXPECT_EQ(select_program(object, "plain_xdp").name, "plain_xdp");
  EXPECT_EQ(select_program(object, "filter").name, "plain_tc");
}

TEST_P(Kinds, UnknownNameListsWhatThereIs) {
  try {
    select_program(object, "absent");
    FAIL();
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics().at(0).code, "PW-PRG-001");
    EXPECT_THAT(f.diagnostics().at(0).remedy, HasSubstr("plain_xdp (section prog)"));
  }
}

TEST_P(Kinds, SeveralProgramsAreListed) {
  try {
    select_program(object, "");
    FAIL();
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics().at(0).code, "PW-PRG-002");
    EXPECT_THAT(f.diagnostics().at(0).remedy, HasSubstr("plain_tc (section filter)"));
    EXPECT_THAT(f.diagnostics().at(0).remedy, testing::Not(HasSubstr("kprobe")));
  }
}

TEST_P(Kinds, OtherProgramsAreRefusedByName) {
  try {
    select_program(object, "probe");
    FAIL();
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics().at(0).code, "PW-PRG-003");
    EXPECT_EQ(f.exit(), Exit::Unsupported);
    EXPECT_THAT(f.diagnostics().at(0).message, HasSubstr("kprobe"));
  }
}

TEST_P(Kinds, ATypeCanBeSaid) {
  EXPECT_EQ(codes_of([&] { select_program(object, "nothing"); }),
            std::vector<std::string>{"PW-PRG-004"});
  EXPECT_EQ(select_program(object, "nothing", ProgramType::Xdp).name, "nothing");
}

TEST(Select, TheOnlyProgramEvenIfItIsNoPacketProgram) {
  const Object object = open_object(test_object("probe"));
  EXPECT_THAT(codes_of([&] { select_program(object, ""); }), ElementsAre("PW-PRG-003"));
}

TEST(Select, NoProgramAtAll) {
  EXPECT_THAT(codes_of([] { select_program(Object{}, ""); }), ElementsAre("PW-PRG-005"));
}

TEST(ProgramType, NamesAreTheLastHint) {
  Program p;
  p.insns = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 2},
             {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  p.subprograms = {{0, "pass"}};
  p.name = "pass";
  p.section = "prog";
  EXPECT_EQ(program_type(p), ProgramType::Unknown);
  p.section = "xdp_pass";
  EXPECT_EQ(program_type(p), ProgramType::Xdp);
  p.section = "prog";
  p.name = "tc_pass";
  EXPECT_EQ(program_type(p), ProgramType::Tc);
}

} // namespace
