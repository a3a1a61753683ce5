#include "frontend/object/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define PW_ADDRESS_SANITIZER 1
#endif

namespace pw::object {
namespace {

[[noreturn]] void stopped(const std::string& how) {
  throw Failure(
      diagnose("PW-OBJ-005", "reading the object file " + how)
          .breaks("libbpf and libelf trust the file, so they run in a process of their own")
          .help("the file is most likely corrupt: compile it again"));
}

void limit(int resource, rlim_t value) {
  const rlimit r{value, value};
  setrlimit(static_cast<__rlimit_resource>(resource), &r);
}

// Nothing that happens in the child may show: no core file, no messages of a crash handler.
void restrict_child(const ChildLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.cpu_seconds);
#ifndef PW_ADDRESS_SANITIZER // whose shadow memory is larger than any limit
  limit(RLIMIT_AS, limits.memory_bytes);
#endif
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDERR_FILENO);
  dup2(nowhere, STDOUT_FILENO);
  for (const int s : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL})
    std::signal(s, SIG_DFL);
}

Answer attempt(const std::function<Answer()>& work) {
  try {
    return work();
  } catch (const Failure& f) {
    return f.diagnostics();
  } catch (const std::bad_alloc&) {
    return Diagnostics{diagnose("PW-OBJ-005", "reading the object file took too much memory")
                           .help("the file is most likely corrupt: compile it again")};
  } catch (const std::exception& e) {
    return Diagnostics{
        diagnose("PW-OBJ-003", std::string("the object file is corrupt: ") + e.what())};
  }
}

[[noreturn]] void run_child(int out, const std::function<Answer()>& work,
                            const ChildLimits& limits) {
  restrict_child(limits);
  const Bytes answer = encode(attempt(work));
  for (std::size_t done = 0; done < answer.size();) {
    const ssize_t n = write(out, answer.data() + done, answer.size() - done);
    if (n <= 0)
      _exit(1);
    done += static_cast<std::size_t>(n);
  }
  _exit(0);
}

class Child {
public:
  Child(const std::function<Answer()>& work, const ChildLimits& limits) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw Failure(diagnose("PW-INT-001", std::string("no pipe: ") + std::strerror(errno)));
    pid_ = fork();
    if (pid_ == 0)
      run_child(ends[1], work, limits);
    close(ends[1]);
    in_ = ends[0];
    if (pid_ < 0) {
      close(in_);
      throw Failure(
          diagnose("PW-INT-001", std::string("no child process: ") + std::strerror(errno)));
    }
  }
  Child(const Child&) = delete;
  ~Child() {
    close(in_);
    if (!reaped_)
      finish(true);
  }

  Bytes read_all(std::chrono::seconds longest) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    Bytes out;
    std::uint8_t part[65536];
    while (wait_readable(deadline)) {
      const ssize_t n = read(in_, part, sizeof part);
      if (n == 0 || (n < 0 && errno != EINTR))
        break;
      if (n > 0)
        out.insert(out.end(), part, part + n);
    }
    return out;
  }

  bool timed_out() const { return timed_out_; }

  int finish(bool kill_it) {
    if (kill_it)
      kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return status;
  }

private:
  bool wait_readable(std::chrono::steady_clock::time_point deadline) {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      pollfd p{in_, POLLIN, 0};
      const int n = left.count() > 0 ? poll(&p, 1, static_cast<int>(left.count())) : 0;
      if (n < 0 && errno == EINTR)
        continue;
      timed_out_ = n == 0;
      return n > 0;
    }
  }

  pid_t pid_ = -1;
  int in_ = -1;
  bool reaped_ = false, timed_out_ = false;
};

std::string how_it_died(int status) {
  if (!WIFSIGNALED(status))
    return "failed (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
  if (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)
    return "took too long";
  return std::string("crashed (") + strsignal(WTERMSIG(status)) + ")";
}

} // namespace

Answer in_child(const std::function<Answer()>& work, const ChildLimits& limits) {
  Child child(work, limits);
  const Bytes bytes = child.read_all(std::chrono::seconds(limits.wall_seconds));
  if (child.timed_out())
    stopped("took too long");
  const int status = child.finish(false);
  if (status != 0)
    stopped(how_it_died(status));
  auto answer = decode(bytes);
  if (!answer)
    stopped("failed");
  return std::move(*answer);
}

} // namespace pw::object
