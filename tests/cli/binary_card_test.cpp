// pipewright compile --target nfp.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Outcome compile(const Scratch& scratch, const std::string& name,
                const std::vector<std::string>& more = {}) {
  std::vector<std::string> line = {"compile", example(name), "--target",
                                   "nfp",     "-o",          scratch.path("out")};
  line.insert(line.end(), more.begin(), more.end());
  return pipewright(line);
}

TEST(CompileForCard, MakesWordsListingAndOffload) {
  const Scratch scratch;
  const Outcome o = compile(scratch, "mac_swap");
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("instruction words of 2560"));
  EXPECT_THAT(slurp(scratch.path("out/mac_swap.nfp.elf")), testing::StartsWith("\177ELF"));
  EXPECT_THAT(slurp(scratch.path("out/mac_swap.nfp.s")), HasSubstr("mac_swap.bpf.c:"));
  EXPECT_THAT(slurp(scratch.path("out/mac_swap.offload.o")), testing::StartsWith("\177ELF"));
  EXPECT_THAT(scratch.names(), ElementsAre("out")); // no temporary folder is left
}

TEST(CompileForCard, JsonSaysWhatTheCardNeeds) {
  const Scratch scratch;
  const Outcome o = compile(scratch, "mac_swap", {"--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_EQ(j.at("target"), "nfp");
  EXPECT_EQ(j.at("firmware"), "published");
  EXPECT_GT(j.at("code").at("words").get<unsigned>(), 8u);
  EXPECT_EQ(j.at("code").at("max_words"), 2560);
  EXPECT_TRUE(j.at("code").at("tables").empty());
  EXPECT_EQ(j.at("files").size(), 3u);
}

TEST(CompileForCard, TheSameInputGivesTheSameBytes) {
  const Scratch a, b;
  compile(a, "mac_swap");
  compile(b, "mac_swap");
  EXPECT_NE(slurp(a.path("out/mac_swap.nfp.elf")), "");
  for (const char* file : {"out/mac_swap.nfp.elf", "out/mac_swap.nfp.s", "out/mac_swap.offload.o"})
    EXPECT_TRUE(slurp(a.path(file)) == slurp(b.path(file))) << file;
}

TEST(CompileForCard, WhatTheCardCannotDoIsExplainedAndNothingIsLeft) {
  const Scratch scratch;
  const Outcome o = compile(scratch, "lpm_router");
  EXPECT_EQ(o.code, 2) << o.out;
  EXPECT_THAT(o.err, HasSubstr("lpm_router.nfp.elf can't be made:\n"));
  EXPECT_THAT(o.err, HasSubstr("lpm_router.offload.o can't be made:\n"));
  EXPECT_THAT(o.err, HasSubstr("PW-NFP-170"));
  EXPECT_THAT(o.err, HasSubstr("lpm_router.bpf.c:"));
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(CompileForCard, OneProductIsEnough) {
  const Scratch scratch;
  const Outcome o = compile(scratch, "per_cpu_stats", {"--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const auto j = o.json();
  EXPECT_TRUE(j.at("code").is_null()) << "the firmware has no per-CPU maps";
  EXPECT_FALSE(j.at("offload").at("rewritten").empty()) << "its map becomes another one";
  EXPECT_EQ(j.at("files").size(), 1u);
  EXPECT_FALSE(j.at("diagnostics").empty());
}

TEST(CompileForCard, TheFirmwareIsALimit) {
  const Scratch scratch;
  const Outcome o = compile(scratch, "mac_swap",
                            {"--firmware", scratch.file("small.json", R"({"max_words": 20})")});
  EXPECT_THAT(o.err, HasSubstr("PW-NFP-270"));
  EXPECT_THAT(o.err, HasSubstr("20 instruction words"));
}

TEST(CompileForCard, AWrongProfileIsTheUsers) {
  const Scratch scratch;
  const Outcome o =
      compile(scratch, "mac_swap", {"--firmware", scratch.file("wrong.json", R"({"abi": 9})")});
  EXPECT_EQ(o.code, 1);
  EXPECT_THAT(o.err, HasSubstr("PW-NFP-003"));
  EXPECT_EQ(compile(scratch, "mac_swap", {"--firmware", scratch.path("none.json")}).code, 1);
  EXPECT_THAT(scratch.names(), ElementsAre("wrong.json"));
}

TEST(CompileForCard, StepsAsText) {
  const auto step = [](const char* target, const char* name) {
    return pipewright({"compile", example("mac_swap"), "--target", target, "--emit", name});
  };
  EXPECT_THAT(step("nfp", "llvm").out, HasSubstr("define"));
  EXPECT_THAT(step("nfp", "code").out, HasSubstr("block_0:\n"));
  EXPECT_THAT(step("nfp", "code").out, HasSubstr("mem[read"));
  EXPECT_EQ(step("nfp", "stages").code, 2);
  EXPECT_THAT(step("nfp", "pw").err, HasSubstr("PW-OPT-005"));
  EXPECT_EQ(step("verilog", "code").code, 2);
}

} // namespace
} // namespace pw::cli_test
