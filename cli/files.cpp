#include "cli/files.h"

#include "support/diagnostic.h"
#include "support/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

namespace pw::cli {

namespace fs = std::filesystem;

namespace {

Failure unwritable(const fs::path& path, const std::string& reason) {
  return Failure(diagnose("PW-OPT-002", "'" + path.string() + "' can't be written: " + reason)
                     .help("name a place that exists, may be written and has room"));
}

void refuse_output(const fs::path& folder) {
  if (folder == "-")
    throw unwritable(folder, "a folder is needed, not standard output");
}

fs::path parent_of(const fs::path& path) {
  const fs::path clean = path.has_filename() ? path : path.parent_path(); // "dir/" is "dir"
  return clean.has_parent_path() ? clean.parent_path() : fs::path(".");
}

void write_plainly(const fs::path& path, const std::string& text, const fs::path& name_for_user) {
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw unwritable(name_for_user, std::strerror(errno != 0 ? errno : EIO));
}

void rename_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw unwritable(to, error.message());
}

void allow_reading(const fs::path& path) {
  const mode_t mask = umask(0);
  umask(mask);
  fs::permissions(path, static_cast<fs::perms>(0777 & ~mask));
}

} // namespace

TemporaryDirectory::TemporaryDirectory(const fs::path& beside) {
  const char* variable = std::getenv("TMPDIR");
  const fs::path folder =
      beside.empty() ? fs::path(variable != nullptr ? variable : "/tmp") : parent_of(beside);
  std::string name = (folder / ".pipewright-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw unwritable(beside.empty() ? folder : beside, std::strerror(errno));
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write_file(const fs::path& path, const std::string& text) {
  if (path == "-") {
    std::cout << text;
    return;
  }
  if (const std::string problem = write_whole_file(path, text); !problem.empty())
    throw unwritable(path, problem);
}

void write_directory(const fs::path& path, const std::map<std::string, std::string>& files) {
  refuse_output(path);
  const SignalsWait wait;
  const TemporaryDirectory temporary(path);
  const fs::path whole = temporary.path() / "whole";
  fs::create_directory(whole);
  for (const auto& [name, text] : files) {
    fs::create_directories((whole / name).parent_path());
    write_plainly(whole / name, text, path / name);
  }
  allow_reading(whole);
  if (!fs::exists(path))
    return rename_over(whole, path.has_filename() ? path : path.parent_path());
  if (!fs::is_directory(path))
    throw unwritable(path, "it is a file, a folder is needed");
  for (const auto& [name, text] : files) {
    make_directory((path / name).parent_path());
    rename_over(whole / name, path / name);
  }
}

void make_directory(const fs::path& path) {
  refuse_output(path);
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw unwritable(path, error.message());
}

void check_place(const fs::path& path) {
  if (!fs::exists(path) && access(parent_of(path).c_str(), W_OK) != 0)
    throw unwritable(path, std::strerror(errno));
}

void check_writable(const fs::path& path, bool output_too) {
  if (path == "-" && !output_too)
    throw unwritable(path, "that is no name of a file");
  if (path == "-" || is_special_file(path))
    return;
  if (fs::is_directory(path))
    throw unwritable(path, "it is a folder, a file is needed");
  if (access(parent_of(path).c_str(), W_OK) != 0)
    throw unwritable(path, std::strerror(errno));
}

} // namespace pw::cli
