// Files that are whole or not there: everything is written under a temporary name first.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace pw::cli {

// Removed with all that is in it at the end of its life.
class TemporaryDirectory {
public:
  // `beside`: in the same folder as this path, so that files can be renamed to it; "" = the
  // system's temporary folder.
  explicit TemporaryDirectory(const std::filesystem::path& beside = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

// All throw Failure (PW-OPT-002) with the system's reason.
void write_file(const std::filesystem::path&, const std::string& text); // "-" = standard output
// Creates the folder, or replaces these files in it; what else is there stays. Names may have
// folders in front.
void write_directory(const std::filesystem::path&, const std::map<std::string, std::string>& files);
void make_directory(const std::filesystem::path&); // and those above it; no error if it is there
// For a folder that is to be made: the one around it must be there.
void check_place(const std::filesystem::path&);
// Fails now rather than after minutes of work if a file can't be made there. "-" is standard
// output, where the file may be that.
void check_writable(const std::filesystem::path&, bool output_too = true);

} // namespace pw::cli
