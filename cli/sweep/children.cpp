#include "cli/sweep/children.h"

#include "support/process.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace pw::cli::sweep {

namespace {

constexpr const char* this_binary = "/proc/self/exe";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// With --json diagnostics are on standard output, too; errors of the machine itself on the other
// one.
Outcome failed(const Json& answer, const std::string& errors, int exit_status) {
  Outcome outcome;
  if (answer.is_object() && answer.contains("diagnostics"))
    outcome.diagnostics = answer.at("diagnostics");
  for (const Json& d : outcome.diagnostics)
    if (outcome.error.empty() && d.value("severity", "") == "error")
      outcome.error = d.value("code", "") + ": " + d.value("message", "");
  if (outcome.error.empty() && exit_status != 0)
    outcome.error = errors.substr(0, errors.find('\n'));
  if (outcome.error.empty())
    outcome.error =
        exit_status == 0 ? "it printed no result" : "exit status " + std::to_string(exit_status);
  return outcome;
}

void redirect(const char* path, int flags, int standard) {
  const int file = ::open(path, flags, 0600);
  if (file < 0 || ::dup2(file, standard) < 0)
    ::_exit(127);
  if (file != standard)
    ::close(file);
}

// In the child: only what is safe behind fork in a program with threads.
[[noreturn]] void become(std::vector<char*>& argv, const std::string& out,
                         const std::string& errors, pid_t parent) {
  constexpr int fresh = O_WRONLY | O_CREAT | O_TRUNC;
  end_with_parent(parent);
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(out.c_str(), fresh, STDOUT_FILENO);
  redirect(errors.c_str(), fresh, STDERR_FILENO);
  ::execv(this_binary, argv.data());
  ::_exit(127);
}

} // namespace

Children::~Children() {
  for (const auto& [child, point] : running_) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
}

std::filesystem::path Children::output(std::size_t point, const char* which) const {
  return folder_.path() / (std::to_string(point) + which);
}

void Children::start(std::size_t point, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"pipewright"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);

  const std::string out = output(point, ".out"), errors = output(point, ".err");
  const pid_t parent = ::getpid(), child = ::fork();
  if (child < 0)
    throw std::system_error(errno, std::generic_category(), "a process for a point of the sweep");
  if (child == 0)
    become(argv, out, errors, parent);
  running_[child] = point;
}

Finished Children::finished(std::size_t point, int status) const {
  Finished f{.point = point, .outcome = {}, .lost = WIFSIGNALED(status)};
  const Json answer = Json::parse(text_of(output(point, ".out")), nullptr, false);
  if (f.lost)
    f.outcome.error = "the process was killed (signal " + std::to_string(WTERMSIG(status)) + ")";
  else if (WEXITSTATUS(status) != 0 || answer.is_discarded())
    f.outcome = failed(answer, text_of(output(point, ".err")), WEXITSTATUS(status));
  else
    f.outcome.result = answer;
  std::error_code ignored;
  std::filesystem::remove(output(point, ".out"), ignored);
  std::filesystem::remove(output(point, ".err"), ignored);
  return f;
}

std::optional<Finished> Children::wait(unsigned milliseconds) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + std::chrono::milliseconds(milliseconds);
  for (;;) {
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, WNOHANG);
    if (const auto found = running_.find(child); child > 0 && found != running_.end()) {
      const std::size_t point = found->second;
      running_.erase(found);
      return finished(point, status);
    }
    if (child <= 0 && clock::now() >= end)
      return std::nullopt;
    if (child <= 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

} // namespace pw::cli::sweep
