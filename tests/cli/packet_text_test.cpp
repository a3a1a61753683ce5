#include "cli/packet_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace pw::cli {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes ethernet(std::uint16_t type, const Bytes& payload, bool vlan = false) {
  Bytes b(12, 0xaa);
  if (vlan)
    b.insert(b.end(), {0x81, 0x00, 0x00, 0x05});
  b.insert(b.end(), {std::uint8_t(type >> 8), std::uint8_t(type)});
  b.insert(b.end(), payload.begin(), payload.end());
  return b;
}

const Bytes udp_in_ipv4 = {0x45, 0, 0, 32, 0,  0, 0, 0, 64,   17, 0, 0,
                           10,   0, 0, 1,  10, 0, 0, 2, 0x04, 0,  0, 53};

TEST(PacketText, NamesFlows) {
  EXPECT_EQ(packet_text(ethernet(0x0800, udp_in_ipv4)), "IPv4 UDP 10.0.0.1:1024 > 10.0.0.2:53");
  EXPECT_EQ(packet_text(ethernet(0x0800, udp_in_ipv4, true)),
            "VLAN 5 IPv4 UDP 10.0.0.1:1024 > 10.0.0.2:53");
}

TEST(PacketText, LaterFragmentsHaveNoPorts) {
  Bytes ip = udp_in_ipv4;
  ip[7] = 1;
  EXPECT_EQ(packet_text(ethernet(0x0800, ip)), "IPv4 UDP 10.0.0.1 > 10.0.0.2");
}

TEST(PacketText, Ipv6) {
  Bytes ip(44);
  ip[0] = 0x60;
  ip[6] = 6;
  ip[23] = 1;
  ip[39] = 2;
  ip[41] = 80;
  EXPECT_EQ(packet_text(ethernet(0x86dd, ip)), "IPv6 TCP [::1]:80 > [::2]:0");
}

TEST(PacketText, ShortAndOddFrames) {
  for (std::size_t size = 0; size < 14; ++size)
    EXPECT_EQ(packet_text(Bytes(size)), "shorter than an Ethernet header");
  EXPECT_EQ(packet_text(ethernet(0x0806, {})), "ARP");
  EXPECT_EQ(packet_text(ethernet(0x0026, {})), "LLC");
  EXPECT_EQ(packet_text(ethernet(0x88cc, {})), "EtherType 0x88cc");
  EXPECT_EQ(packet_text(ethernet(0x0800, Bytes(19))), "IPv4, cut short");
  EXPECT_EQ(packet_text(ethernet(0x86dd, Bytes(39))), "IPv6, cut short");
  EXPECT_EQ(packet_text(ethernet(0x8100, {})), "EtherType 0x8100");
}

TEST(PacketText, NeverReadsBeyondTheFrame) {
  Bytes whole = ethernet(0x0800, udp_in_ipv4, true);
  whole[18] = 0x4f; // 60 bytes of header are claimed
  for (std::size_t size = 0; size <= whole.size(); ++size)
    EXPECT_FALSE(packet_text(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size))).empty());
}

} // namespace
} // namespace pw::cli
