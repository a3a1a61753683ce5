// Traffic from a text: "size=imix,count=2000,flows=zipf:1.1:100,vlan=0..2,malformed=5%,seed=7".
// The same text gives the same packets everywhere. Sizes count the frame with its FCS, as Ethernet
// does: size=64 makes 60 captured bytes.
#pragma once

#include "sim/engine.h"
#include "sim/traffic/arrivals.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pw {

enum class FlowPattern { Single, Alternate, Uniform, Zipf };
enum class Protocol { Tcp, Udp, Mix };
enum class Tunnel { None, Ipip, Gre, Vxlan, Mix };

struct TrafficSpec {
  unsigned count = 1000;
  unsigned min_size = 64, max_size = 64; // bytes with FCS
  bool imix = false;                     // 64, 594, 1518 as 7:4:1 (sizes with FCS)
  FlowPattern flows = FlowPattern::Uniform;
  unsigned flow_count = 100;
  double zipf_exponent = 1.1;
  Protocol protocol = Protocol::Mix;
  unsigned min_vlan = 0, max_vlan = 0; // tags
  double ipv6 = 0;                     // shares, 0 .. 1
  double malformed = 0;                // wrong lengths, versions, header sizes, cut frames
  double options = 0;                  // IPv4 options or IPv6 extension headers
  double fragments = 0;
  double other = 0; // ARP, ICMP, LLC and unknown EtherTypes
  Tunnel tunnel = Tunnel::None;
  double tunnel_share = 0;
  double rate_gbps = 100; // line rate of the arrivals, with preamble and gap (20 bytes a frame)
  double rate_mpps = 0;   // if not 0: packets instead
  bool line_rate = true;  // no rate was given: rate_gbps is that of the port, where there is one
  ArrivalPattern arrival = ArrivalPattern::Constant;
  unsigned burst = 1;
  std::uint64_t start_ns = 1'000'000'000;
  std::uint32_t seed = 1;

  ArrivalSpec arrivals() const { return {rate_gbps, rate_mpps, arrival, burst}; }
};

// Throws Failure (PW-IN-2xx): an unknown key (all known ones are listed), a value that can't be
// read or is out of range.
// `count`: packets, where the text doesn't say how many.
TrafficSpec parse_traffic(const std::string& spec, unsigned count = 1000);
bool is_traffic_key(const std::string& name); // of a specification: "size", ...
std::vector<Packet> generate_traffic(const TrafficSpec&);

// The frames of generate_traffic() one by one, without times.
class TrafficStream {
public:
  explicit TrafficStream(const TrafficSpec&); // stays where it is
  ~TrafficStream();
  void next(std::vector<std::uint8_t>& frame);

private:
  class Generator;
  std::unique_ptr<Generator> generator_;
};

std::string traffic_help(); // the keys, their values, defaults and units, for --help

} // namespace pw
