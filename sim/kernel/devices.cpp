#include "sim/kernel/devices.h"

#include "sim/kernel/netlink.h"

#include <linux/if_link.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace pw::kernel {

namespace {

constexpr std::array device_kinds = {"dummy", "ifb", "veth", "bridge"}; // not every kernel has all

NetlinkRequest change(std::uint32_t ifindex, unsigned flags = 0) {
  ifinfomsg info{};
  info.ifi_family = AF_UNSPEC;
  info.ifi_index = static_cast<int>(ifindex);
  return {RTM_NEWLINK, flags, info};
}

int make(std::uint32_t ifindex, const char* kind, std::uint32_t queues,
         const std::array<std::uint8_t, 6>* mac) {
  NetlinkRequest link = change(ifindex, NLM_F_CREATE | NLM_F_EXCL);
  if (mac != nullptr)
    link.attribute(IFLA_ADDRESS, mac->data(), mac->size());
  const std::string name = device_name(ifindex);
  link.attribute(IFLA_IFNAME, name.c_str(), name.size() + 1);
  link.attribute(IFLA_NUM_RX_QUEUES, queues);
  link.attribute(IFLA_NUM_TX_QUEUES, queues);
  const std::size_t nest = link.begin(IFLA_LINKINFO);
  link.attribute(IFLA_INFO_KIND, kind, std::strlen(kind));
  link.end(nest);
  return link.send();
}

} // namespace

std::string device_name(std::uint32_t ifindex) {
  return ifindex == 1 ? "lo" : "pw" + std::to_string(ifindex);
}

Devices::~Devices() {
  for (const int socket : sockets_)
    ::close(socket);
}

std::optional<std::string> Devices::ensure(std::uint32_t ifindex, std::uint32_t queues,
                                           const std::array<std::uint8_t, 6>* mac) {
  if (const auto known = made_.find(ifindex); known != made_.end()) {
    if (known->second >= queues)
      return std::nullopt;
    return "interface " + std::to_string(ifindex) + " has " + std::to_string(known->second) +
           " receive queue(s) here";
  }
  if (ifindex == 0 || ifindex > 0x7fffffff)
    return "there can be no interface " + std::to_string(ifindex);
  int result = 0;
  for (const char* kind : device_kinds) {
    result = make(ifindex, kind, queues, mac);
    if (result == 0 || result == -EEXIST)
      break;
  }
  if (result != 0)
    return "interface " + std::to_string(ifindex) + " can't be made: " + std::strerror(-result);
  made_[ifindex] = queues;
  return std::nullopt;
}

std::optional<std::string> Devices::set_mtu(std::uint32_t ifindex, std::uint32_t mtu) {
  NetlinkRequest request = change(ifindex);
  request.attribute(IFLA_MTU, mtu);
  const int result = request.send();
  if (result == 0)
    return std::nullopt;
  return "interface " + std::to_string(ifindex) + " can't have an MTU of " + std::to_string(mtu) +
         " bytes: " + std::strerror(-result);
}

std::optional<std::string> Devices::set_address(std::uint32_t ifindex,
                                                const std::array<std::uint8_t, 6>& mac) {
  constexpr std::array<std::uint8_t, 6> everyone = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  NetlinkRequest request = change(ifindex);
  request.attribute(IFLA_ADDRESS, mac.data(), mac.size());
  request.attribute(IFLA_BROADCAST, everyone.data(), everyone.size());
  const int result = request.send();
  if (result == 0)
    return std::nullopt;
  return "interface " + std::to_string(ifindex) +
         " can't have that address: " + std::strerror(-result);
}

int Devices::xdp_socket() {
  const int socket = ::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (socket < 0)
    return -errno;
  sockets_.push_back(socket);
  return socket;
}

} // namespace pw::kernel
