// The process that reads hostile files: whatever happens in it is an answer or a diagnostic.
#include "frontend/object/child.h"

#include "objects.h"

#include <gmock/gmock.h>

#include <csignal>
#include <thread>
#include <unistd.h>

using namespace pw;
using namespace pw::object;
using pw::test::codes_of;
using testing::ElementsAre;

namespace {

std::string message_of(const std::function<Answer()>& work, const ChildLimits& limits = {}) {
  try {
    in_child(work, limits);
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics().at(0).code, "PW-OBJ-005");
    return f.diagnostics().at(0).message;
  }
  return "";
}

TEST(Child, Answers) {
  const Bytes large(3'000'000, 42); // more than a pipe holds
  const Answer answer = in_child([&]() -> Answer { return large; });
  EXPECT_EQ(std::get<Bytes>(answer), large);
}

TEST(Child, FailuresComeBackWhole) {
  const SourceLocation where{"a.c", 3, 4, "x = \xff;"};
  const Answer answer = in_child([&]() -> Answer {
    throw Failure(diagnose("PW-OBJ-006", "what \x80")
                      .at(7, where)
                      .breaks("rule")
                      .limited("1", "2")
                      .help("remedy"));
  });
  const Diagnostic& d = std::get<Diagnostics>(answer).at(0);
  EXPECT_EQ(d.code, "PW-OBJ-006");
  EXPECT_EQ(d.message, "what ?");
  EXPECT_EQ(d.insn, 7u);
  EXPECT_EQ(d.location, (SourceLocation{"a.c", 3, 4, "x = ?;"}));
  EXPECT_EQ(d.rule + d.limit + d.value + d.remedy, "rule12remedy");
}

TEST(Child, Crash) {
  EXPECT_THAT(message_of([]() -> Answer {
                std::raise(SIGSEGV);
                return Bytes{};
              }),
              testing::HasSubstr("crashed"));
}

TEST(Child, EarlyEnd) {
  EXPECT_THAT(message_of([]() -> Answer { _exit(0); }), testing::HasSubstr("failed"));
  EXPECT_THAT(message_of([]() -> Answer { _exit(3); }), testing::HasSubstr("failed (exit code 3)"));
}

TEST(Child, EndlessWork) {
  const auto spin = []() -> Answer {
    for (;;)
      std::this_thread::yield();
  };
  EXPECT_THAT(message_of(spin, {.cpu_seconds = 1}), testing::HasSubstr("took too long"));
}

TEST(Child, EndlessWait) {
  const auto wait = []() -> Answer {
    pause();
    return Bytes{};
  };
  EXPECT_THAT(message_of(wait, {.wall_seconds = 1}), testing::HasSubstr("took too long"));
}

TEST(Child, OtherExceptionsMeanACorruptFile) {
  const Answer answer = in_child([]() -> Answer { throw std::out_of_range("x"); });
  EXPECT_EQ(std::get<Diagnostics>(answer).at(0).code, "PW-OBJ-003");
}

TEST(Child, MessagesOfLibrariesDoNotShow) {
  testing::internal::CaptureStderr();
  in_child([]() -> Answer {
    std::fprintf(stderr, "noise\n");
    std::fflush(stderr);
    return Bytes{};
  });
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
