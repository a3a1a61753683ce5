// One table of prefixes says what the kernel finds by longest match, metric, next hop and
// neighbour.
#include "sim/routes/routes.h"

#include "sim/maps/contents.h"
#include "support/fib.h"

#include <linux/bpf.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <set>

namespace pw {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Of a route alone; a route that the kernel takes as none is not forwarded either.
std::uint8_t code_of(unsigned type) {
  switch (type) {
  case RTN_UNICAST:
    return BPF_FIB_LKUP_RET_SUCCESS;
  case RTN_BLACKHOLE:
    return BPF_FIB_LKUP_RET_BLACKHOLE;
  case RTN_UNREACHABLE:
    return BPF_FIB_LKUP_RET_UNREACHABLE;
  case RTN_PROHIBIT:
    return BPF_FIB_LKUP_RET_PROHIBIT;
  default:
    return BPF_FIB_LKUP_RET_NOT_FWDED;
  }
}

void put32(Bytes& value, unsigned offset, std::uint32_t number) {
  std::ranges::copy(index_key(number), value.begin() + offset);
}

// Which routes a look-up sees.
struct View {
  bool v6 = false;
  bool local_first = false; // table local as a whole before table main
  bool main_only = false;
  std::uint32_t output = 0; // interface that next hops have to have; 0: any
};

class TableMaker {
public:
  TableMaker(const Routes& routes, const View& view) : routes_(routes), view_(view) {
    for (const Routes::Route& r : routes.routes)
      if (r.to.address.v6 == view.v6 && !(view.main_only && r.local) && goes_out(r))
        seen_.push_back(&r);
    // The first that covers a prefix counts. IPv4 keeps both tables in one trie.
    std::ranges::stable_sort(seen_, [&](const Routes::Route* a, const Routes::Route* b) {
      if (view.local_first && a->local != b->local)
        return a->local;
      if (a->to.length != b->to.length)
        return a->to.length > b->to.length;
      return a->local != b->local ? a->local : a->metric < b->metric;
    });
  }

  // By key {length, [output,] prefix}.
  MapContents make() const {
    MapContents contents;
    for (const Prefix& prefix : prefixes())
      contents[key_of(prefix)] = value_of(*find(prefix), prefix);
    return contents;
  }

private:
  bool goes_out(const Routes::Route& r) const {
    return view_.output == 0 || r.ifindex == 0 || r.ifindex == view_.output;
  }

  // Of those that are as long as the prefix at most.
  const Routes::Route* find(const Prefix& prefix) const {
    const auto covers = [&](const Routes::Route* r) { return r->to.covers(prefix); };
    const auto found = std::ranges::find_if(seen_, covers);
    return found == seen_.end() ? nullptr : *found;
  }

  // Where a route begins, and the neighbours that are reached without a gateway.
  std::set<Prefix> prefixes() const {
    std::set<Prefix> all;
    for (const Routes::Route* r : seen_)
      all.insert(r->to);
    for (const Routes::Neighbour& n : routes_.neighbours)
      if (n.address.v6 == view_.v6)
        if (const Prefix host{n.address, n.address.bits()}; is_direct(find(host), n.ifindex))
          all.insert(host);
    return all;
  }

  static bool is_direct(const Routes::Route* r, std::uint32_t ifindex) {
    return r != nullptr && r->type == RTN_UNICAST && !r->gateway && r->ifindex == ifindex;
  }

  Bytes key_of(const Prefix& prefix) const {
    Bytes key = index_key(prefix.length + (view_.output != 0 ? 32 : 0));
    if (view_.output != 0) {
      const auto index = index_key(view_.output);
      key.insert(key.end(), index.begin(), index.end());
    }
    const auto* first = prefix.address.bytes.data();
    key.insert(key.end(), first, first + prefix.address.bits() / 8);
    return key;
  }

  Bytes value_of(const Routes::Route& route, const Prefix& prefix) const {
    Bytes value(fib::value_bytes(view_.v6));
    value[fib::code] = code_of(route.type);
    if (route.type != RTN_UNICAST)
      return value;
    const Routes::Link& link = *routes_.link(route.ifindex);
    put32(value, fib::mtu, mtu_of(route, link));
    put32(value, fib::device_mtu, link.mtu);
    put32(value, fib::ifindex, route.ifindex);
    put32(value, fib::metric, route.metric);
    if (route.gateway) {
      value[fib::flags] |= fib::has_gateway;
      std::copy_n(route.gateway->bytes.begin(), view_.v6 ? 16 : 4, value.begin() + fib::gateway);
    }
    if (!route.gateway && prefix.length != prefix.address.bits())
      return value; // who the neighbour is depends on the destination
    if (const auto* mac = neighbour(route.gateway.value_or(prefix.address), route.ifindex)) {
      value[fib::flags] |= fib::has_neighbour;
      std::ranges::copy(link.mac, value.begin() + fib::macs);
      std::ranges::copy(*mac, value.begin() + fib::macs + 6);
    }
    return value;
  }

