// Routes as iproute2 prints them in JSON.
#include "sim/routes/routes.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace pw {
namespace {

using nlohmann::json;

std::string text_of(const json& item, const char* key) {
  const auto at = item.find(key);
  return at != item.end() && at->is_string() ? at->get<std::string>() : "";
}

// Throws std::runtime_error with what is wrong.
std::uint32_t number_of(const json& item, const char* key, std::uint32_t otherwise) {
  const auto at = item.find(key);
  if (at == item.end())
    return otherwise;
  if (!at->is_number_unsigned() || at->get<std::uint64_t>() > 0xffffffff)
    throw std::runtime_error(std::string("\"") + key + "\" is no number of 32 bits");
  return at->get<std::uint32_t>();
}

bool flag_of(const json& item, const char* key) {
  const auto at = item.find(key);
  return at != item.end() && at->is_boolean() && at->get<bool>();
}

bool lists(const json& item, const char* key, const std::string& word) {
  const auto at = item.find(key);
  return at != item.end() && at->is_array() &&
         std::ranges::any_of(*at, [&](const json& one) { return one == word; });
}

IpAddress address_of(const std::string& text) {
  IpAddress a;
  a.v6 = text.find(':') != std::string::npos;
  if (::inet_pton(a.v6 ? AF_INET6 : AF_INET, text.c_str(), a.bytes.data()) != 1)
    throw std::runtime_error("'" + text + "' is no address");
  return a;
}

Prefix prefix_of(const std::string& text, bool v6) {
  Prefix p;
  p.address.v6 = v6;
  if (text == "default")
    return p;
  const auto slash = text.find('/');
  p.address = address_of(text.substr(0, slash));
  p.length = p.address.bits();
  if (slash != std::string::npos) {
    char* end = nullptr;
    p.length = static_cast<unsigned>(std::strtoul(text.c_str() + slash + 1, &end, 10));
    if (*end != 0 || end == text.c_str() + slash + 1 || p.length > p.address.bits())
      throw std::runtime_error("'" + text + "' is no prefix");
  }
  for (unsigned bit = p.length; bit < p.address.bits(); ++bit)
    p.address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  return p;
}

std::array<std::uint8_t, 6> mac_of(const std::string& text) {
  std::array<std::uint8_t, 6> mac{};
  int end = 0;
  if (std::sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
                  &mac[3], &mac[4], &mac[5], &end) != 6 ||
      static_cast<std::size_t>(end) != text.size())
    throw std::runtime_error("'" + text + "' is no Ethernet address");
  return mac;
}

const std::map<std::string, unsigned> route_types = {
    {"unicast", RTN_UNICAST},         {"local", RTN_LOCAL},         {"broadcast", RTN_BROADCAST},
    {"anycast", RTN_ANYCAST},         {"multicast", RTN_MULTICAST}, {"blackhole", RTN_BLACKHOLE},
    {"unreachable", RTN_UNREACHABLE}, {"prohibit", RTN_PROHIBIT},   {"throw", RTN_THROW}};

// Nobody looks up what is never forwarded, and there are such routes on every interface.
bool stays_on_link(const Prefix& p) {
  const auto first = p.address.bytes[0], second = p.address.bytes[1];
  return p.address.v6 && ((p.length >= 8 && first == 0xff) ||
                          (p.length >= 10 && first == 0xfe && (second & 0xc0) == 0x80));
}

class Reader {
public:
  explicit Reader(const std::string& source) : source_(source) {}

  Routes read(const std::string& text) {
    std::istringstream in(text);
    try {
      while (in >> std::ws, in.peek() != std::istringstream::traits_type::eof()) {
        json document;
        in >> document;
        sort(document);
      }
    } catch (const json::exception& error) {
      throw Failure(diagnose("PW-IN-302", source_ + " is not valid JSON: " + error.what())
                        .help("write what ip -j prints into it, one command behind the other"));
    }
    read_all();
    if (!findings_.empty())
      throw Failure(findings_);
    return std::move(out_);
  }

private:
  void report(const char* code, const std::string& message, const std::string& help) {
    findings_.push_back(diagnose(code, source_ + ": " + message).help(help));
  }

  // By what they are: routes name interfaces that may come later.
  void sort(const json& document) {
    if (!document.is_array())
      return report("PW-IN-302", "a list is expected", "write what ip -j prints into it");
    for (const json& item : document) {
      if (!item.is_object())
        report("PW-IN-302", "'" + item.dump() + "' is not understood", "write what ip -j prints");
      else if (item.contains("ifindex") && item.contains("ifname"))
        links_.push_back(item);
      else if (item.contains("interface"))
        settings_.push_back(item);
      else if (item.contains("priority") && item.contains("src"))
        rules_.push_back(item);
      else if (item.contains("dst") && item.contains("state"))
        neighbours_.push_back(item);
      else if (item.contains("dst"))
        routes_.push_back(item);
      else if (!item.empty())
        report("PW-IN-302", "'" + item.dump() + "' is neither an interface nor a route",
               "write what ip -j address, route, neighbour, netconf and rule print");
    }
  }

