#include "sim/kernel/network.h"

#include "sim/kernel/netlink.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <net/if.h>

#include <algorithm>
#include <fstream>

namespace pw::kernel {

namespace {

Failure impossible(const std::string& what, const std::string& why) {
  return Failure(
      diagnose("PW-ENG-004", "the kernel engine can't have " + what + " of the routes: " + why)
          .help("compare without it: --engines interp,model,rtl"));
}

std::string text_of(const IpAddress& a) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(a.v6 ? AF_INET6 : AF_INET, a.bytes.data(), text.data(), text.size());
  return text.data();
}

std::string describe(const Routes::Route& route) {
  return "the route to " + text_of(route.to.address) + "/" + std::to_string(route.to.length) +
         (route.gateway ? " via " + text_of(*route.gateway) : "") +
         (route.ifindex != 0 ? " by interface " + std::to_string(route.ifindex) : "");
}

// /proc/sys/net is that of the namespace in which it is opened.
void set(const std::string& family, const std::string& device, const std::string& name, bool to) {
  const std::string path = "/proc/sys/net/" + family + "/conf/" + device + "/" + name;
  std::ofstream file(path);
  if (!(file << (to ? 1 : 0) << std::flush))
    throw impossible("forwarding", path + " can't be written");
}

// Interfaces without addresses or routes of their own.
void set_defaults() {
  for (const char* all : {"all", "default"}) {
    set("ipv4", all, "forwarding", false);
    set("ipv4", all, "ignore_routes_with_linkdown", false);
    set("ipv6", all, "forwarding", false);
    set("ipv6", all, "accept_ra", false);
  }
  set("ipv6", "default", "addr_gen_mode", true); // none
}

void make_link(const Routes::Link& link, Devices& devices, std::uint32_t queues) {
  const std::string name = "interface '" + link.name + "'";
  if (link.loopback != (link.ifindex == 1))
    throw impossible(name, "only interface 1 is the loopback");
  auto problem = devices.ensure(link.ifindex, queues, link.ethernet ? &link.mac : nullptr);
  if (!problem && !link.loopback)
    problem = devices.set_mtu(link.ifindex, link.mtu);
  if (problem)
    throw impossible(name, *problem);
  ifinfomsg info{};
  info.ifi_index = static_cast<int>(link.ifindex);
  info.ifi_flags = link.up ? IFF_UP : 0u;
  info.ifi_change = IFF_UP;
  if (const int error = NetlinkRequest(RTM_NEWLINK, 0, info).send(); error != 0)
    throw impossible(name, std::strerror(-error));
  const std::string device = device_name(link.ifindex);
  set("ipv4", device, "forwarding", link.forwards[0]);
  if (link.forwards[1]) // there may be no IPv6 on it at all
    set("ipv6", device, "forwarding", true);
}

// The addresses that the loopback gets by itself, with their routes; in the file they are if they
// are there.
void clear_loopback() {
  for (const bool v6 : {false, true}) {
    ifaddrmsg message{};
    message.ifa_family = v6 ? AF_INET6 : AF_INET;
    message.ifa_prefixlen = v6 ? 128 : 8;
    message.ifa_index = 1;
    NetlinkRequest request(RTM_DELADDR, 0, message);
    const std::array<std::uint8_t, 4> v4_address = {127, 0, 0, 1};
    std::array<std::uint8_t, 16> v6_address{};
    v6_address[15] = 1;
    if (v6)
      request.attribute(IFA_LOCAL, v6_address.data(), v6_address.size());
    else
      request.attribute(IFA_LOCAL, v4_address.data(), v4_address.size());
    request.send(); // it is no matter if there is none
  }
}

unsigned scope_of(const Routes::Route& route) {
  if (route.to.address.v6 || route.gateway || route.ifindex == 0)
    return RT_SCOPE_UNIVERSE;
  return route.type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK;
}

void add_metrics(NetlinkRequest& request, std::uint32_t mtu) {
  const std::size_t nest = request.begin(RTA_METRICS);
  request.attribute(RTAX_LOCK, 1u << RTAX_MTU);
  request.attribute(RTAX_MTU, mtu);
  request.end(nest);
}

// Gateways are on the link of their interface, whatever other routes say.
void add_route(const Routes::Route& route) {
  const IpAddress& to = route.to.address;
  rtmsg message{};
  message.rtm_family = to.v6 ? AF_INET6 : AF_INET;
  message.rtm_dst_len = static_cast<std::uint8_t>(route.to.length);
  message.rtm_table = route.local ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
  message.rtm_protocol = RTPROT_STATIC;
  message.rtm_scope = static_cast<std::uint8_t>(scope_of(route));
  message.rtm_type = static_cast<std::uint8_t>(route.type);
  message.rtm_flags = route.gateway ? unsigned{RTNH_F_ONLINK} : 0u;
  NetlinkRequest request(RTM_NEWROUTE, NLM_F_CREATE | (to.v6 ? 0 : NLM_F_APPEND), message);
  request.attribute(RTA_DST, to.bytes.data(), to.bits() / 8);
  if (route.gateway)
    request.attribute(RTA_GATEWAY, route.gateway->bytes.data(), to.bits() / 8);
  if (route.ifindex != 0)
    request.attribute(RTA_OIF, route.ifindex);
  if (route.metric != 0)
    request.attribute(RTA_PRIORITY, route.metric);
  if (route.mtu)
    add_metrics(request, *route.mtu);
  if (const int error = request.send(); error != 0)
    throw impossible(describe(route), std::strerror(-error));
}

void add_neighbour(const Routes::Neighbour& neighbour) {
  ndmsg message{};
  message.ndm_family = neighbour.address.v6 ? AF_INET6 : AF_INET;
  message.ndm_ifindex = static_cast<int>(neighbour.ifindex);
  message.ndm_state = NUD_PERMANENT;
  NetlinkRequest request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, message);
  request.attribute(NDA_DST, neighbour.address.bytes.data(), neighbour.address.bits() / 8);
  request.attribute(NDA_LLADDR, neighbour.mac.data(), neighbour.mac.size());
  if (const int error = request.send(); error != 0)
    throw impossible("the neighbour " + text_of(neighbour.address), std::strerror(-error));
}

} // namespace

void make_network(const Routes& routes, Devices& devices, std::uint32_t ingress,
                  std::uint32_t queues) {
  set_defaults();
  for (const Routes::Link& link : routes.links)
    make_link(link, devices, link.ifindex == ingress ? queues : 1);
  clear_loopback();
  // What is on a link comes first: a gateway is found by it.
  for (const bool gateways : {false, true})
    for (const Routes::Route& route : routes.routes)
      if (route.gateway.has_value() == gateways)
        add_route(route);
  for (const Routes::Neighbour& neighbour : routes.neighbours)
    add_neighbour(neighbour);
}

} // namespace pw::kernel
