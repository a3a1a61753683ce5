#include "support/memory_file.h"

#include "support/diagnostic.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pw {
namespace {

[[noreturn]] void failed(const char* what) {
  throw Failure(diagnose("PW-INT-001", std::string(what) + ": " + std::strerror(errno)));
}

} // namespace

MemoryFile::MemoryFile(std::span<const std::uint8_t> contents)
    : fd_(memfd_create("pipewright", MFD_CLOEXEC)) {
  if (fd_ < 0)
    failed("no file in memory");
  for (std::size_t done = 0; done < contents.size();) {
    const ssize_t n = write(fd_, contents.data() + done, contents.size() - done);
    if (n <= 0) {
      close(fd_);
      failed("no memory for a file");
    }
    done += static_cast<std::size_t>(n);
  }
}

MemoryFile::~MemoryFile() { close(fd_); }

std::vector<std::uint8_t> MemoryFile::contents() const {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)));
  for (std::size_t done = 0; done < out.size();) {
    const ssize_t n = pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(done));
    if (n <= 0)
      failed("a file in memory can't be read back");
    done += static_cast<std::size_t>(n);
  }
  return out;
}

} // namespace pw
