// SPEC text -> TrafficSpec.
#include "sim/traffic/traffic.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <set>
#include <sstream>

namespace pw {

namespace {

struct BadValue {
  std::string expected;
};

double number(const std::string& text, double low, double high, const std::string& expected) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= low) || value > high)
    throw BadValue{expected};
  return value;
}

template <typename T>
T integer(const std::string& text, T low, T high, const std::string& expected) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    throw BadValue{expected};
  return value;
}

// "5%" or "0.05".
double share(const std::string& text) {
  const std::string expected = "a share: 0 to 1, or 0% to 100%";
  if (text.ends_with('%'))
    return number(text.substr(0, text.size() - 1), 0, 100, expected) / 100;
  return number(text, 0, 1, expected);
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(by, from)) != std::string::npos; from = at + by.size())
    parts.push_back(text.substr(from, at - from));
  parts.push_back(text.substr(from));
  return parts;
}

template <typename T>
T one_of(const std::string& text, const std::vector<std::pair<std::string, T>>& names) {
  std::string expected = "one of";
  for (const auto& [name, value] : names) {
    if (text == name)
      return value;
    expected += " " + name;
  }
  throw BadValue{expected};
}

// The ends of "64-1518" or "64..1518".
std::vector<std::string> range(const std::string& text) {
  return split(text, text.find("..") == std::string::npos ? "-" : "..");
}

void set_size(TrafficSpec& spec, const std::string& text) {
  const std::string expected = "a size of 18 to 9022 bytes with FCS, a range 64-1518, or imix";
  spec.imix = text == "imix";
  if (spec.imix)
    return;
  const auto parts = range(text);
  if (parts.size() > 2)
    throw BadValue{expected};
  spec.min_size = integer(parts.front(), 18u, 9022u, expected);
  spec.max_size = integer(parts.back(), spec.min_size, 9022u, expected);
}

void set_flows(TrafficSpec& spec, const std::string& text) {
  const std::string expected = "uniform:N, zipf:EXPONENT:N, single, or alternate[:N]";
  const auto parts = split(text, ":");
  if (text.find_first_not_of("0123456789") == std::string::npos)
    throw BadValue{expected + " (uniform:" + (text.empty() ? "100" : text) + ")"};
  spec.flows = one_of<FlowPattern>(parts[0], {{"single", FlowPattern::Single},
                                              {"alternate", FlowPattern::Alternate},
                                              {"uniform", FlowPattern::Uniform},
                                              {"zipf", FlowPattern::Zipf}});
  const std::size_t most = spec.flows == FlowPattern::Single ? 1
                           : spec.flows == FlowPattern::Zipf ? 3
                                                             : 2;
  if (parts.size() > most)
    throw BadValue{expected};
  if (spec.flows == FlowPattern::Zipf && parts.size() > 1)
    spec.zipf_exponent = number(parts[1], 0, 10, expected);
  spec.flow_count = spec.flows == FlowPattern::Alternate ? 2 : spec.flow_count;
  if (parts.size() == most && most > 1)
    spec.flow_count = integer(parts.back(), 1u, 10'000'000u, expected);
}

void set_vlan(TrafficSpec& spec, const std::string& text) {
  const std::string expected = "a number of tags 0 to 4, or a range 0-2";
  const auto parts = range(text);
  if (parts.size() > 2)
    throw BadValue{expected};
  spec.min_vlan = integer(parts.front(), 0u, 4u, expected);
  spec.max_vlan = integer(parts.back(), spec.min_vlan, 4u, expected);
}

void set_tunnel(TrafficSpec& spec, const std::string& text) {
  const auto parts = split(text, ":");
  if (parts.size() > 2)
    throw BadValue{"KIND[:SHARE]"};
  spec.tunnel = one_of<Tunnel>(parts[0], {{"none", Tunnel::None},
                                          {"ipip", Tunnel::Ipip},
                                          {"gre", Tunnel::Gre},
                                          {"vxlan", Tunnel::Vxlan},
                                          {"mix", Tunnel::Mix}});
  spec.tunnel_share = parts.size() == 2 ? share(parts[1]) : 1;
}

// Takes one of the endings off the text, if it has one.
bool cut_ending(std::string& text, std::initializer_list<const char*> endings) {
  for (const std::string ending : endings)
    if (text.ends_with(ending)) {
      text.resize(text.size() - ending.size());
      return true;
    }
  return false;
}

void set_rate(TrafficSpec& spec, const std::string& given) {
  const std::string expected = "a rate of 0.001 to 1000 Gb/s (10G), 0.000001 to 2000 Mpps, or line";
  std::string text = given;
  spec.line_rate = text == "line";
  spec.rate_mpps = 0;
  if (spec.line_rate)
    return;
  if (cut_ending(text, {"Mpps", "mpps"})) {
    spec.rate_mpps = number(text, 0.000001, 2000, expected);
    return;
  }
  cut_ending(text, {"gbps", "Gbps", "g", "G"});
  spec.rate_gbps = number(text, 0.001, 1000, expected);
}

// "2000", "64k", "1M".
void set_count(TrafficSpec& spec, const std::string& given) {
  constexpr unsigned most = 100'000'000;
  const std::string expected = "a number of packets, for example 2000, 64k or 1M";
  std::string text = given;
  const unsigned unit = cut_ending(text, {"k", "K"}) ? 1000
                        : cut_ending(text, {"M"})    ? 1'000'000
                                                     : 1;
  spec.count = integer(text, 0u, most / unit, expected) * unit;
}

