// What a NIC is made of: plain numbers, one struct a component. Defaults and how sure they are:
// docs/model.md.
#pragma once

#include "sim/nic/units.h"

#include <optional>
#include <string>

namespace pw::nic {

// A MAC port. What it receives goes on over a bus; a frame takes whole segments of it, and a clock
// moves `segments` of them.
struct PortConfig {
  unsigned gbps = 100;
  unsigned bus_bits = 512, segments = 1;
  double bus_mhz = 322.265625;
  unsigned receive_ns = 60, transmit_ns = 60; // PCS and MAC, one way

  Time ps_per_byte() const { return 8000 / gbps; }
};

struct BufferConfig {
  std::uint64_t bytes = 262'144; // of frames with FCS, whole cells
  unsigned cell_bytes = 64;
};

struct PcieConfig {
  unsigned generation = 4, lanes = 16;
  unsigned payload_bytes = 256;         // of a TLP, at most (MPS)
  unsigned tlp_bytes = 24;              // framing, sequence number, header of 4 words, LCRC
  unsigned descriptor_bytes = 16;       // read by the card, one a frame
  unsigned completion_bytes = 16;       // written by the card, one a frame
  unsigned batch = 8;                   // descriptors in a read, completions in a write
  double link_share = 0.95;             // what flow control and acknowledgements leave
  unsigned latency_ns = 400;            // of a write, until the host sees it
  std::uint64_t buffer_bytes = 131'072; // frames that wait for the link
};

struct HostConfig {
  unsigned queues = 8;
  unsigned depth = 1024; // descriptors of a queue
  double queue_mpps = 0; // packets that the host takes from one queue; 0 = as many as come
};

struct TransmitConfig {
  std::uint64_t buffer_bytes = 131'072; // of each port
  // What the host sends through the port that XDP_TX uses: Gb/s on the wire, frames with FCS.
  double host_gbps = 0;
  unsigned host_bytes = 1518;
};

// Pause frames (IEEE 802.3 annex 31B): the sender stops when the receive buffer is fuller than
// stop_bytes, and goes on when go_bytes or less are left.
struct PauseConfig {
  std::uint64_t stop_bytes = 131'072, go_bytes = 65'536;
  // From the crossing of a mark until the sender acts on it: the pause frame on the wire, both
  // MACs, and the time that the sender may take.
  unsigned reaction_ns = 500;
};

struct NicConfig {
  PortConfig port;
  BufferConfig buffer;
  PcieConfig pcie;
  HostConfig host;
  TransmitConfig transmit;
  std::optional<PauseConfig> pause; // nothing: frames are lost instead
  Time quantum = 10'000'000;        // ps between two visits of the SystemC kernel
};

// "100G": a port of that speed with the bus that is usual for it. Throws Failure PW-NIC-001.
PortConfig parse_port(const std::string&);
// "gen4x16". Throws Failure PW-NIC-002.
PcieConfig parse_pcie(const std::string&);
// Gb/s that a PCIe link moves one way, encoding taken off.
double pcie_gbps(const PcieConfig&);
// Throws Failure PW-NIC-003 for numbers that no NIC can have.
void check(const NicConfig&);

} // namespace pw::nic
