// One request to the kernel's networking (rtnetlink), as a flat buffer.
#pragma once

#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace pw::kernel {

class NetlinkRequest {
public:
  // `body`: ifinfomsg, rtmsg, ndmsg, ...
  template <typename Body> NetlinkRequest(unsigned type, unsigned flags, const Body& body) {
    header_.nlmsg_type = static_cast<std::uint16_t>(type);
    header_.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    append(&header_, sizeof header_);
    append(&body, sizeof body);
  }

  void attribute(unsigned type, const void* data, std::size_t size) {
    rtattr attr{};
    attr.rta_type = static_cast<std::uint16_t>(type);
    attr.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size));
    append(&attr, sizeof attr);
    if (size != 0)
      append(data, size);
  }
  void attribute(unsigned type, std::uint32_t number) { attribute(type, &number, sizeof number); }

  // Attributes from here on stand in one of this type, until `end` gets what this returned.
  std::size_t begin(unsigned type) {
    const std::size_t nest = bytes_.size();
    attribute(type, nullptr, 0);
    return nest;
  }
  void end(std::size_t nest) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - nest);
    std::memcpy(&bytes_[nest], &length, sizeof length);
  }

  // 0 or -errno.
  int send() {
    header_.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header_, sizeof header_);
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

} // namespace pw::kernel
