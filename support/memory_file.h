// A file without a name, for libraries that want a file descriptor.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pw {

// Closed, and so gone, at the end of its life.
class MemoryFile {
public:
  // Throws Failure PW-INT-001 if the system has no memory for it.
  explicit MemoryFile(std::span<const std::uint8_t> contents = {});
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  int fd() const { return fd_; }
  // All of it, wherever the descriptor stands. Throws Failure PW-INT-001.
  std::vector<std::uint8_t> contents() const;

private:
  int fd_;
};

} // namespace pw
