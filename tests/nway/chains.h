// Packets with what lies deep in them, and maps for packet filters.
#pragma once

#include "sim/engine.h"

#include <vector>

namespace pw::nway {

// IPv4 with options and IPv6 with up to seven extension headers, a tenth of them long, TCP or UDP
// behind; some tagged, some cut off. Few addresses and ports. No frame is longer than `longest`.
std::vector<Packet> chain_packets(unsigned count, std::uint32_t seed, std::size_t longest);

// For the maps of xdp-filter that the object has: half of the addresses and ports of chain_packets,
// with random flags.
MapState filter_maps(const Object&, std::uint32_t seed);

} // namespace pw::nway
