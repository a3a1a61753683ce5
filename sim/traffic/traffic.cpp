#include "sim/traffic/traffic.h"

#include "sim/traffic/headers.h"
#include "sim/traffic/malform.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace pw {

namespace {

using namespace traffic;

constexpr unsigned fcs = 4;
constexpr std::array<unsigned, 12> imix_sizes = {64, 64,  64,  64,  64,  64,
                                                 64, 594, 594, 594, 594, 1518};

enum class Shape { Transport, Icmp, Arp, Llc, Unknown };

struct Flow {
  Endpoints ends;
  std::uint8_t protocol = protocol_udp;
  std::vector<std::uint16_t> tags;
};

// A flow is a function of its number and the seed, so that any number of flows costs nothing.
Flow make_flow(const TrafficSpec& spec, std::uint32_t number) {
  Random random((std::uint64_t{spec.seed} << 32 | number) ^ 0xf10f10f1ull);
  Flow flow;
  Endpoints& ends = flow.ends;
  ends.ipv6 = random.chance(spec.ipv6);
  const std::array<std::uint8_t, 4> low = {10, static_cast<std::uint8_t>(number >> 16),
                                           static_cast<std::uint8_t>(number >> 8),
                                           static_cast<std::uint8_t>(number)};
  const std::array<std::uint8_t, 4> high = {192, 168, 0,
                                            static_cast<std::uint8_t>(1 + random.below(16))};
  if (ends.ipv6) {
    ends.source = {0x20, 0x01, 0x0d, 0xb8};
    ends.destination = {0x20, 0x01, 0x0d, 0xb8, 0, 1};
  }
  const std::ptrdiff_t at = ends.ipv6 ? 12 : 0;
  std::ranges::copy(low, ends.source.begin() + at);
  std::ranges::copy(high, ends.destination.begin() + at);
  constexpr std::array<std::uint16_t, 6> services = {80, 443, 53, 22, 8080, 4789};
  ends.source_port = static_cast<std::uint16_t>(1024 + random.below(60000));
  ends.destination_port = services[random.below(services.size())];
  const bool tcp_flow =
      spec.protocol == Protocol::Tcp || (spec.protocol == Protocol::Mix && random.below(2) == 0);
  flow.protocol = tcp_flow ? protocol_tcp : protocol_udp;
  for (unsigned tags = random.between(spec.min_vlan, spec.max_vlan); tags > 0; --tags)
    flow.tags.push_back(
        static_cast<std::uint16_t>(random.below(8) << 13 | (1 + random.below(100))));
  return flow;
}

} // namespace

class TrafficStream::Generator {
public:
  explicit Generator(const TrafficSpec& spec) : spec_(spec), random_(spec.seed) {
    if (spec.flows == FlowPattern::Zipf)
      make_zipf();
  }

  Bytes next() {
    const unsigned size = frame_size();
    return frame(make_flow(spec_, flow_number(made_++)), size);
  }

private:
  // Shares of the flows, summed up.
  void make_zipf() {
    double sum = 0;
    for (unsigned i = 1; i <= spec_.flow_count; ++i)
      zipf_.push_back(sum += std::pow(i, -spec_.zipf_exponent));
    for (double& share : zipf_)
      share /= sum;
  }

