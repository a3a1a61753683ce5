// A shared library that build.h has made, and its functions.
#pragma once

#include <filesystem>
#include <string>

namespace pw::rtl {

class Library {
public:
  // Throws Failure PW-RTL-103. kept: stays loaded to the end of the process.
  explicit Library(const std::filesystem::path&, bool kept = false);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  template <typename Function> Function symbol(const char* name) const {
    return reinterpret_cast<Function>(address(name));
  }

private:
  void* address(const char* name) const; // throws Failure PW-RTL-103

  void* library_ = nullptr;
};

// Throws Failure PW-RTL-105.
[[noreturn]] void misbehaves(const std::string& what);

} // namespace pw::rtl
