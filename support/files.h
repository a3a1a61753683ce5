// Files that are whole or not there.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

namespace pw {

// While it lives, SIGINT, SIGTERM and SIGHUP wait: what has temporary files then still removes
// them.
class SignalsWait {
public:
  SignalsWait();
  ~SignalsWait();
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;

private:
  sigset_t before_;
};

// A device or a pipe, or a link to one: it can't be replaced, only written to.
bool is_special_file(const std::filesystem::path&);

// Why a file can't be read: the system's reason; "" if it can.
std::string why_unreadable(const std::filesystem::path&);

// Writes beside `path` under a temporary name and renames; special files are written directly.
// Returns "", or the system's reason; then the file is as it was, and nothing else is left.
std::string write_whole_file(const std::filesystem::path& path, std::string_view text);

} // namespace pw
