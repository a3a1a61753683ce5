#include "support/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <unistd.h>

namespace pw {

namespace fs = std::filesystem;

namespace {

std::string write_plainly(const fs::path& path, std::string_view text) {
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  return out ? "" : std::strerror(errno != 0 ? errno : EIO);
}

} // namespace

SignalsWait::SignalsWait() {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&ending, signal);
  pthread_sigmask(SIG_BLOCK, &ending, &before_);
}

SignalsWait::~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool is_special_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

std::string why_unreadable(const fs::path& path) {
  if (access(path.c_str(), R_OK) != 0)
    return std::strerror(errno);
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? std::strerror(EISDIR) : "";
}

std::string write_whole_file(const fs::path& path, std::string_view text) {
  if (is_special_file(path))
    return write_plainly(path, text);
  const SignalsWait wait;
  const fs::path temporary = path.string() + "." + std::to_string(::getpid()) + ".tmp";
  std::error_code error;
  std::string problem = write_plainly(temporary, text);
  if (problem.empty()) {
    fs::rename(temporary, path, error);
    problem = error ? error.message() : "";
  }
  if (!problem.empty())
    fs::remove(temporary, error);
  return problem;
}

} // namespace pw
