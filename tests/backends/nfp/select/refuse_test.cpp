// What a micro-engine can't do, each in a program of its own.
#include "backends/nfp/select/select.h"

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>

#include <ostream>

namespace pw::nfp {
namespace {

struct Case {
  const char* program;
  const char* code; // "": taken
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.program; }

const Object& refused() {
  static const Object object = open_object(PW_TEST_OBJECTS "/select_refused.o");
  return object;
}

std::vector<Diagnostic> said(const std::string& name, const FirmwareProfile& profile = {}) {
  const Program& program = select_program(refused(), name);
  LiftOptions options;
  options.verify.micro_engine = true;
  options.head_room = profile.adjust_head.guaranteed_sub;
  const LiftedProgram lifted = lift_program(refused(), program, options);
  std::vector<Table> tables;
  std::vector<Diagnostic> warnings;
  try {
    select(refused(), program, lifted, profile, tables, warnings);
  } catch (const Failure& f) {
    return f.diagnostics();
  }
  return warnings;
}

bool has(const std::vector<Diagnostic>& all, const std::string& code, Severity severity) {
  for (const Diagnostic& d : all)
    if (d.code == code && d.severity == severity)
      return true;
  return false;
}

class Refuses : public testing::TestWithParam<Case> {};

TEST_P(Refuses, WithItsReason) {
  const auto all = said(GetParam().program);
  std::string text;
  for (const Diagnostic& d : all)
    text += to_text(d);
  EXPECT_TRUE(has(all, GetParam().code, Severity::Error)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Nfp, Refuses,
    testing::Values(Case{"redirects", "PW-NFP-200"}, Case{"verdict_of_the_packet", "PW-NFP-200"},
                    Case{"tells_time", "PW-NFP-201"}, Case{"knows_cpu", "PW-NFP-201"},
                    Case{"prints", "PW-NFP-202"}, Case{"fetches", "PW-NFP-203"},
                    Case{"evicts", "PW-NFP-204"}, Case{"large_value", "PW-NFP-205"},
                    Case{"grows", "PW-NFP-206"}, Case{"jumps_far", "PW-NFP-207"},
                    Case{"reads_far", "PW-NFP-208"}, Case{"counts_in_pieces", "PW-NFP-209"},
                    Case{"looks_up_constants", "PW-NFP-210"},
                    Case{"indexes_the_stack", "PW-NFP-211"}, Case{"has_metadata", "PW-NFP-213"},
                    Case{"fills_a_ring", "PW-NFP-214"}, Case{"tc_reads_mark", "PW-NFP-201"},
                    Case{"tc_reads_cb", "PW-NFP-201"}, Case{"tc_marks", "PW-NFP-132"},
                    Case{"tc_tags", "PW-NFP-132"}, Case{"tc_redirects", "PW-NFP-200"},
                    Case{"tc_grows", "PW-NFP-206"}));

TEST(Refuses, NeitherEventsNorTc) {
  EXPECT_TRUE(said("sends_events").empty());
  EXPECT_TRUE(said("tc_drops_short").empty());
}

// The frontend's own word for a micro-engine.
TEST(Refuses, EventsForOtherCpus) {
  try {
    said("sends_elsewhere");
    FAIL() << "taken";
  } catch (const Failure& f) {
    EXPECT_TRUE(has(f.diagnostics(), "PW-NFP-159", Severity::Error)) << f.what();
  }
}

// Each says where, which limit, what hit it, and what to do.
TEST(Refuses, WithPlaceLimitAndNextStep) {
  FirmwareProfile bare;
  bare.random = bare.queue_select = false;
  bare.helpers.clear();
  for (const Program& program : refused().programs)
    for (const FirmwareProfile& profile : {FirmwareProfile{}, bare})
      try {
        for (const Diagnostic& d : said(program.name, profile)) {
          EXPECT_TRUE(d.location.known() || d.insn) << program.name << to_text(d);
          EXPECT_FALSE(d.limit.empty() || d.value.empty()) << program.name << to_text(d);
          EXPECT_FALSE(d.remedy.empty()) << program.name << to_text(d);
        }
      } catch (const Failure&) { // of the frontend
      }
}

TEST(Refuses, WhatTheFirmwareHasNot) {
  FirmwareProfile bare;
  bare.random = bare.queue_select = false;
  bare.helpers.clear();
  for (const char* name : {"chooses_a_queue", "draws", "looks_up", "sends_events"}) {
    EXPECT_TRUE(has(said(name, bare), "PW-NFP-212", Severity::Error)) << name;
    EXPECT_TRUE(said(name).empty()) << name;
  }
}

TEST(Refuses, RecordsThatLocalMemoryHasNoRoomFor) {
  FirmwareProfile small;
  small.stack_bytes = 64;
  EXPECT_TRUE(has(said("sends_much", small), "PW-NFP-216", Severity::Error));
  EXPECT_TRUE(said("sends_much").empty());
}

TEST(Refuses, WarnsOfAdditionsThatAreNotAtomic) {
  EXPECT_TRUE(has(said("races"), "PW-NFP-215", Severity::Warning));
}

TEST(Refuses, ToldWithTheLineInC) {
  const auto all = said("prints");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_NE(all[0].location.text.find("bpf_printk"), std::string::npos) << to_text(all[0]);
}

// Something that no pass leaves behind.
TEST(Refuses, UnknownInstructionsAreAMistakeOfOurs) {
  LiftedProgram lifted;
  lifted.context = std::make_unique<llvm::LLVMContext>();
  llvm::SMDiagnostic error;
  lifted.module = llvm::parseAssemblyString(R"(
    declare i32 @pw.length()
    declare void @pw.exit(i32, i32, i32, i32, i32, i32, i32, i32, i64)
    define void @pw.program() {
      %n = call i32 @pw.length()
      %f = uitofp i32 %n to float
      %i = bitcast float %f to i32
      %v = and i32 %i, 1
      call void @pw.exit(i32 %v, i32 0, i32 %n, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
      ret void
    })",
                                            error, *lifted.context);
  ASSERT_TRUE(lifted.module) << error.getMessage().str();
  std::vector<Table> tables;
  std::vector<Diagnostic> warnings;
  try {
    select({}, {}, lifted, {}, tables, warnings);
    FAIL() << "taken";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-NFP-249");
  }
}

} // namespace
} // namespace pw::nfp
