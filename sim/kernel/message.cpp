#include "sim/kernel/message.h"

#include <cerrno>
#include <sys/socket.h>

namespace pw::kernel {

namespace {

bool write_all(int socket, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = ::send(socket, at, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool read_all(int socket, void* data, std::size_t size) {
  auto* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t n = ::recv(socket, at, size, 0);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

} // namespace

bool send_message(int socket, const Message& message) {
  const std::uint64_t size = message.bytes().size();
  return write_all(socket, &size, sizeof size) && write_all(socket, message.bytes().data(), size);
}

std::optional<Message> receive_message(int socket) {
  std::uint64_t size = 0;
  if (!read_all(socket, &size, sizeof size))
    return std::nullopt;
  std::vector<std::uint8_t> bytes(size);
  if (!read_all(socket, bytes.data(), size))
    return std::nullopt;
  return Message(std::move(bytes));
}

} // namespace pw::kernel
