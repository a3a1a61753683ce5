#include "sim/traffic/headers.h"
#include "sim/traffic/traffic.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace pw {
namespace {

std::vector<Packet> traffic_of(const std::string& spec) {
  return generate_traffic(parse_traffic(spec));
}

std::uint16_t big16(const Packet& packet, std::size_t at) {
  return static_cast<std::uint16_t>(packet.bytes.at(at) << 8 | packet.bytes.at(at + 1));
}

// Addresses and ports of an IPv4 packet without tags and options.
std::vector<std::uint8_t> tuple(const Packet& packet) {
  return {packet.bytes.begin() + 26, packet.bytes.begin() + 38};
}

TEST(Traffic, TheSameTextGivesTheSamePackets) {
  const std::string spec =
      "size=imix,count=300,flows=zipf:1.1:50,vlan=0..2,ipv6=30%,malformed=10%,"
      "options=20%,fragments=5%,other=10%,tunnel=mix:20%,arrival=poisson,seed=";
  const auto a = traffic_of(spec + "7"), b = traffic_of(spec + "7"), c = traffic_of(spec + "8");
  ASSERT_EQ(a.size(), 300u);
  unsigned same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].bytes, b[i].bytes);
    EXPECT_EQ(a[i].time_ns, b[i].time_ns);
    same += a[i].bytes == c[i].bytes ? 1 : 0;
  }
  EXPECT_LT(same, 10u);
}

TEST(Traffic, SizesCountTheFcs) {
  for (const Packet& packet : traffic_of("size=64,count=50"))
    EXPECT_EQ(packet.bytes.size(), 60u);
  std::set<std::size_t> sizes;
  for (const Packet& packet : traffic_of("size=100-104,count=200"))
    sizes.insert(packet.bytes.size());
  EXPECT_EQ(sizes, (std::set<std::size_t>{96, 97, 98, 99, 100}));
  std::map<std::size_t, unsigned> mix;
  for (const Packet& packet : traffic_of("size=imix,count=1200"))
    ++mix[packet.bytes.size()];
  EXPECT_EQ(mix.size(), 3u);
  EXPECT_NEAR(mix[60], 700, 60);
  EXPECT_NEAR(mix[590], 400, 60);
  EXPECT_NEAR(mix[1514], 100, 40);
}

TEST(Traffic, ChecksumsAndLengthsAreRight) {
  for (const Packet& packet : traffic_of("size=64-400,count=300,options=50%")) {
    ASSERT_EQ(big16(packet, 12), 0x0800);
    const std::size_t header = (packet.bytes[14] & 15) * 4u, total = big16(packet, 16);
    ASSERT_LE(14 + total, packet.bytes.size());
    const auto ip = std::span(packet.bytes).subspan(14, header);
    EXPECT_EQ(traffic::internet_checksum(ip), 0);
    const auto segment = std::span(packet.bytes).subspan(14 + header, total - header);
    traffic::Bytes pseudo(ip.begin() + 12, ip.begin() + 20);
    traffic::put_big(pseudo, ip[9], 2);
    traffic::put_big(pseudo, segment.size(), 2);
    pseudo.insert(pseudo.end(), segment.begin(), segment.end());
    EXPECT_EQ(traffic::internet_checksum(pseudo), 0);
  }
}

TEST(Traffic, FlowPatterns) {
  const auto distinct = [](const std::string& flows) {
    std::map<std::vector<std::uint8_t>, unsigned> seen;
    for (const Packet& packet : traffic_of("size=64,count=2000,proto=udp,flows=" + flows))
      ++seen[tuple(packet)];
    return seen;
  };
  EXPECT_EQ(distinct("single").size(), 1u);
  const auto pair = distinct("alternate");
  EXPECT_EQ(pair.size(), 2u);
  EXPECT_EQ(pair.begin()->second, 1000u);
  EXPECT_EQ(distinct("uniform:16").size(), 16u);
  unsigned most = 0;
  for (const auto& [flow, count] : distinct("zipf:1.1:100"))
    most = std::max(most, count);
  EXPECT_GT(most, 300u); // the first flow of 100 has about a fifth
  EXPECT_LT(most, 700u);
}

