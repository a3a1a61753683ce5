// What is read of `ip -j`, what is refused, and which entries the tables get.
#include "sim/routes/routes.h"

#include "sim/maps/contents.h"
#include "support/fib.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

using Bytes = std::vector<std::uint8_t>;

const std::string links = R"([
  {"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,"link_type":"loopback"},
  {"ifindex":5,"ifname":"eth0","flags":["UP"],"mtu":1500,"link_type":"ether","address":"02:00:00:00:00:05",
   "addr_info":[{"local":"10.0.0.1"},{"local":"fe80::5"}]},
  {"ifindex":7,"ifname":"tun0","flags":["UP"],"mtu":1400,"link_type":"none"}, {}])";
const std::string settings = R"([{"family":"inet","interface":"all","forwarding":true},
  {"family":"inet","interface":"eth0","forwarding":true},
  {"family":"inet6","interface":"eth0","forwarding":false}])";
const std::string local =
    R"([{"type":"local","dst":"10.0.0.1","dev":"eth0","table":"local","flags":[]}])";
const std::string complete = links + settings + "\n" + local;

std::string route(const std::string& fields) { return "[{\"dst\":" + fields + "}]"; }

std::string refusal(const std::string& text) {
  try {
    parse_routes(text, "routes.json");
    return "";
  } catch (const Failure& failure) {
    return failure.what();
  }
}

struct Refused {
  const char* code;
  std::string text;
};

void PrintTo(const Refused& r, std::ostream* out) { *out << r.code << " " << r.text; }

class Refusals : public testing::TestWithParam<Refused> {};

TEST_P(Refusals, NameTheirCode) {
  EXPECT_NE(refusal(GetParam().text).find(GetParam().code), std::string::npos)
      << refusal(GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Routes, Refusals,
    testing::Values(
        Refused{"PW-IN-302", "{"}, Refused{"PW-IN-302", "7"}, Refused{"PW-IN-302", "[7]"},
        Refused{"PW-IN-302", complete + R"([{"colour":"red"}])"},
        Refused{"PW-IN-302", complete + route(R"("10.0.0.0/33","dev":"eth0")")},
        Refused{"PW-IN-302", complete + route(R"("10.0.0/8","dev":"eth0")")},
        Refused{"PW-IN-302", complete + route(R"("10.0.0.0/8")")},
        Refused{"PW-IN-302", complete + route(R"("10.0.0.0/8","dev":"eth0","metric":"high")")},
        Refused{"PW-IN-302", complete + route(R"("10.0.0.0/8","dev":"eth0","type":"odd")")},
        Refused{"PW-IN-303", complete + route(R"("10.0.0.0/8","nexthops":[])")},
        Refused{"PW-IN-303", complete + route(R"("10.0.0.0/8","dev":"eth0","encap":"mpls")")},
        Refused{"PW-IN-303", complete + route(R"("10.0.0.0/8","dev":"eth0","tos":"0x10")")},
        Refused{"PW-IN-303", complete + route(R"("2001::/16","dev":"eth0","from":"2002::/16")")},
        Refused{"PW-IN-303",
                complete + route(R"("10.0.0.0/8","dev":"eth0","via":{"host":"fe80::1"})")},
        Refused{"PW-IN-303", complete + route(R"("10.0.0.0/8","dev":"eth0","table":"default")")},
        Refused{"PW-IN-303", complete + route(R"("10.0.0.0/8","dev":"tun0")")},
        Refused{"PW-IN-303", complete + route(R"("10.0.0.0/8","dev":"lo")")},
        Refused{"PW-IN-303",
                complete + route(R"("10.0.0.0/8","dev":"eth0","metrics":[{"mtu":1300}])")},
        Refused{"PW-IN-303", complete + route(R"("2001::/16","dev":"eth0","metric":7)") +
                                 route(R"("2001::/16","dev":"eth0","metric":7)")},
        Refused{"PW-IN-304", complete + R"([{"priority":5,"src":"all","table":"7"}])"},
        Refused{"PW-IN-304",
                complete + R"([{"priority":0,"src":"all","table":"local","iif":"eth0"}])"},
        Refused{"PW-IN-304", complete + R"([{"ifindex":9,"ifname":"red",
                              "link_type":"ether","address":"02:00:00:00:00:09",
                              "linkinfo":{"info_kind":"vrf"}}])"},
        Refused{"PW-IN-305", links + local}, Refused{"PW-IN-305", links + settings},
        Refused{"PW-IN-305", complete + route(R"("10.0.0.0/8","dev":"eth9")")}));

TEST(Routes, AFileThatIsNotThere) {
  try {
    read_routes("/nonexistent/routes.json");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-IN-301");
  }
}

TEST(Routes, WhatNoPacketComesToIsLeftOut) {
  const Routes r = parse_routes(
      complete + route(R"("10.0.0.0/8","dev":"eth0","table":"77")") +
          route(R"("10.0.0.0/8","dev":"eth0","flags":["dead"])") +
          route(R"("fe80::/64","dev":"eth0")") + route(R"("ff00::/8","dev":"tun0")") +
          R"([{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}])" +
          R"([{"dst":"10.0.0.2","dev":"eth0","state":["FAILED"]},
             {"dst":"10.0.0.3","dev":"eth0","lladdr":"02:00:00:00:00:03","state":["INCOMPLETE"]},
             {"dst":"10.0.0.4","dev":"eth0","lladdr":"02:00:00:00:00:04","state":["STALE"]}])",
      "routes.json");
  ASSERT_EQ(r.routes.size(), 1u);
  ASSERT_EQ(r.neighbours.size(), 1u);
  EXPECT_EQ(r.neighbours[0].address.bytes[3], 4);
  EXPECT_TRUE(r.link(5)->forwards[0]);
  EXPECT_FALSE(r.link(5)->forwards[1]);
}

