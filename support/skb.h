// What a tc program can change of its packet besides the bytes: fields of struct sk_buff, as far as
// struct __sk_buff shows them.
#pragma once

#include <array>
#include <cstdint>

namespace pw {

// The first ones come with the packet (Environment::skb); the others start with zero, or with what
// the frame says.
enum class SkbField : std::uint8_t {
  Mark,
  Priority,
  Tstamp,
  Cb0,
  Cb1,
  Cb2,
  Cb3,
  Cb4,
  TcIndex,
  QueueMapping,
  TcClassid,
  Hash,
  PktType,  // PACKET_HOST, ...: of the destination address as received
  Protocol, // as it stands in the frame, its first byte in bits 7:0
  VlanTci,  // of a tag beside the frame; with VlanProto all zeros if there is none
  VlanProto,
};
inline constexpr unsigned skb_input_count = 8, skb_field_count = 16;

struct SkbFieldInfo {
  const char* name; // as on the command line, in ports and in JSON
  unsigned bits;
};
inline constexpr std::array<SkbFieldInfo, skb_field_count> skb_fields = {{{"mark", 32},
                                                                          {"priority", 32},
                                                                          {"tstamp", 64},
                                                                          {"cb0", 32},
                                                                          {"cb1", 32},
                                                                          {"cb2", 32},
                                                                          {"cb3", 32},
                                                                          {"cb4", 32},
                                                                          {"tc_index", 16},
                                                                          {"queue_mapping", 16},
                                                                          {"tc_classid", 16},
                                                                          {"hash", 32},
                                                                          {"pkt_type", 3},
                                                                          {"protocol", 16},
                                                                          {"vlan_tci", 16},
                                                                          {"vlan_proto", 16}}};

// Flags of bpf_skb_adjust_room that older kernel headers don't name.
inline constexpr std::uint64_t room_decap_ipv4 = 1 << 7, room_decap_ipv6 = 1 << 8;

// By SkbField.
using SkbState = std::array<std::uint64_t, skb_field_count>;

} // namespace pw