TEST(Traffic, KindsOfPacketsComeAsAskedFor) {
  unsigned v6 = 0, tagged = 0;
  for (const Packet& packet :
       traffic_of("size=128,count=1000,ipv6=50%,vlan=1..2,flows=uniform:200")) {
    const bool two = big16(packet, 12) == 0x88a8;
    EXPECT_TRUE(two || big16(packet, 12) == 0x8100);
    tagged += two ? 1 : 0;
    v6 += big16(packet, two ? 20 : 16) == 0x86dd ? 1 : 0;
  }
  EXPECT_NEAR(v6, 500, 120);
  EXPECT_NEAR(tagged, 500, 120);
  for (const Packet& packet : traffic_of("size=128,count=20,tunnel=vxlan,proto=tcp"))
    EXPECT_EQ(big16(packet, 36), 4789);
  for (const Packet& packet : traffic_of("size=128,count=20,tunnel=ipip,proto=tcp"))
    EXPECT_EQ(packet.bytes[23], 4);
  for (const Packet& packet : traffic_of("size=128,count=20,tunnel=gre,proto=tcp"))
    EXPECT_EQ(packet.bytes[23], 47);
}

TEST(Traffic, MalformedOnesDiffer) {
  std::set<std::size_t> sizes;
  for (const Packet& packet : traffic_of("size=64,count=500,malformed=100%"))
    sizes.insert(packet.bytes.size());
  EXPECT_GT(sizes.size(), 30u); // cut anywhere
  EXPECT_LT(*sizes.begin(), 14u);
}

TEST(Traffic, ArrivalsAtTheLineRate) {
  const auto packets = traffic_of("size=64,count=1001,rate=100");
  EXPECT_EQ(packets.front().time_ns, 1'000'000'000u);
  EXPECT_NEAR(static_cast<double>(packets.back().time_ns - packets.front().time_ns), 6720, 1);
  const auto poisson = traffic_of("size=64,count=5001,rate=10gbps,arrival=poisson");
  EXPECT_NEAR(static_cast<double>(poisson.back().time_ns - poisson.front().time_ns), 336000, 20000);
}

TEST(Traffic, UnknownKeysListTheKnownOnes) {
  try {
    parse_traffic("sise=64,count=x,flows=zipf:1:2:3");
    FAIL();
  } catch (const Failure& failure) {
    ASSERT_EQ(failure.diagnostics().size(), 3u);
    EXPECT_EQ(failure.diagnostics()[0].code, "PW-IN-201");
    EXPECT_NE(failure.diagnostics()[0].remedy.find("malformed"), std::string::npos);
    EXPECT_EQ(failure.diagnostics()[1].code, "PW-IN-202");
    EXPECT_EQ(failure.diagnostics()[2].code, "PW-IN-202");
  }
}

TEST(Traffic, HowManyIfItIsNotSaid) {
  EXPECT_EQ(parse_traffic("size=64").count, 1000u);
  EXPECT_EQ(parse_traffic("size=64", 5).count, 5u);
  EXPECT_EQ(parse_traffic("count=7", 5).count, 7u);
}

TEST(Traffic, ANumberOfFlowsIsShownHow) {
  try {
    parse_traffic("flows=1000");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("(uniform:1000)"), std::string::npos);
  }
}

TEST(Traffic, BadValuesAreRefused) {
  for (const char* spec :
       {"size=",        "size=0",        "size=100-64",     "size=64-",         "count=-1",
        "count",        "flows=many",    "flows=uniform:0", "vlan=3..1",        "vlan=9",
        "ipv6=101%",    "malformed=nan", "rate=0",          "tunnel=ipip:2",    "seed=4294967296",
        "proto=sctp",   "vlan=1..2..3",  "flows=1000",      "size=64,size=128", "count=1,packets=2",
        "arrival=burst"})
    EXPECT_THROW(parse_traffic(spec), Failure) << spec;
  for (const char* spec :
       {"", "size=64", "malformed=0.05", "flows=alternate:3,", "tunnel=gre:50%", "rate=40g"})
    EXPECT_NO_THROW(parse_traffic(spec)) << spec;
}

TEST(Traffic, HelpNamesEveryKey) {
  const std::string help = traffic_help();
  for (const char* key :
       {"size=", "count=", "flows=", "proto=", "vlan=", "ipv6=", "malformed=", "options=",
        "fragments=", "other=", "tunnel=", "rate=", "arrival=", "start=", "seed="})
    EXPECT_NE(help.find(key), std::string::npos) << key;
}

} // namespace
} // namespace pw
