// The control plane of a running simulation: requests of the socket become operations among the
// packets, and their results answers. What packets can't reach (docs/control.md) is done between
// two runs, while nothing is inside.
#pragma once

#include "frontend/control/control.h"
#include "sim/control/socket.h"
#include "sim/engine.h"

#include <span>

namespace pw {

struct ControlCounts {
  std::uint64_t live = 0, held = 0; // operations
};

class ControlPlane {
public:
  // The arguments must outlive this. `object` is that of add_control().
  ControlPlane(const Object& object, const Program& program, const std::vector<ControlledMap>& maps,
               unsigned cpu, const std::string& socket);

  // Takes requests for up to so many milliseconds; those that need no packets are answered at once.
  // -> Operations for the packets to come; give() has to follow.
  std::vector<Packet> take(Engine&, int milliseconds);
  void give(std::span<const PacketResult>); // of those operations, in order

  const ControlSocket& socket() const { return socket_; }
  const ControlCounts& counts() const { return counts_; }

private:
  const ControlledMap* controlled(std::uint32_t map) const;
  void serve(const ControlSocket::Request&, Engine&);
  void begin(std::vector<control::Bytes> operations);
  int valid(const control::Bytes&) const; // 0 or -errno
  void work(Engine&);                     // up to operations that are packets
  void finish_if_done();
  bool hold(control::Bytes&, Engine&);
  control::Bytes dump(std::uint32_t map, Engine&);

  const Object& object_;
  const std::vector<ControlledMap>& maps_;
  std::string description_;
  ControlSocket socket_;
  ControlCounts counts_;
  std::vector<control::Bytes> request_; // operations, those before done_ are answers
  std::size_t done_ = 0, under_way_ = 0;
  bool working_ = false;
};

} // namespace pw