  template <typename Read> void each(const std::vector<json>& items, const Read& read) {
    for (const json& item : items)
      try {
        read(item);
      } catch (const std::runtime_error& error) {
        report("PW-IN-302", std::string(error.what()) + " in " + item.dump(),
               "write what ip -j prints");
      }
  }

  void read_all() {
    each(links_, [&](const json& item) { read_link(item); });
    each(settings_, [&](const json& item) { read_setting(item); });
    each(rules_, [&](const json& item) { read_rule(item); });
    each(neighbours_, [&](const json& item) { read_neighbour(item); });
    each(routes_, [&](const json& item) { read_route(item); });
    check_links();
    check_local();
  }

  // `ip -j link` and `ip -j address` both tell of interfaces.
  void read_link(const json& item) {
    Routes::Link link;
    link.ifindex = number_of(item, "ifindex", 0);
    link.name = text_of(item, "ifname");
    link.mtu = number_of(item, "mtu", 1500);
    link.up = lists(item, "flags", "UP");
    link.loopback = lists(item, "flags", "LOOPBACK");
    link.ethernet = text_of(item, "link_type") == "ether";
    if (link.ethernet)
      link.mac = mac_of(text_of(item, "address"));
    if (link.ifindex == 0 || link.mtu == 0)
      throw std::runtime_error("no interface");
    const auto info = item.find("linkinfo");
    if (info != item.end() &&
        (text_of(*info, "info_kind") == "vrf" || text_of(*info, "info_slave_kind") == "vrf"))
      report("PW-IN-304", "interface '" + link.name + "' belongs to a VRF",
             "only the routes of tables local and main are known in hardware");
    const auto known = std::ranges::find(out_.links, link.ifindex, &Routes::Link::ifindex);
    if (known == out_.links.end())
      out_.links.push_back(link);
    const auto addresses = item.find("addr_info");
    if (addresses != item.end() && addresses->is_array())
      for (const json& one : *addresses)
        if (!text_of(one, "local").empty())
          own_.push_back(address_of(text_of(one, "local")));
  }

  Routes::Link* find_link(const std::string& name) {
    const auto link = std::ranges::find(out_.links, name, &Routes::Link::name);
    if (link != out_.links.end())
      return &*link;
    if (unknown_.insert(name).second)
      report("PW-IN-305", "there is no interface '" + name + "' in it",
             "append what ip -j address prints");
    return nullptr;
  }

  void read_setting(const json& item) {
    const std::string name = text_of(item, "interface"), family = text_of(item, "family");
    if (name == "all" || name == "default" || (family != "inet" && family != "inet6"))
      return;
    if (Routes::Link* link = find_link(name)) {
      link->forwards[family == "inet6"] = flag_of(item, "forwarding");
      link->ignores_linkdown[family == "inet6"] = flag_of(item, "ignore_routes_with_linkdown");
    }
  }

  void read_rule(const json& item) {
    static const std::map<std::string, std::uint32_t> standard = {
        {"local", 0}, {"main", 32766}, {"default", 32767}};
    const auto table = standard.find(text_of(item, "table"));
    const std::set<std::string> plain = {"priority", "src", "table", "protocol"};
    const bool simple = std::ranges::all_of(
        item.items(), [&](const auto& entry) { return plain.contains(entry.key()); });
    if (table == standard.end() || !simple || text_of(item, "src") != "all" ||
        number_of(item, "priority", ~0u) != table->second)
      report("PW-IN-304", "the policy rule " + item.dump() + " chooses a table",
             "only the routes of tables local and main are known in hardware");
  }

  void read_neighbour(const json& item) {
    static const char* const valid[] = {"PERMANENT", "NOARP", "REACHABLE",
                                        "PROBE",     "STALE", "DELAY"};
    const bool known =
        std::ranges::any_of(valid, [&](const char* state) { return lists(item, "state", state); });
    if (!known || !item.contains("lladdr"))
      return;
    const Routes::Link* link = find_link(text_of(item, "dev"));
    if (link == nullptr || !link->ethernet)
      return;
    out_.neighbours.push_back(
        {address_of(text_of(item, "dst")), link->ifindex, mac_of(text_of(item, "lladdr"))});
  }

  // ip prints no family; a default route without a gateway has it in its preference.
  static bool is_v6(const json& item) {
    for (const char* key : {"dst", "gateway", "prefsrc"})
      if (const std::string text = text_of(item, key); text.find_first_of(".:") != text.npos)
        return text.find(':') != text.npos;
    return item.contains("pref");
  }

