#include "sim/control/socket.h"

#include "support/diagnostic.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace pw {
namespace {

using control::Bytes;

[[noreturn]] void unusable(const std::string& path, const std::string& why) {
  throw Failure(diagnose("PW-CTL-001", "no control socket at '" + path + "': " + why)
                    .help("name a place in a folder of yours where nothing else stands"));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    unusable(path,
             "the path is longer than " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

int connect_or_bind(int (*what)(int, const sockaddr*, socklen_t), int socket,
                    const std::string& path) {
  const sockaddr_un address = address_of(path);
  return what(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

bool belongs_to(int client, uid_t owner) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  return ::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == owner;
}

void turn_away(int client, int error, const std::string& sentence) {
  const Bytes text(sentence.begin(), sentence.end());
  const Bytes all = control::message(std::uint8_t(error), text);
  (void)::send(client, all.data(), all.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(client);
}

} // namespace

ControlSocket::ControlSocket(std::string path)
    : path_(std::move(path)), owner_(::geteuid()), listener_(new_socket()) {
  if (listener_ < 0)
    unusable(path_, std::strerror(errno));
  try {
    bind_to();
  } catch (...) {
    ::close(listener_);
    throw;
  }
}

ControlSocket::~ControlSocket() {
  drop();
  ::close(listener_);
  ::unlink(path_.c_str());
}

void ControlSocket::bind_to() {
  (void)address_of(path_); // throws while the mask is the user's
  replace_dead();
  const mode_t before = ::umask(0177); // 0600 from the first moment on
  const int bound = connect_or_bind(::bind, listener_, path_);
  const int error = errno;
  ::umask(before);
  if (bound != 0)
    unusable(path_, std::strerror(error));
  if (::listen(listener_, 8) != 0)
    unusable(path_, std::strerror(errno));
}

// A socket at which nobody listens is what a simulation left that was killed.
void ControlSocket::replace_dead() {
  struct stat what = {};
  if (::lstat(path_.c_str(), &what) != 0)
    return;
  if (!S_ISSOCK(what.st_mode))
    unusable(path_, "something else stands there");
  const int probe = new_socket();
  const int connected = connect_or_bind(::connect, probe, path_);
  const int error = errno;
  ::close(probe);
  if (connected == 0 || error == EAGAIN)
    throw Failure(diagnose("PW-CTL-002", "another simulation listens at '" + path_ + "'")
                      .help("end it, or name another socket"));
  if (error != ECONNREFUSED || ::unlink(path_.c_str()) != 0)
    unusable(path_, std::strerror(error));
}

void ControlSocket::drop() {
  if (client_ >= 0)
    ::close(client_);
  client_ = -1;
  in_.clear();
  out_.clear();
  sent_ = 0;
  answered_ = true;
}

void ControlSocket::accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0)
    return;
  if (!belongs_to(client, owner_)) {
    ++refused_;
    turn_away(client, EPERM, "only the owner of the simulation may use its control socket");
  } else if (client_ >= 0) {
    ++refused_;
    turn_away(client, EBUSY, "another client is connected to this simulation");
  } else {
    ++clients_;
    client_ = client;
  }
}

void ControlSocket::read() {
  std::array<std::uint8_t, 65536> piece{};
  const ssize_t got = ::recv(client_, piece.data(), piece.size(), 0);
  if (got > 0)
    in_.insert(in_.end(), piece.begin(), piece.begin() + got);
  else if (got == 0 || (errno != EAGAIN && errno != EINTR))
    drop(); // what it had not sent whole has not happened
}

void ControlSocket::write() {
  if (client_ < 0 || out_.empty())
    return;
  const ssize_t sent = ::send(client_, &out_[sent_], out_.size() - sent_, MSG_NOSIGNAL);
  if (sent > 0)
    sent_ += std::size_t(sent);
  else if (sent < 0 && errno != EAGAIN && errno != EINTR)
    drop();
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  }
}

void ControlSocket::wait(int milliseconds) {
  std::array<pollfd, 2> both = {pollfd{listener_, POLLIN, 0}, pollfd{client_, 0, 0}};
  if (answered_)
    both[1].events |= POLLIN;
  if (!out_.empty())
    both[1].events |= POLLOUT;
  if (::poll(both.data(), client_ >= 0 ? 2 : 1, milliseconds) <= 0)
    return;
  if (client_ >= 0 && (both[1].revents & POLLOUT))
    write();
  if (client_ >= 0 && (both[1].revents & (POLLIN | POLLHUP | POLLERR)))
    read();
  if (both[0].revents & POLLIN)
    accept();
}

std::optional<ControlSocket::Request> ControlSocket::whole() {
  if (in_.size() < 4 || !out_.empty())
    return std::nullopt;
  const std::uint32_t length = control::get32(in_.data());
  if (length == 0 || length > control::longest_message) {
    answered_ = false;
    refuse(EPROTO, "this is no message of the control protocol");
    write();
    drop();
    return std::nullopt;
  }
  if (in_.size() - 4 < length)
    return std::nullopt;
  Request request{in_[4], Bytes(in_.begin() + 5, in_.begin() + 4 + length)};
  in_.erase(in_.begin(), in_.begin() + 4 + length);
  answered_ = false;
  return request;
}

std::optional<ControlSocket::Request> ControlSocket::receive(int milliseconds) {
  if (answered_ && client_ >= 0)
    if (auto request = whole())
      return request;
  wait(milliseconds);
  return answered_ && client_ >= 0 ? whole() : std::nullopt;
}

// Who asked may be gone, and somebody else there.
void ControlSocket::reply(std::uint8_t status, const Bytes& body) {
  if (std::exchange(answered_, true) || client_ < 0)
    return;
  const Bytes all = control::message(status, body);
  out_.insert(out_.end(), all.begin(), all.end());
  write();
}

void ControlSocket::answer(const Bytes& body) {
  if (body.size() < control::longest_message)
    reply(0, body);
  else
    refuse(EMSGSIZE, "the answer has " + std::to_string(body.size()) +
                         " bytes: more than a message may have (" +
                         std::to_string(control::longest_message) + ")");
}

void ControlSocket::refuse(int error, const std::string& sentence) {
  reply(std::uint8_t(error), Bytes(sentence.begin(), sentence.end()));
}

} // namespace pw
