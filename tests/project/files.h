// Walking over the repository's own files.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace pw::project {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Files below a folder of the repository with one of these extensions; none if the folder is not
// there.
inline std::vector<std::filesystem::path> files_below(const std::string& folder,
                                                      const std::set<std::string>& extensions) {
  const std::filesystem::path root = std::filesystem::path(PW_SOURCE_DIR) / folder;
  std::vector<std::filesystem::path> found;
  if (std::filesystem::is_directory(root))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
      if (entry.is_regular_file() && extensions.contains(entry.path().extension()))
        found.push_back(entry.path());
  return found;
}

} // namespace pw::project