  // Why the tables can't show it; "" if they can.
  static std::string unmodelled(const json& item) {
    if (item.contains("nexthops"))
      return "it has several next hops, among which a hash of the host chooses";
    if (item.contains("encap"))
      return "it encapsulates";
    if (item.contains("tos"))
      return "it is for one type of service";
    if (item.contains("from") || item.contains("src"))
      return "it is for some sources";
    if (item.contains("via"))
      return "its next hop is of another family";
    if (text_of(item, "table") == "default")
      return "it is in table default";
    return "";
  }

  void read_route(const json& item) {
    const std::string table = text_of(item, "table");
    if (!table.empty() && table != "main" && table != "local" && table != "default")
      return; // no rule leads there
    const std::string type = text_of(item, "type");
    const auto known = route_types.find(type.empty() ? "unicast" : type);
    if (known == route_types.end())
      throw std::runtime_error("'" + type + "' is no type of routes");
    Routes::Route route;
    route.to = prefix_of(text_of(item, "dst"), is_v6(item));
    route.type = known->second;
    route.local = table == "local";
    const bool v6 = route.to.address.v6;
    route.metric = number_of(item, "metric", v6 && !route.local ? 1024 : 0);
    if (stays_on_link(route.to))
      return;
    if (const std::string why = unmodelled(item); !why.empty())
      return report("PW-IN-303", "the route " + item.dump() + " is not modelled: " + why,
                    "leave it out, if no packet goes that way");
    if (const std::string gateway = text_of(item, "gateway"); !gateway.empty())
      route.gateway = address_of(gateway);
    if (usable(item, route))
      add(item, route);
  }

  bool usable(const json& item, Routes::Route& route) {
    const bool v6 = route.to.address.v6;
    const std::string device = text_of(item, "dev");
    const bool rejects = route.type == RTN_BLACKHOLE || route.type == RTN_UNREACHABLE ||
                         route.type == RTN_PROHIBIT || route.type == RTN_THROW;
    if (rejects)
      return true;
    if (device.empty())
      throw std::runtime_error("\"dev\" is missing");
    const Routes::Link* link = find_link(device);
    if (link == nullptr || lists(item, "flags", "dead") ||
        (lists(item, "flags", "linkdown") && link->ignores_linkdown[v6]))
      return false;
    route.ifindex = link->ifindex;
    if (route.type == RTN_UNICAST && !link->ethernet) {
      report("PW-IN-303",
             "the route " + item.dump() + " is not modelled: '" + device + "' is no Ethernet",
             "leave it out, if no packet goes that way");
      return false;
    }
    return read_mtu(item, route);
  }

  // ip does not print whether the MTU is locked, and only then it counts.
  bool read_mtu(const json& item, Routes::Route& route) {
    for (const json& metrics : item.value("metrics", json::array())) {
      const std::uint32_t mtu = number_of(metrics, "mtu", 0);
      if (mtu == 0)
        continue;
      if (!metrics.contains("lock")) {
        report("PW-IN-303",
               "the route " + item.dump() +
                   " has an MTU, and whether it is locked "
                   "is not said",
               "write \"lock\":true or \"lock\":false beside the \"mtu\"");
        return false;
      }
      if (flag_of(metrics, "lock"))
        route.mtu = mtu;
    }
    return true;
  }

  // IPv6 chooses among routes of one metric by interface and reachability.
  void add(const json& item, const Routes::Route& route) {
    const auto same = [&](const Routes::Route& other) {
      return other.to == route.to && other.local == route.local && other.metric == route.metric;
    };
    if (route.to.address.v6 && std::ranges::any_of(out_.routes, same))
      return report("PW-IN-303",
                    "the route " + item.dump() +
                        " is not modelled: another one has the same "
                        "destination and metric",
                    "leave out one of them");
    out_.routes.push_back(route);
  }

  void check_links() {
    if (settings_.empty())
      report("PW-IN-305", "nothing in it says which interfaces forward packets",
             "append what ip -j netconf prints");
  }

  // An address of the host is a route in table local.
  void check_local() {
    const auto has_route = [&](const IpAddress& a) {
      return stays_on_link({a, a.bits()}) ||
             std::ranges::any_of(out_.routes, [&](const Routes::Route& r) {
               return r.to == Prefix{a, a.bits()} && r.local;
             });
    };
    if (!std::ranges::all_of(own_, has_route))
      report("PW-IN-305", "an address of the host has no route in table local",
             "append what ip -j -4 route show table all and ip -j -6 route show table all print");
  }

  const std::string& source_;
  Routes out_;
  std::vector<json> links_, settings_, rules_, neighbours_, routes_;
  std::vector<IpAddress> own_;
  std::set<std::string> unknown_;
  std::vector<Diagnostic> findings_;
};

} // namespace

Routes parse_routes(const std::string& text, const std::string& source) {
  return Reader(source).read(text);
}

Routes read_routes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw Failure(diagnose("PW-IN-301", "routes file '" + path + "' can't be read"));
  return parse_routes(text.str(), path);
}

} // namespace pw
