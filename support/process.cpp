#include "support/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <thread>

extern char** environ;

namespace pw {

namespace {

class Actions { // of posix_spawn
public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

private:
  posix_spawn_file_actions_t actions_;
};

// Process id, or -1.
pid_t start(const Command& command, Actions& actions) {
  std::vector<char*> args;
  for (const std::string& word : command)
    args.push_back(const_cast<char*>(word.c_str()));
  args.push_back(nullptr);
  pid_t child = -1;
  return posix_spawnp(&child, args[0], actions.get(), nullptr, args.data(), environ) == 0 ? child
                                                                                          : -1;
}

pid_t start_logged(const Command& command, const std::string& folder, const std::string& log) {
  Actions actions;
  posix_spawn_file_actions_addchdir_np(actions.get(), folder.c_str());
  posix_spawn_file_actions_addopen(actions.get(), 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(actions.get(), 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0644);
  posix_spawn_file_actions_adddup2(actions.get(), 1, 2);
  return start(command, actions);
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
  pid_t child = -1;
  {
    Actions actions;
    posix_spawn_file_actions_adddup2(actions.get(), ends[1], 1);
    child = start(command, actions);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; child > 0 && (n = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, std::size_t(n));
  close(ends[0]);
  return child > 0 && succeeded(child) ? text : "";
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
