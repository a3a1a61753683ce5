// What is said when the kernel engine can't work.
#include "sim/kernel/worker.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace pw {
namespace {

constexpr const char* endless = "__attribute__((section(\"xdp\"), used)) int prog(void *ctx) {\n"
                                "  volatile int x = 1;\n  while (x) ;\n  return 2;\n}\n";

std::string code_of_start(const std::string& path) {
  const Object object = open_object(path);
  EngineInput input;
  input.object = &object;
  input.program = &object.programs.front();
  try {
    make_kernel_engine(input);
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
  return "";
}

TEST(KernelFailures, ARefusedProgramBringsTheVerifiersWords) {
  PW_SKIP_WITHOUT_KERNEL();
  EXPECT_EQ(code_of_start(test::compile_c(endless)), "PW-ENG-003");
}

TEST(KernelFailures, WithoutRootTheEngineIsNotAvailable) {
  if (::geteuid() != 0)
    GTEST_SKIP() << "needs root to give it up";
  const Object object = open_object(test::compile_c(endless));
  EngineInput input;
  input.object = &object;
  input.program = &object.programs.front();
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 1;
    try {
      if (::setuid(65534) == 0)
        make_kernel_engine(input);
    } catch (const Failure& failure) {
      const bool right = failure.diagnostics().front().code == "PW-ENG-002";
      status = right && failure.exit() == Exit::EngineUnavailable ? 0 : 2;
    }
    ::_exit(status);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(KernelFailures, DiagnosticsCrossTheBorderOfTheProcess) {
  kernel::Message message;
  kernel::put_failure(message,
                      Failure(diagnose("PW-ENG-005", "m").limited("l", "v").help("h").breaks("r")));
  kernel::Message received(message.bytes());
  const Failure failure = kernel::get_failure(received);
  const Diagnostic& d = failure.diagnostics().front();
  EXPECT_EQ(d.code + d.message + d.limit + d.value + d.remedy + d.rule, "PW-ENG-005mlvhr");
}

TEST(KernelFailures, AMessageThatIsTooShortIsNoCrash) {
  kernel::Message message(std::vector<std::uint8_t>{1, 2, 3});
  EXPECT_THROW(message.get<std::uint64_t>(), std::runtime_error);
  EXPECT_THROW(kernel::Message(std::vector<std::uint8_t>(8, 0xff)).get_bytes(), std::runtime_error);
}

} // namespace
} // namespace pw
