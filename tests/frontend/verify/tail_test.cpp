// Which tail calls are followed, in which order programs stand, and what is refused.
#include "frontend/verify/explore.h"
#include "tests/frontend/verify/assembly.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw {
namespace {

using namespace assembly;

// Tail-calls the program in `slot` of map 0; drops if there is none.
Insns jump_to(int slot) {
  Code c;
  c << map(2, 0) << mov(3, slot) << call(BPF_FUNC_tail_call) << mov(0, 1) << leave();
  return c;
}
// By a slot that is only known to be below 4.
Insns jump_anywhere() {
  Code c;
  c << load(BPF_W, 3, 1, 12) << alu(BPF_AND, 3, 3) << map(2, 0) << call(BPF_FUNC_tail_call)
    << mov(0, 1) << leave();
  return c;
}
const Insns pass = {mov(0, 2), leave()};

Program program(const std::string& name, const Insns& insns) {
  Program p = object_of(insns).programs.at(0);
  p.name = name;
  p.subprograms[0].name = name;
  return p;
}

Object chain(const std::vector<std::pair<std::string, Insns>>& programs) {
  Object o;
  MapDefinition jumps;
  jumps.name = "jumps";
  jumps.type = BPF_MAP_TYPE_PROG_ARRAY;
  jumps.key_size = jumps.value_size = 4;
  jumps.max_entries = 8;
  for (const auto& [name, insns] : programs) {
    if (!o.programs.empty())
      jumps.initial_programs[unsigned(o.programs.size())] = name;
    o.programs.push_back(program(name, insns));
  }
  o.maps.push_back(jumps);
  return o;
}

struct Explored {
  std::vector<Diagnostic> said;
  std::vector<std::string> entered; // names of tail-called programs, a name for each context
};

Explored explore(const Object& o) {
  const verify::Linked linked(o, o.programs[0]);
  verify::Report report(linked);
  const verify::Exploration found = verify::explore(o, linked, {}, report);
  Explored e;
  for (const verify::Context& c : found.contexts)
    if (c.tail_calls > 0)
      e.entered.push_back(c.function->name);
  e.said = report.take();
  return e;
}

const Diagnostic* find(const std::vector<Diagnostic>& all, const std::string& code) {
  const auto found = std::ranges::find(all, code, &Diagnostic::code);
  return found == all.end() ? nullptr : &*found;
}

TEST(TailCalls, LeadIntoOtherPrograms) {
  const Explored e = explore(chain({{"first", jump_to(1)}, {"second", pass}}));
  EXPECT_TRUE(e.said.empty()) << to_text(e.said.front());
  EXPECT_EQ(e.entered, std::vector<std::string>{"second"});
}

TEST(TailCalls, OnlyProgramsThatCanBeReachedAreLookedAt) {
  const Explored e =
      explore(chain({{"first", jump_to(2)}, {"wrong", {mov_r(0, 5), leave()}}, {"second", pass}}));
  EXPECT_TRUE(e.said.empty()) << to_text(e.said.front());
}

TEST(TailCalls, AProgramThatSeveralCallStandsThereOnce) {
  Code either; // to 1 or 2
  either << load(BPF_W, 4, 1, 12) << map(2, 0) << mov(3, 1) << jump_if(BPF_JEQ, 4, 0, 1)
         << mov(3, 2) << call(BPF_FUNC_tail_call) << mov(0, 1) << leave();
  Explored e = explore(chain({{"first", either}, {"left", jump_to(2)}, {"last", pass}}));
  EXPECT_TRUE(e.said.empty()) << to_text(e.said.front());
  std::ranges::sort(e.entered);
  EXPECT_EQ(e.entered, (std::vector<std::string>{"last", "left"}));
}

TEST(TailCalls, MistakesNameTheProgram) {
  const Explored e = explore(chain({{"first", jump_to(1)}, {"second", {mov_r(0, 5), leave()}}}));
  const Diagnostic* d = find(e.said, "PW-VER-003");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->insn, 0u);
  EXPECT_NE(d->message.find("'second'"), std::string::npos) << d->message;
}

TEST(TailCalls, RegistersAndStackAreFresh) {
  Code reads_r6, reads_stack;
  reads_r6 << mov_r(0, 6) << leave();
  Code sets;
  sets << mov(6, 1) << map(2, 0) << mov(3, 1) << call(BPF_FUNC_tail_call) << mov_r(0, 6) << leave();
  EXPECT_TRUE(find(explore(chain({{"first", sets}, {"second", reads_r6}})).said, "PW-VER-003"));
}

TEST(TailCalls, NothingIsKnownOfTheResultBehindOne) {
  Code reads;
  reads << map(2, 0) << mov(3, 1) << call(BPF_FUNC_tail_call) << leave();
  EXPECT_TRUE(find(explore(chain({{"first", reads}, {"second", pass}})).said, "PW-VER-003"));
}

