// Receive-side scaling: the Toeplitz hash that NICs choose queues by, with the key that Microsoft's
// specification verifies it with.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace pw::nic {

inline constexpr unsigned rss_entries = 128; // of the indirection table

// Over a string of bytes in network order, at most 36.
std::uint32_t toeplitz(std::span<const std::uint8_t>);

// Of a frame: addresses and ports of TCP and UDP, addresses of fragments and other protocols over
// IPv4 and IPv6, behind up to two VLAN tags; 0 for all else.
std::uint32_t rss_hash(std::span<const std::uint8_t> frame);

} // namespace pw::nic
