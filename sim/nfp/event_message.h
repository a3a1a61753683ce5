// What bpf_perf_event_output of the card's firmware sends to the host: a control message, which the
// host's driver puts into the perf event array.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pw::me {

struct EventMessage {
  std::uint32_t cpu = 0;            // slot of the array: BPF_F_CURRENT_CPU is the host's
  std::uint64_t map = 0;            // the number of its table
  std::vector<std::uint8_t> record; // of the program
  std::vector<std::uint8_t> packet; // bytes of the packet behind it
  bool operator==(const EventMessage&) const = default;
};

// Header (type 8, version 1, tag), then big-endian cpu, map, bytes of the record and of the packet,
// then the packet, padded to 4 bytes, and the record.
std::vector<std::uint8_t> write_event(const EventMessage&);
// Throws Stop PW-ME-012: not a message of this kind.
EventMessage read_event(std::span<const std::uint8_t>);

} // namespace pw::me
