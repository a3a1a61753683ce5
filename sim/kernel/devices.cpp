#include "sim/kernel/devices.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace pw::kernel {

namespace {

constexpr std::array device_kinds = {"dummy", "ifb", "veth", "bridge"}; // not every kernel has all

// RTM_NEWLINK as a flat buffer: makes a device, or changes one.
class NewLink {
public:
  NewLink(std::uint32_t ifindex, std::uint16_t flags) {
    header_.nlmsg_type = RTM_NEWLINK;
    header_.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    append(&header_, sizeof header_);
    ifinfomsg info{};
    info.ifi_family = AF_UNSPEC;
    info.ifi_index = static_cast<int>(ifindex);
    append(&info, sizeof info);
  }

  static NewLink device(const std::string& name, std::uint32_t ifindex, const char* kind,
                        std::uint32_t queues, const std::array<std::uint8_t, 6>* mac) {
    NewLink link(ifindex, NLM_F_CREATE | NLM_F_EXCL);
    if (mac != nullptr)
      link.attribute(IFLA_ADDRESS, mac->data(), mac->size());
    link.describe(name, kind, queues);
    return link;
  }

  static NewLink with_mtu(std::uint32_t ifindex, std::uint32_t mtu) {
    NewLink link(ifindex, 0);
    link.attribute(IFLA_MTU, &mtu, sizeof mtu);
    link.finish();
    return link;
  }

  static NewLink with_address(std::uint32_t ifindex, const std::array<std::uint8_t, 6>& mac) {
    constexpr std::array<std::uint8_t, 6> everyone = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    NewLink link(ifindex, 0);
    link.attribute(IFLA_ADDRESS, mac.data(), mac.size());
    link.attribute(IFLA_BROADCAST, everyone.data(), everyone.size());
    link.finish();
    return link;
  }

private:
  void describe(const std::string& name, const char* kind, std::uint32_t queues) {
    attribute(IFLA_IFNAME, name.c_str(), name.size() + 1);
    attribute(IFLA_NUM_RX_QUEUES, &queues, sizeof queues);
    attribute(IFLA_NUM_TX_QUEUES, &queues, sizeof queues);
    const std::size_t nest = bytes_.size();
    attribute(IFLA_LINKINFO, nullptr, 0);
    attribute(IFLA_INFO_KIND, kind, std::strlen(kind));
    const auto length = static_cast<std::uint16_t>(bytes_.size() - nest);
    std::memcpy(&bytes_[nest], &length, sizeof length);
    finish();
  }

  void finish() {
    header_.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header_, sizeof header_);
  }

public:
  // 0 or -errno.
  int send() const {
    const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket < 0)
      return -errno;
    const int result = exchange(socket);
    ::close(socket);
    return result;
  }

private:
  void append(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
  }

  void attribute(unsigned type, const void* data, std::size_t size) {
    rtattr attr{};
    attr.rta_type = static_cast<std::uint16_t>(type);
    attr.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
    append(&attr, sizeof attr);
    if (size != 0)
      append(data, size);
  }

  int exchange(int socket) const {
    if (::send(socket, bytes_.data(), bytes_.size(), 0) < 0)
      return -errno;
    std::array<std::uint8_t, 4096> answer{};
    const ssize_t n = ::recv(socket, answer.data(), answer.size(), 0);
    if (n < static_cast<ssize_t>(sizeof(nlmsghdr) + sizeof(nlmsgerr)))
      return -EPROTO;
    nlmsgerr error{};
    std::memcpy(&error, answer.data() + sizeof(nlmsghdr), sizeof error);
    return error.error;
  }

  nlmsghdr header_{};
  std::vector<std::uint8_t> bytes_;
};

} // namespace

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
    result = NewLink::device("pw" + std::to_string(ifindex), ifindex, kind, queues, mac).send();
    if (result == 0 || result == -EEXIST)
      break;
  }
  if (result != 0)
    return "interface " + std::to_string(ifindex) + " can't be made: " + std::strerror(-result);
  made_[ifindex] = queues;
  return std::nullopt;
}

std::optional<std::string> Devices::set_mtu(std::uint32_t ifindex, std::uint32_t mtu) {
  const int result = NewLink::with_mtu(ifindex, mtu).send();
  if (result == 0)
    return std::nullopt;
  return "interface " + std::to_string(ifindex) + " can't have an MTU of " + std::to_string(mtu) +
         " bytes: " + std::strerror(-result);
}

std::optional<std::string> Devices::set_address(std::uint32_t ifindex,
                                                const std::array<std::uint8_t, 6>& mac) {
  const int result = NewLink::with_address(ifindex, mac).send();
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
