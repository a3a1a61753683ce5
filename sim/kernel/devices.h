// Network devices in the worker's own network namespace, so that the interfaces, queues and sockets
// that a program or a map names exist.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pw::kernel {

// Of the device with this index, in the worker's namespace.
std::string device_name(std::uint32_t ifindex);

class Devices {
public:
  Devices() = default;
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;
  ~Devices();

  // A device with this index and at least `queues` receive queues; an error text if there can't be
  // one. Index 1 is the loopback device, which has one queue.
  // `mac`, if given: address of a device that has to be made.
  std::optional<std::string> ensure(std::uint32_t ifindex, std::uint32_t queues = 1,
                                    const std::array<std::uint8_t, 6>* mac = nullptr);
  // An error text if it can't have this MTU.
  std::optional<std::string> set_mtu(std::uint32_t ifindex, std::uint32_t mtu);
  // An error text if it can't have this address; its broadcast address is that of Ethernet.
  std::optional<std::string> set_address(std::uint32_t ifindex,
                                         const std::array<std::uint8_t, 6>& mac);
  // A fresh AF_XDP socket, owned by this object; negative: -errno.
  int xdp_socket();

private:
  std::map<std::uint32_t, std::uint32_t> made_{{1, 1}}; // index -> queues
  std::vector<int> sockets_;
};

} // namespace pw::kernel
