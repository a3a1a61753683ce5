// A folder of things that take long to make, by the hash of all they are made of. Several processes
// may use it at once, and any of them may be interrupted at any time: an entry is made under
// another name, and is there only when complete.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace pw::rtl {

class Cache {
public:
  // $PIPEWRIGHT_CACHE, else $XDG_CACHE_HOME/pipewright, else ~/.cache/pipewright. Throws Failure
  // PW-RTL-104.
  Cache();
  explicit Cache(std::filesystem::path folder);

  // Folder of the entry `name`; if it isn't there, `make` fills a new one. While one process makes
  // an entry, others that want it wait. What `make` throws goes through, and nothing is kept.
  // Throws Failure PW-RTL-104.
  std::filesystem::path entry(const std::string& name,
                              const std::function<void(const std::filesystem::path&)>& make);

private:
  void remove_leftovers() const;

  std::filesystem::path folder_;
};

// Hexadecimal digits that tell texts apart.
std::string digest(const std::string& text);

} // namespace pw::rtl
