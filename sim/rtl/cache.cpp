#include "sim/rtl/cache.h"

#include "support/diagnostic.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace pw::rtl {

namespace fs = std::filesystem;

namespace {

constexpr const char* unfinished = "making-"; // + process id + name

[[noreturn]] void unusable(const fs::path& folder, const std::string& why) {
  throw Failure(diagnose("PW-RTL-104", "cache directory '" + folder.string() + "': " + why)
                    .help("set PIPEWRIGHT_CACHE to a folder that can be written"));
}

fs::path default_folder() {
  auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value ? value : "";
  };
  if (const auto folder = variable("PIPEWRIGHT_CACHE"); !folder.empty())
    return folder;
  if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty())
    return fs::path(folder) / "pipewright";
  if (const auto home = variable("HOME"); !home.empty())
    return fs::path(home) / ".cache" / "pipewright";
  return fs::temp_directory_path() / ("pipewright-" + std::to_string(getuid()));
}

// Held as long as it lives; the kernel lets go of it when the process dies.
class Lock {
public:
  explicit Lock(const fs::path& file)
      : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0)
      unusable(file.parent_path(), std::strerror(errno));
    while (flock(descriptor_, LOCK_EX) != 0)
      if (errno != EINTR)
        unusable(file.parent_path(), std::strerror(errno));
  }
  ~Lock() { close(descriptor_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

private:
  int descriptor_;
};

} // namespace

Cache::Cache() : Cache(default_folder()) {}

Cache::Cache(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error)
    unusable(folder_, error.message());
  remove_leftovers();
}

// What interrupted processes left behind.
void Cache::remove_leftovers() const {
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(folder_, ignored)) {
    const std::string name = item.path().filename();
    if (name.rfind(unfinished, 0) != 0)
      continue;
    const pid_t maker = std::atoi(name.c_str() + std::strlen(unfinished));
    if (maker > 0 && kill(maker, 0) != 0 && errno == ESRCH)
      fs::remove_all(item.path(), ignored);
  }
}

fs::path Cache::entry(const std::string& name, const std::function<void(const fs::path&)>& make) {
  const fs::path entry = folder_ / name;
  if (fs::exists(entry))
    return entry;
  const Lock lock(folder_ / (name + ".lock"));
  if (fs::exists(entry))
    return entry;
  const fs::path temporary = folder_ / (unfinished + std::to_string(getpid()) + "-" + name);
  std::error_code error;
  fs::remove_all(temporary, error);
  fs::create_directory(temporary, error);
  if (error)
    unusable(folder_, error.message());
  try {
    make(temporary);
  } catch (...) {
    fs::remove_all(temporary, error);
    throw;
  }
  fs::rename(temporary, entry, error);
  if (error)
    unusable(folder_, error.message());
  return entry;
}

std::string digest(const std::string& text) {
  llvm::SHA256 hash;
  hash.update(text);
  const auto bytes = hash.final();
  return llvm::toHex(llvm::ArrayRef<std::uint8_t>(bytes), true).substr(0, 32);
}

} // namespace pw::rtl