void set_arrival(TrafficSpec& spec, const std::string& text) {
  const auto parts = split(text, ":");
  spec.arrival = one_of<ArrivalPattern>(parts[0], {{"constant", ArrivalPattern::Constant},
                                                   {"line", ArrivalPattern::Constant},
                                                   {"poisson", ArrivalPattern::Poisson},
                                                   {"burst", ArrivalPattern::Burst}});
  spec.line_rate = spec.line_rate || parts[0] == "line";
  const std::size_t most = spec.arrival == ArrivalPattern::Burst ? 2 : 1;
  if (parts.size() > most)
    throw BadValue{"constant, line, poisson or burst:N"};
  if (spec.arrival == ArrivalPattern::Burst && parts.size() < 2)
    throw BadValue{"burst:N, N frames together, for example burst:32"};
  if (spec.arrival == ArrivalPattern::Burst)
    spec.burst = integer(parts[1], 1u, 1'000'000u, "burst:N of 1 to 1000000 frames");
}

struct Key {
  const char* name;
  const char* values;
  const char* meaning;
  void (*set)(TrafficSpec&, const std::string&);
};

const std::vector<Key>& keys() {
  using S = TrafficSpec;
  using T = const std::string&;
  static const std::vector<Key> all = {
      {"size", "64|64-1518|imix", "bytes with FCS: 64 makes 60 captured ones (64)", set_size},
      {"count", "N|64k|1M", "packets (1000); also packets=", set_count},
      {"packets", "N|64k|1M", "the same as count", set_count},
      {"flows", "uniform:N|zipf:A:N|single|alternate[:N]", "who sends (uniform:100)", set_flows},
      {"proto", "tcp|udp|mix", "above IP (mix)",
       [](S& s, T t) {
         s.protocol = one_of<Protocol>(
             t, {{"tcp", Protocol::Tcp}, {"udp", Protocol::Udp}, {"mix", Protocol::Mix}});
       }},
      {"vlan", "N|0..2", "VLAN tags of a flow (0)", set_vlan},
      {"ipv6", "SHARE", "flows with IPv6 (0)", [](S& s, T t) { s.ipv6 = share(t); }},
      {"malformed", "SHARE", "broken packets (0)", [](S& s, T t) { s.malformed = share(t); }},
      {"options", "SHARE", "IPv4 and TCP options, IPv6 extension headers (0)",
       [](S& s, T t) { s.options = share(t); }},
      {"fragments", "SHARE", "IP fragments (0)", [](S& s, T t) { s.fragments = share(t); }},
      {"other", "SHARE", "ICMP, ARP, LLC, unknown EtherTypes (0)",
       [](S& s, T t) { s.other = share(t); }},
      {"tunnel", "ipip|gre|vxlan|mix|none[:SHARE]", "a tunnel around the packet (none)",
       set_tunnel},
      {"rate", "10G|5Mpps|line", "Gb/s on the wire, packets, or the port's (100G)", set_rate},
      {"arrival", "constant|line|poisson|burst:N", "gaps between packets (constant)", set_arrival},
      {"start", "NS", "time of the first packet in ns (1000000000)",
       [](S& s, T t) { s.start_ns = integer<std::uint64_t>(t, 0, 1ull << 62, "nanoseconds"); }},
      {"seed", "N", "of the random numbers (1)",
       [](S& s, T t) { s.seed = integer<std::uint32_t>(t, 0, ~0u, "a 32-bit number"); }},
  };
  return all;
}

std::optional<Diagnostic> apply(TrafficSpec& spec, const std::string& item) {
  const std::size_t equals = item.find('=');
  const std::string name = item.substr(0, equals);
  std::string known;
  for (const Key& key : keys()) {
    known += (known.empty() ? "" : ", ") + std::string(key.name);
    if (name != key.name)
      continue;
    try {
      if (equals == std::string::npos)
        throw BadValue{key.values};
      key.set(spec, item.substr(equals + 1));
      return std::nullopt;
    } catch (const BadValue& bad) {
      return diagnose("PW-IN-202",
                      "'" + item + "' in the traffic specification: expected " + bad.expected);
    }
  }
  return diagnose("PW-IN-201", "the traffic specification has no key '" + name + "'")
      .help("known keys: " + known);
}

} // namespace

bool is_traffic_key(const std::string& name) {
  return std::ranges::any_of(keys(), [&](const Key& key) { return name == key.name; });
}

TrafficSpec parse_traffic(const std::string& text, unsigned count) {
  TrafficSpec spec;
  spec.count = count;
  std::vector<Diagnostic> findings;
  std::set<std::string> given;
  for (const std::string& item : split(text, ",")) {
    if (item.empty())
      continue;
    const std::string key = item.substr(0, item.find('='));
    if (!given.insert(key == "count" ? "packets" : key).second)
      findings.push_back(
          diagnose("PW-IN-202", "'" + item +
                                    "' in the traffic specification: its key was given "
                                    "before"));
    else if (auto finding = apply(spec, item))
      findings.push_back(std::move(*finding));
  }
  if (!findings.empty())
    throw Failure(findings);
  return spec;
}

std::string traffic_help() {
  std::ostringstream text;
  for (const Key& key : keys()) {
    std::string left = std::string(key.name) + "=" + key.values;
    left.resize(std::max<std::size_t>(left.size() + 2, 48), ' ');
    text << "  " << left << key.meaning << "\n";
  }
  return text.str();
}

} // namespace pw