  std::uint32_t mtu_of(const Routes::Route& route, const Routes::Link& link) const {
    constexpr std::uint32_t least_v6 = 1280, most_v4 = 0xffff, most_v6 = 0xffff + 40;
    if (route.mtu)
      return *route.mtu;
    return view_.v6 ? std::clamp(link.mtu, least_v6, most_v6) : std::min(link.mtu, most_v4);
  }

  const std::array<std::uint8_t, 6>* neighbour(const IpAddress& address,
                                               std::uint32_t ifindex) const {
    const auto same = [&](const Routes::Neighbour& n) {
      return n.ifindex == ifindex && n.address == address;
    };
    const auto found = std::ranges::find_if(routes_.neighbours, same);
    return found == routes_.neighbours.end() ? nullptr : &found->mac;
  }

  const Routes& routes_;
  const View view_;
  std::vector<const Routes::Route*> seen_;
};

MapContents links_of(const Routes& routes) {
  MapContents contents;
  for (const Routes::Link& link : routes.links)
    contents[index_key(link.ifindex)] = index_key((link.forwards[0] ? fib::forwards_ipv4 : 0) |
                                                  (link.forwards[1] ? fib::forwards_ipv6 : 0));
  return contents;
}

// What there is without a file.
Routes only_ingress(const Environment& e) {
  Routes routes;
  Routes::Link link;
  link.ifindex = e.ifindex;
  link.mtu = e.mtu;
  routes.links.push_back(link);
  return routes;
}

void check_ingress(const Routes& routes, std::uint32_t ifindex) {
  if (routes.link(ifindex) != nullptr)
    return;
  std::string known;
  for (const Routes::Link& link : routes.links)
    known += (known.empty() ? "" : ", ") + std::to_string(link.ifindex) + " " + link.name;
  throw Failure(diagnose("PW-IN-305", "the routes know no interface " + std::to_string(ifindex) +
                                          ", on which packets come in")
                    .help("give --ifindex one of them: " + known));
}

bool calls(const Object& object, std::int32_t helper) {
  return std::ranges::any_of(object.programs, [&](const Program& p) {
    return std::ranges::any_of(p.insns, [&](const bpf_insn& i) {
      return i.code == (BPF_JMP | BPF_CALL) && i.src_reg == 0 && i.imm == helper;
    });
  });
}

// What options say of interfaces besides the routes.
void check_options(const EngineInput& input, const Routes& routes) {
  const auto differs = [](const Routes::Link& link, const std::string& what, const char* option) {
    return Failure(diagnose("PW-IN-305", "interface '" + link.name +
                                             "' of the routes has another " + what + " than " +
                                             option + " says")
                       .help(std::string("give ") + option + " what the routes say"));
  };
  const Environment& e = input.environment;
  const Routes::Link& ingress = *routes.link(e.ifindex);
  if (program_type(*input.program) == ProgramType::Tc && ingress.ethernet && ingress.mac != e.mac)
    throw differs(ingress, "address", "--mac");
  if (calls(*input.object, BPF_FUNC_check_mtu))
    for (const Routes::Link& link : routes.links)
      if (link.ethernet && link.mtu != e.mtu)
        throw differs(link, "MTU", "--mtu");
}

// Only hardware has a limit. A table that the program never looks into is not there.
void fit(MapState& state, const EngineInput& input) {
  const auto& maps = input.pipeline->maps;
  std::erase_if(state, [&](const auto& table) {
    return std::ranges::find(maps, table.first, &pipeline::Map::name) == maps.end();
  });
  for (const auto& [name, contents] : state)
    if (const auto room = find_map(*input.object, name)->max_entries; contents.size() > room)
      throw Failure(diagnose("PW-IN-306", "the routes need more than the " + std::to_string(room) +
                                              " entries of table " + name)
                        .help("make it larger: --entries " + name + "=N"));
}

} // namespace

MapState route_tables(const EngineInput& input) {
  MapState state;
  if (input.object == nullptr || find_map(*input.object, fib::links) == nullptr)
    return state;
  const Routes routes = input.routes ? *input.routes : only_ingress(input.environment);
  check_ingress(routes, input.environment.ifindex);
  if (input.routes != nullptr)
    check_options(input, routes);
  const auto table = [&](const View& view) { return TableMaker(routes, view).make(); };
  state[fib::links] = links_of(routes);
  state[fib::ipv4] = table({});
  state[fib::ipv6] = table({.v6 = true, .local_first = true});
  state[fib::ipv6_main] = table({.v6 = true, .main_only = true});
  for (const Routes::Link& link : routes.links)
    state[fib::ipv4_output].merge(table({.output = link.ifindex}));
  if (input.pipeline != nullptr)
    fit(state, input);
  return state;
}

} // namespace pw
