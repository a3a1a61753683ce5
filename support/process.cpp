#include "support/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace pw {

namespace {

// Where a child's standard input, output and errors lead; -1: as they are here.
struct Streams {
  int in = -1, out = -1, errors = -1;
};

void replace(int descriptor, int standard) {
  if (descriptor >= 0 && descriptor != standard)
    dup2(descriptor, standard);
}

// Process id, or -1. Between fork and exec only what is safe in a program with threads.
pid_t start(const Command& command, const char* folder, const Streams& streams) {
  std::vector<char*> args;
  for (const std::string& word : command)
    args.push_back(const_cast<char*>(word.c_str()));
  args.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0)
    return child;
  end_with_parent(parent);
  replace(streams.in, STDIN_FILENO);
  replace(streams.out, STDOUT_FILENO);
  replace(streams.errors, STDERR_FILENO);
  if (folder == nullptr || chdir(folder) == 0)
    execvp(args[0], args.data());
  _exit(127);
}

pid_t start_logged(const Command& command, const std::string& folder, const std::string& log) {
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const std::string path = log.starts_with("/") ? log : folder + "/" + log;
  const int out = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t child =
      out < 0 || nothing < 0 ? -1 : start(command, folder.c_str(), {nothing, out, out});
  for (const int descriptor : {nothing, out})
    if (descriptor >= 0)
      close(descriptor);
  return child;
}

// Waits for one of our own children only: the process may have others.
bool succeeded(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

bool run_commands(const std::vector<Command>& commands, const std::string& folder,
                  const std::string& log) {
  const std::size_t at_once = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> workers;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> good = true;
  auto work = [&] {
    for (std::size_t i = next++; i < commands.size() && good; i = next++) {
      const pid_t child = start_logged(commands[i], folder, log);
      if (child < 0 || !succeeded(child))
        good = false;
    }
  };
  for (std::size_t i = 1; i < std::min(at_once, commands.size()); ++i)
    workers.emplace_back(work);
  work();
  for (std::thread& worker : workers)
    worker.join();
  return good;
}

std::string output_of(const Command& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return "";
  const pid_t child = start(command, nullptr, {-1, ends[1], -1});
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; child > 0 && (n = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, std::size_t(n));
  close(ends[0]);
  return child > 0 && succeeded(child) ? text : "";
}

void end_with_parent(int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) // it had ended before
    _exit(127);
}

std::string find_tool(const std::vector<std::string>& names) {
  const char* path = std::getenv("PATH");
  for (const std::string& name : names) {
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
      if (access((folder + "/" + name).c_str(), X_OK) == 0)
        return folder + "/" + name;
  }
  return "";
}

} // namespace pw
