// The listening end of the control socket (support/control_protocol.h): one client, and that the
// owner of this process. Nothing here ever waits for a client that doesn't read or write.
#pragma once

#include "support/control_protocol.h"

#include <optional>
#include <string>

namespace pw {

class ControlSocket {
public:
  // Throws Failure PW-CTL-001 (the place can't be used) or PW-CTL-002 (somebody listens there).
  // What a dead simulation has left there is replaced.
  explicit ControlSocket(std::string path);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  struct Request {
    std::uint8_t kind = 0;
    control::Bytes body;
  };
  // One that has come in whole; waits up to so many milliseconds for something to happen. Before
  // the next one the last has to be answered.
  std::optional<Request> receive(int milliseconds);
  void answer(const control::Bytes& body);
  void refuse(int error, const std::string& sentence); // the request
  bool connected() const { return client_ >= 0; }
  std::uint64_t clients() const { return clients_; } // so far
  std::uint64_t refused() const { return refused_; }

private:
  void bind_to();
  void replace_dead();
  void wait(int milliseconds);
  void accept();
  void read();
  void write();
  void drop();
  void reply(std::uint8_t status, const control::Bytes& body);
  std::optional<Request> whole();

  std::string path_;
  std::uint32_t owner_; // user
  int listener_ = -1, client_ = -1;
  control::Bytes in_, out_;
  std::size_t sent_ = 0; // bytes of out_
  bool answered_ = true;
  std::uint64_t clients_ = 0, refused_ = 0;
};

} // namespace pw
