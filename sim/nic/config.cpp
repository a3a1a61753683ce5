#include "sim/nic/config.h"

#include "support/diagnostic.h"

#include <array>
#include <charconv>
#include <map>

namespace pw::nic {

namespace {

struct Link {
  double giga_transfers, encoding;
};

// By generation: line code, 64b/66b-like codes, FLITs.
constexpr std::array<Link, 6> links = {{{2.5, 8.0 / 10},
                                        {5, 8.0 / 10},
                                        {8, 128.0 / 130},
                                        {16, 128.0 / 130},
                                        {32, 128.0 / 130},
                                        {64, 242.0 / 256}}};

bool unsigned_at(const char*& from, const char* end, unsigned& value) {
  const auto [next, error] = std::from_chars(from, end, value);
  from = next;
  return error == std::errc{};
}

void require(bool good, const std::string& what) {
  if (!good)
    throw Failure(diagnose("PW-NIC-003", what));
}

constexpr double slowest_host = 0.001; // Mpps of a queue

void check_sender(const NicConfig& nic) {
  require(nic.transmit.host_gbps >= 0 && nic.transmit.host_gbps <= nic.port.gbps,
          "the host sends 0 to " + std::to_string(nic.port.gbps) +
              " Gb/s, which its port carries");
  require(nic.transmit.host_bytes >= 64 && nic.transmit.host_bytes <= nic.transmit.buffer_bytes,
          "frames of the host have at least 64 bytes and fit the transmit buffer");
  if (nic.pause)
    require(nic.pause->go_bytes < nic.pause->stop_bytes && nic.pause->stop_bytes < nic.buffer.bytes,
            "pause frames: the mark to go on lies below the mark to stop, which lies below the "
            "receive buffer's " +
                std::to_string(nic.buffer.bytes) + " bytes");
}

} // namespace

PortConfig parse_port(const std::string& text) {
  static const std::map<std::string, PortConfig> ports = {
      {"10", {10, 64, 1, 156.25, 60, 60}},     {"25", {25, 64, 1, 390.625, 60, 60}},
      {"40", {40, 256, 1, 156.25, 60, 60}},    {"100", {100, 512, 1, 322.265625, 60, 60}},
      {"200", {200, 768, 6, 390.625, 60, 60}}, {"400", {400, 1536, 12, 390.625, 60, 60}}};
  std::string speed = text;
  while (!speed.empty() && (speed.back() < '0' || speed.back() > '9'))
    speed.pop_back();
  const std::string unit = text.substr(speed.size());
  const auto port = ports.find(speed);
  if (port == ports.end() || (unit != "" && unit != "G" && unit != "g" && unit != "Gbps"))
    throw Failure(diagnose("PW-NIC-001", "there is no port of '" + text + "'")
                      .help("the ports are 10G, 25G, 40G, 100G, 200G and 400G"));
  return port->second;
}

PcieConfig parse_pcie(const std::string& text) {
  PcieConfig pcie;
  const char *at = text.data(), *end = text.data() + text.size();
  bool good = text.starts_with("gen");
  at += good ? 3 : 0;
  good = good && unsigned_at(at, end, pcie.generation) && at != end && *at == 'x';
  if (good)
    ++at;
  good = good && unsigned_at(at, end, pcie.lanes) && at == end && pcie.generation >= 1 &&
         pcie.generation <= links.size() && pcie.lanes >= 1 && pcie.lanes <= 32 &&
         (pcie.lanes & (pcie.lanes - 1)) == 0;
  if (!good)
    throw Failure(diagnose("PW-NIC-002", "there is no PCIe link '" + text + "'")
                      .help("for example gen3x8, gen4x16 or gen5x16"));
  return pcie;
}

double pcie_gbps(const PcieConfig& pcie) {
  const Link& link = links.at(pcie.generation - 1);
  return link.giga_transfers * link.encoding * pcie.lanes;
}

void check(const NicConfig& nic) {
  require(nic.port.gbps != 0 && 8000 % nic.port.gbps == 0 && nic.port.segments != 0 &&
              nic.port.bus_bits / nic.port.segments >= 8,
          "a port's speed divides 8000 Gb/s, and its bus is at least a byte wide");
  require(nic.pcie.generation >= 1 && nic.pcie.generation <= links.size() && nic.pcie.lanes >= 1,
          "PCIe has generations 1 to 6");
  require(nic.buffer.cell_bytes != 0 && nic.buffer.bytes >= 2048,
          "a receive buffer of " + std::to_string(nic.buffer.bytes) +
              " bytes can't hold a frame; give at least 2048");
  require(ceil_div(2048, nic.buffer.cell_bytes) * nic.buffer.cell_bytes <= nic.buffer.bytes,
          "a receive buffer of " + std::to_string(nic.buffer.bytes) +
              " bytes has no room for a frame in cells of " +
              std::to_string(nic.buffer.cell_bytes));
  require(nic.host.queues >= 1 && nic.host.queues <= 4096, "a host has 1 to 4096 queues");
  require(nic.host.depth >= 1, "a host queue needs at least one descriptor");
  require(nic.host.queue_mpps == 0 ||
              (nic.host.queue_mpps >= slowest_host && nic.host.queue_mpps <= 10'000),
          "a host takes 0.001 to 10000 Mpps from a queue, or 0 for as many as come");
  require(nic.pcie.payload_bytes >= 64 && nic.pcie.batch >= 1 && nic.pcie.link_share > 0,
          "a TLP of PCIe carries at least 64 bytes");
  require(nic.pcie.buffer_bytes >= 2048 && nic.transmit.buffer_bytes >= 2048,
          "the buffers in front of PCIe and of the ports hold at least 2048 bytes");
  check_sender(nic);
  require(nic.quantum > 0, "the quantum of time can't be zero");
}

} // namespace pw::nic
