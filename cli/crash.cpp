#include "cli/crash.h"

#include "support/diagnostic.h"

#include <llvm-c/ErrorHandling.h>

#include <array>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace pw::cli {

namespace {

pid_t owner = 0;

// Only what may be called in a signal handler.
void write_text(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0)
    _exit(static_cast<int>(Exit::Internal));
}

[[noreturn]] void leave(const char* reason) {
  write_text("error: [PW-INT-001] internal error: ");
  write_text(reason);
  write_text("\n  help: please report this with the command line and the object file\n");
  _exit(static_cast<int>(Exit::Internal));
}

const char* reason_of(int signal) {
  switch (signal) {
  case SIGSEGV:
    return "invalid memory access, or out of stack";
  case SIGABRT:
    return "aborted";
  case SIGFPE:
    return "invalid arithmetic";
  case SIGILL:
    return "invalid instruction";
  default:
    return "bus error";
  }
}

void on_signal(int signal) {
  if (getpid() == owner)
    leave(reason_of(signal));
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void on_llvm_error(const char* reason) { leave(reason); }

} // namespace

void install_crash_handlers() {
  LLVMInstallFatalErrorHandler(on_llvm_error);
#ifndef __SANITIZE_ADDRESS__ // the sanitizer's report says more
  owner = getpid();
  static std::array<char, 64 * 1024> stack; // the usual one may be the one that is exhausted
  stack_t alternate = {};
  alternate.ss_sp = stack.data();
  alternate.ss_size = stack.size();
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS})
    sigaction(signal, &action, nullptr);
#endif
}

} // namespace pw::cli
