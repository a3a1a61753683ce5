// Captures in and out through libpcap: pcap (both byte orders, microseconds and nanoseconds) and
// pcapng.
#pragma once

#include "sim/engine.h"

#include <span>
#include <string>
#include <vector>

namespace pw {

struct Capture {
  std::vector<Packet> packets; // captured bytes; time in ns since the epoch
  std::vector<Diagnostic>
      warnings; // packets cut short by the snap length; a capture that ends in mid-packet
};

// Throws Failure (PW-IN-0xx): no such file, not a capture, link type other than Ethernet, corrupt
// before the first packet. Corrupt later: what came before is returned with a warning.
Capture read_capture(const std::string& path);

// A pcap file with nanosecond time stamps, little-endian on every machine that we know; frames of 0
// bytes included. Written through a temporary name. Throws Failure (PW-IN-0xx).
void write_capture(const std::string& path, std::span<const Packet>);

// OUT.pcap: every packet that left, in order, with the time stamp of its input. in.size() ==
// out.size().
std::vector<Packet> leaving_packets(std::span<const Packet> in, std::span<const PacketResult> out);

} // namespace pw
