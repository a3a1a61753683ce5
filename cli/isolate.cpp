#include "cli/isolate.h"

#include "cli/files.h"
#include "support/process.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace pw::cli {

namespace fs = std::filesystem;

namespace {

constexpr int failed = 125; // the work threw, or its text could not be written

[[noreturn]] void run_child(const std::function<std::string()>& job, const fs::path& out,
                            unsigned seconds) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS})
    std::signal(signal, SIG_DFL);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  alarm(seconds);
  try {
    std::ofstream file(out, std::ios::binary);
    file << job();
    file.close();
    _exit(file ? 0 : failed);
  } catch (...) {
    _exit(failed);
  }
}

Isolated result_of(int status, const fs::path& out, unsigned seconds) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return {std::nullopt, "took longer than " + std::to_string(seconds) + " s"};
  if (WIFSIGNALED(status))
    return {std::nullopt, "crashed (signal " + std::to_string(WTERMSIG(status)) + ")"};
  if (WEXITSTATUS(status) != 0)
    return {std::nullopt, "stopped (exit code " + std::to_string(WEXITSTATUS(status)) + ")"};
  std::ifstream file(out, std::ios::binary);
  return {std::string(std::istreambuf_iterator<char>(file), {}), ""};
}

// Children that run now, by process id.
class Pool {
public:
  Pool(const std::vector<std::function<std::string()>>& jobs, unsigned seconds)
      : jobs_(jobs), seconds_(seconds), results_(jobs.size()) {}

  std::vector<Isolated> run() {
    const std::size_t most = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
      while (running_.size() >= most)
        wait_for_one();
      start(i);
    }
    while (!running_.empty())
      wait_for_one();
    return std::move(results_);
  }

private:
  fs::path output(std::size_t job) const { return folder_.path() / std::to_string(job); }

  void start(std::size_t job) {
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0)
      throw std::runtime_error("fork failed");
    if (child == 0) {
      end_with_parent(parent);
      run_child(jobs_[job], output(job), seconds_);
    }
    running_[child] = job;
  }

  void wait_for_one() {
    int status = 0;
    const pid_t child = waitpid(-1, &status, 0);
    const auto found = running_.find(child);
    if (found == running_.end())
      return;
    results_[found->second] = result_of(status, output(found->second), seconds_);
    running_.erase(found);
  }

  const std::vector<std::function<std::string()>>& jobs_;
  unsigned seconds_;
  TemporaryDirectory folder_;
  std::map<pid_t, std::size_t> running_;
  std::vector<Isolated> results_;
};

} // namespace

std::vector<Isolated> run_isolated(const std::vector<std::function<std::string()>>& jobs,
                                   unsigned seconds) {
  return Pool(jobs, seconds).run();
}

} // namespace pw::cli