TEST(TailCalls, ACircleIsRefusedWithItsPath) {
  const Explored e =
      explore(chain({{"first", jump_to(1)}, {"second", jump_to(2)}, {"third", jump_to(1)}}));
  const Diagnostic* d = find(e.said, "PW-TAIL-004");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->value, "second -> third -> second");
  EXPECT_TRUE(
      find(explore(chain({{"first", jump_to(1)}, {"second", jump_to(1)}})).said, "PW-TAIL-004"));
}

TEST(TailCalls, SlotsThatAnIndexCannotMeanMakeNoCircle) {
  const Explored e =
      explore(chain({{"first", jump_anywhere()}, {"second", jump_to(2)}, {"third", jump_to(7)}}));
  EXPECT_FALSE(find(e.said, "PW-TAIL-004"));
  EXPECT_TRUE(find(explore(chain({{"first", jump_anywhere()}, {"second", jump_anywhere()}})).said,
                   "PW-TAIL-004"));
}

TEST(TailCalls, WithoutAProgramGoOnWithAWarning) {
  const Explored e = explore(chain({{"first", jump_to(5)}}));
  const Diagnostic* d = find(e.said, "PW-TAIL-001");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->severity, Severity::Warning);
  EXPECT_EQ(d->remedy, "name it with --slot jumps:5=PROGRAM");
}

TEST(TailCalls, ProgramsThatAreNotThereOrOfAnotherTypeAreRefused) {
  Object o = chain({{"first", jump_to(1)}});
  o.maps[0].initial_programs[1] = "nobody";
  EXPECT_TRUE(find(explore(o).said, "PW-TAIL-002"));
  o = chain({{"first", jump_to(1)}, {"second", pass}});
  o.programs[1].type = ProgramType::Tc;
  o.programs[1].type_name = "sched_cls";
  EXPECT_TRUE(find(explore(o).said, "PW-TAIL-003"));
}

TEST(TailCalls, TakeAProgramArrayAndNothingElse) {
  Object o = chain({{"first", jump_to(1)}, {"second", pass}});
  o.maps[0].type = BPF_MAP_TYPE_ARRAY;
  EXPECT_TRUE(find(explore(o).said, "PW-MAP-004"));
  Code pointer;
  pointer << mov_r(3, 1) << map(2, 0) << call(BPF_FUNC_tail_call) << mov(0, 1) << leave();
  EXPECT_TRUE(find(explore(chain({{"first", pointer}, {"second", pass}})).said, "PW-CALL-004"));
}

// A subprogram that tail-calls, called so often that Linux follows some of the calls only; how many
// were made before depends on the packet.
TEST(TailCalls, MoreThanLinuxFollowsOnSomePathsAreRefused) {
  Code c;
  c << mov_r(6, 1) << mov(8, 40);
  c << call(BPF_FUNC_get_prandom_u32) << jump_if(BPF_JEQ, 0, 0, 2) << mov_r(1, 6) << call_local(4);
  c << add(8, -1) << jump_if(BPF_JNE, 8, 0, -6) << mov(0, 2) << leave();
  c << map(2, 0) << mov(3, 1) << call(BPF_FUNC_tail_call) << mov(0, 1) << leave();
  Object o = chain({{"first", c}, {"second", pass}});
  o.programs[0].subprograms.push_back({10, "sub"});
  const Explored e = explore(o);
  EXPECT_TRUE(find(e.said, "PW-TAIL-005"));
}

TEST(Slot, IsSetByName) {
  Object o = chain({{"first", jump_to(1)}, {"second", pass}, {"third", pass}});
  set_slot(o, "jumps:1=third");
  set_slot(o, "jumps:2=");
  EXPECT_EQ(o.maps[0].initial_programs, (std::map<std::uint32_t, std::string>{{1, "third"}}));
}

TEST(Slot, RefusesWhatCanNotBeSet) {
  Object o = chain({{"first", jump_to(1)}, {"second", pass}});
  o.programs.push_back(o.programs[1]);
  o.programs.back().name = "other";
  o.programs.back().section = "tc";
  o.programs.back().type = ProgramType::Tc;
  for (const char* wrong :
       {"jumps", "jumps:1", "jumps=1", "nothing:1=second", "jumps:8=second", "jumps:x=second",
        "jumps:-1=second", "jumps:1=nobody", "jumps:1=other"}) {
    try {
      set_slot(o, wrong);
      ADD_FAILURE() << wrong << " is taken";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.diagnostics().front().code, "PW-TAIL-006") << wrong;
    }
  }
}

TEST(SelectProgram, TakesTheOneThatNoSlotHolds) {
  const Object o = chain({{"first", jump_to(1)}, {"second", pass}});
  EXPECT_EQ(select_program(o, "").name, "first");
  EXPECT_EQ(select_program(o, "second").name, "second");
}

} // namespace
} // namespace pw