  std::uint32_t flow_number(unsigned packet) {
    switch (spec_.flows) {
    case FlowPattern::Single:
      return 0;
    case FlowPattern::Alternate:
      return packet % spec_.flow_count;
    case FlowPattern::Uniform:
      return random_.below(spec_.flow_count);
    case FlowPattern::Zipf:
      break;
    }
    const auto rank = std::ranges::upper_bound(zipf_, random_.unit()) - zipf_.begin();
    return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(rank, spec_.flow_count - 1));
  }

  // Captured bytes: without FCS.
  unsigned frame_size() {
    if (spec_.imix)
      return imix_sizes[random_.below(imix_sizes.size())] - fcs;
    return random_.between(spec_.min_size, spec_.max_size) - fcs;
  }

  Bytes frame(const Flow& flow, unsigned size) {
    const Shape shape = pick_shape();
    const Tunnel tunnel = pick_tunnel(shape);
    Extras extras = pick_extras(flow.ends.ipv6);
    const Bytes tcp_options = random_.chance(spec_.options) ? pick_tcp_options() : Bytes{};
    const std::uint64_t content = random_.bits();
    // The headers decide how much payload is left. They are mostly as long as those of the frame
    // before; if not, the frame is made again, with the same numbers.
    const Random before = random_;
    const auto make = [&] {
      random_ = before;
      return build(flow, shape, tunnel, extras, tcp_options,
                   size > headers_ ? payload(size - headers_, content) : Bytes{});
    };
    Bytes result = make();
    if (const std::size_t data = size > headers_ ? size - headers_ : 0;
        shape != Shape::Arp && result.size() != headers_ + data) {
      headers_ = result.size() - data;
      result = make();
    }
    result.resize(std::max<std::size_t>(result.size(), size)); // padding behind ARP
    if (random_.chance(spec_.malformed))
      malform(result, 14 + flow.tags.size() * 4, random_);
    return result;
  }

  Shape pick_shape() {
    if (!random_.chance(spec_.other))
      return Shape::Transport;
    constexpr std::array shapes = {Shape::Icmp, Shape::Arp, Shape::Llc, Shape::Unknown};
    return shapes[random_.below(shapes.size())];
  }

  Tunnel pick_tunnel(Shape shape) {
    const bool wanted = random_.chance(spec_.tunnel_share);
    constexpr std::array kinds = {Tunnel::Ipip, Tunnel::Gre, Tunnel::Vxlan};
    const Tunnel any = kinds[random_.below(kinds.size())];
    if (!wanted || spec_.tunnel == Tunnel::None || shape != Shape::Transport)
      return Tunnel::None;
    return spec_.tunnel == Tunnel::Mix ? any : spec_.tunnel;
  }

  Extras pick_extras(bool v6) {
    Extras extras;
    if (random_.chance(spec_.options)) {
      for (std::uint32_t words = 1 + random_.below(10); words > 0 && !v6; --words)
        put_big(extras.ip_options, words == 1 ? 0x94040000 : 0x01010101, 4); // NOPs, router alert
      for (std::uint32_t n = 1 + random_.below(3); n > 0 && v6; --n)
        extras.extensions.push_back(pick_extension());
    }
    extras.is_fragment = random_.chance(spec_.fragments);
    const auto offset = static_cast<std::uint16_t>(random_.below(3) == 0 ? 0 : random_.below(1000));
    const bool more = offset == 0 || random_.below(2) == 0;
    extras.fragment = v6 ? static_cast<std::uint16_t>(offset << 3 | (more ? 1 : 0))
                         : static_cast<std::uint16_t>(offset | (more ? 0x2000 : 0));
    return extras;
  }

  // Hop-by-hop, routing or destination options, of 8 to 24 bytes.
  Bytes pick_extension() {
    constexpr std::array<std::uint8_t, 3> kinds = {0, 43, 60};
    const std::uint32_t words = random_.below(3);
    Bytes extension{kinds[random_.below(kinds.size())], static_cast<std::uint8_t>(words), 1,
                    static_cast<std::uint8_t>(4 + words * 8)};
    extension.resize(8 + words * 8);
    return extension;
  }

  Bytes pick_tcp_options() {
    Bytes options = {2, 4, 5, 0xb4}; // maximum segment size 1460
    if (random_.below(2) == 0)
      options.insert(options.end(), {1, 3, 3, 7, 1, 1, 4, 2}); // window scale, SACK permitted
    return options;
  }

  static Bytes payload(std::size_t size, std::uint64_t seed) {
    Random random(seed);
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes)
      byte = static_cast<std::uint8_t>(random.bits());
    return bytes;
  }

  std::uint8_t tcp_flags() {
    constexpr std::array<std::uint8_t, 6> flags = {0x10, 0x10, 0x18, 0x02, 0x12, 0x11};
    return flags[random_.below(flags.size())];
  }

  Bytes build(const Flow& flow, Shape shape, Tunnel tunnel, const Extras& extras,
              const Bytes& tcp_options, const Bytes& data) {
    const Endpoints& ends = flow.ends;
    const std::uint16_t type = ends.ipv6 ? type_ipv6 : type_ipv4;
    switch (shape) {
    case Shape::Arp:
      return ethernet(ends, flow.tags, type_arp, arp(ends, random_));
    case Shape::Llc: {
      Bytes body{0x42, 0x42, 0x03};
      body.insert(body.end(), data.begin(), data.end());
      return ethernet(ends, flow.tags,
                      static_cast<std::uint16_t>(std::min<std::size_t>(body.size(), 1500)), body);
    }
    case Shape::Unknown:
      return ethernet(ends, flow.tags, 0x88b5, data);
    case Shape::Icmp:
      return ethernet(ends, flow.tags, type,
                      ip(ends, ends.ipv6 ? protocol_icmp6 : protocol_icmp, extras,
                         icmp_echo(ends.ipv6, ends, data, random_), random_));
    case Shape::Transport:
      break;
    }
    const Bytes segment = flow.protocol == protocol_tcp
                              ? tcp(ends, tcp_flags(), tcp_options, data, random_)
                              : udp(ends, data);
    const Bytes packet = ip(ends, flow.protocol, extras, segment, random_);
    return tunnel == Tunnel::None ? ethernet(ends, flow.tags, type, packet)
                                  : tunnelled(flow, tunnel, type, packet);
  }

  Bytes tunnelled(const Flow& flow, Tunnel tunnel, std::uint16_t type, const Bytes& packet) {
    Endpoints outer;
    outer.source = {172, 16, 0, 1};
    outer.destination = {172, 16, 0, 2};
    outer.source_port = flow.ends.source_port;
    outer.destination_port = 4789;
    std::uint8_t protocol = flow.ends.ipv6 ? protocol_ipv6 : protocol_ipip;
    Bytes body = packet;
    if (tunnel == Tunnel::Gre) {
      protocol = protocol_gre;
      body = gre(type, packet);
    } else if (tunnel == Tunnel::Vxlan) {
      protocol = protocol_udp;
      body = udp(outer, vxlan(42, ethernet(flow.ends, {}, type, packet)));
    }
    return ethernet(outer, flow.tags, type_ipv4, ip(outer, protocol, {}, body, random_));
  }

  const TrafficSpec& spec_;
  Random random_;
  std::vector<double> zipf_;
  unsigned made_ = 0;
  std::size_t headers_ = 42; // bytes of the frame before that are no payload
};

TrafficStream::TrafficStream(const TrafficSpec& spec)
    : generator_(std::make_unique<Generator>(spec)) {}

TrafficStream::~TrafficStream() = default;

void TrafficStream::next(Bytes& frame) { frame = generator_->next(); }

std::vector<Packet> generate_traffic(const TrafficSpec& spec) {
  TrafficStream stream(spec);
  Arrivals arrivals(spec.arrivals(), spec.seed);
  std::vector<Packet> packets(spec.count);
  for (Packet& packet : packets) {
    stream.next(packet.bytes);
    packet.time_ns = spec.start_ns + arrivals.next(packet.bytes.size()) / 1000;
  }
  return packets;
}

} // namespace pw
