#include "sim/routes/routes.h"

#include <algorithm>

namespace pw {

bool Prefix::covers(const Prefix& other) const {
  if (address.v6 != other.address.v6 || length > other.length)
    return false;
  for (unsigned bit = 0; bit < length; bit += 8) {
    const unsigned left = std::min(8u, length - bit);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - left));
    if (((address.bytes[bit / 8] ^ other.address.bytes[bit / 8]) & mask) != 0)
      return false;
  }
  return true;
}

const Routes::Link* Routes::link(std::uint32_t ifindex) const {
  const auto found = std::ranges::find(links, ifindex, &Link::ifindex);
  return found == links.end() ? nullptr : &*found;
}

} // namespace pw