TEST(Routes, FamilyOfDefaultRoutes) {
  const Routes r =
      parse_routes(complete + route(R"("default","dev":"eth0","pref":"medium","metric":9)") +
                       route(R"("default","gateway":"10.0.0.9","dev":"eth0",
                                "metrics":[{"mtu":1300,"lock":true}])"),
                   "routes.json");
  ASSERT_EQ(r.routes.size(), 3u);
  EXPECT_TRUE(r.routes[1].to.address.v6);
  EXPECT_FALSE(r.routes[2].to.address.v6);
  EXPECT_EQ(r.routes[2].mtu, 1300u);
}

// ---- tables ----

struct Subject {
  Object object;
  EngineInput input;
  Subject() {
    for (const char* name : {fib::links, fib::ipv4, fib::ipv4_output, fib::ipv6, fib::ipv6_main}) {
      MapDefinition m;
      m.name = name;
      m.role = MapRole::Routes;
      m.max_entries = 4;
      object.maps.push_back(m);
    }
    Program p;
    p.section = "xdp";
    object.programs.push_back(p);
    input.object = &object;
    input.program = &object.programs.front();
    input.environment.ifindex = 5;
  }
};

Bytes key(unsigned length, std::initializer_list<std::uint8_t> rest) {
  Bytes k = index_key(length);
  k.insert(k.end(), rest);
  return k;
}

TEST(RouteTables, SayTheNextHop) {
  const Routes r = parse_routes(
      complete + route(R"("10.0.0.0/8","dev":"eth0")") +
          route(R"("default","gateway":"10.0.0.4","dev":"eth0","metric":3)") +
          R"([{"dst":"10.0.0.4","dev":"eth0","lladdr":"02:00:00:00:00:04","state":["STALE"]}])",
      "routes.json");
  Subject s;
  s.input.routes = &r;
  const MapState tables = route_tables(s.input);
  const MapContents& v4 = tables.at(fib::ipv4);
  ASSERT_EQ(v4.size(), 4u);
  const Bytes& gateway = v4.at(key(0, {0, 0, 0, 0}));
  EXPECT_EQ(gateway[fib::flags], fib::has_gateway | fib::has_neighbour);
  EXPECT_EQ(gateway[fib::metric], 3);
  EXPECT_EQ(Bytes(gateway.begin() + fib::gateway, gateway.end()), (Bytes{10, 0, 0, 4}));
  EXPECT_EQ(Bytes(gateway.begin() + fib::macs, gateway.begin() + fib::gateway),
            (Bytes{2, 0, 0, 0, 0, 5, 2, 0, 0, 0, 0, 4}));
  EXPECT_EQ(v4.at(key(8, {10, 0, 0, 0}))[fib::flags], 0);
  EXPECT_EQ(v4.at(key(32, {10, 0, 0, 4}))[fib::flags], fib::has_neighbour);
  EXPECT_EQ(v4.at(key(32, {10, 0, 0, 1}))[fib::code], BPF_FIB_LKUP_RET_NOT_FWDED);
  EXPECT_EQ(tables.at(fib::links).at(index_key(5)), index_key(fib::forwards_ipv4));
}

TEST(RouteTables, DoNotContradictTheOptions) {
  const Routes r = parse_routes(complete, "routes.json");
  Subject s;
  s.input.routes = &r;
  const auto code = [&] {
    try {
      route_tables(s.input);
      return std::string();
    } catch (const Failure& failure) {
      return failure.diagnostics().front().code;
    }
  };
  EXPECT_EQ(code(), "");
  s.object.programs.front().section = "tc"; // whose packets are addressed to the interface
  s.object.programs.front().type = ProgramType::Tc;
  EXPECT_EQ(code(), "PW-IN-305");
  s.input.environment.mac = r.link(5)->mac;
  EXPECT_EQ(code(), "");
  s.object.programs.front().insns = {{.code = BPF_JMP | BPF_CALL,
                                      .dst_reg = 0,
                                      .src_reg = 0,
                                      .off = 0,
                                      .imm = BPF_FUNC_check_mtu}};
  EXPECT_EQ(code(), "");
  s.input.environment.mtu = 9000;
  EXPECT_EQ(code(), "PW-IN-305");
  s.input.environment = {};
  s.input.environment.ifindex = 6;
  EXPECT_EQ(code(), "PW-IN-305");
}

TEST(RouteTables, HardwareHasALimit) {
  std::string text = complete;
  for (int i = 0; i < 4; ++i)
    text += route("\"10." + std::to_string(i) + ".0.0/16\",\"dev\":\"eth0\"");
  const Routes r = parse_routes(text, "routes.json");
  Subject s;
  s.input.routes = &r;
  EXPECT_EQ(route_tables(s.input).at(fib::ipv4).size(), 5u);
  pipeline::Pipeline hardware;
  hardware.maps.resize(1);
  hardware.maps[0].name = fib::ipv4;
  s.input.pipeline = &hardware;
  try {
    route_tables(s.input);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-IN-306");
  }
  s.object.maps[1].max_entries = 5;
  EXPECT_EQ(route_tables(s.input).size(), 1u);
}

} // namespace
} // namespace pw
