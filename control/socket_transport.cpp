#include "control/transport.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace pw::control {
namespace {

class SocketTransport final : public Transport {
public:
  explicit SocketTransport(const std::string& path);
  ~SocketTransport() override { ::close(socket_); }
  SocketTransport(const SocketTransport&) = delete;
  SocketTransport& operator=(const SocketTransport&) = delete;

  std::string description() override { return description_; }
  void exchange(std::vector<Bytes>& operations) override;
  std::vector<Bytes> dump(std::uint32_t map) override;
  bool reaches_held_maps() const override { return true; }

private:
  void connect_to(const std::string& path);
  void exchange(std::span<Bytes> piece);
  Bytes ask(std::uint8_t kind, const Bytes& body);
  void send_all(const Bytes&);
  Bytes receive(std::size_t bytes);
  [[noreturn]] void gone(const char* doing) {
    throw ControlError(errno != 0 ? errno : EPIPE,
                       std::string("the simulation is gone (") + doing + ")");
  }

  int socket_ = -1;
  std::string description_;
};

SocketTransport::SocketTransport(const std::string& path)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0)
    throw ControlError(errno, "no socket");
  try {
    connect_to(path);
    const Bytes text = ask(describe, {});
    description_.assign(text.begin(), text.end());
  } catch (...) {
    ::close(socket_);
    throw;
  }
}

void SocketTransport::connect_to(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw ControlError(ENAMETOOLONG, "the path of the socket is too long: " + path);
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return;
  const int error = errno;
  const char* why = error == ECONNREFUSED ? ": no simulation listens there any more"
                    : error == ENOENT     ? ": there is no such socket"
                    : error == EACCES     ? ": only its owner may use it"
                                          : "";
  throw ControlError(error, "can't connect to " + path + why);
}

void SocketTransport::send_all(const Bytes& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t sent = ::send(socket_, &bytes[at], bytes.size() - at, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR)
      continue;
    // What the other side said before it closed may still be read.
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
      return;
    if (sent <= 0)
      gone("sending");
    at += std::size_t(sent);
  }
}

Bytes SocketTransport::receive(std::size_t bytes) {
  Bytes out(bytes);
  for (std::size_t at = 0; at < bytes;) {
    const ssize_t got = ::recv(socket_, &out[at], bytes - at, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got == 0)
      errno = EPIPE;
    if (got <= 0)
      gone("receiving");
    at += std::size_t(got);
  }
  return out;
}

Bytes SocketTransport::ask(std::uint8_t kind, const Bytes& body) {
  send_all(message(kind, body));
  const std::uint32_t length = get32(receive(4).data());
  if (length == 0 || length > longest_message)
    throw ControlError(EPROTO, "the other side doesn't speak this protocol");
  Bytes answer = receive(length);
  const std::uint8_t status = answer.front();
  answer.erase(answer.begin());
  if (status != 0)
    throw ControlError(status, std::string(answer.begin(), answer.end()));
  return answer;
}

// As many at once as a message takes; an answer is as long as its request.
void SocketTransport::exchange(std::vector<Bytes>& operations) {
  for (std::size_t from = 0, to = 0; from < operations.size(); from = to) {
    std::size_t room = longest_message - 5; // behind kind and number
    for (; to < operations.size() && operations[to].size() + 4 <= room; ++to)
      room -= operations[to].size() + 4;
    if (to == from)
      throw ControlError(EMSGSIZE, "an operation is longer than a message may be");
    exchange(std::span(operations).subspan(from, to - from));
  }
}

void SocketTransport::exchange(std::span<Bytes> piece) {
  std::vector<Bytes> answers = unpack(ask(operate, pack(piece)));
  if (answers.size() != piece.size())
    throw ControlError(EPROTO, "an answer is missing");
  std::ranges::move(answers, piece.begin());
}

std::vector<Bytes> SocketTransport::dump(std::uint32_t map) {
  Bytes body;
  put32(body, map);
  return unpack(ask(control::dump, body));
}

} // namespace

std::unique_ptr<Transport> open_socket(const std::string& path) {
  return std::make_unique<SocketTransport>(path);
}

} // namespace pw::control
