// The tables that stand for the host's routes, neighbours and interfaces: what bpf_fib_lookup looks
// up. An object whose programs call it has them as maps (MapRole::Routes), which only the host
// fills (sim/routes).
#pragma once

#include <array>
#include <cstdint>

namespace pw::fib {

// Interfaces that are there, by index (u32); value: u32 of these bits.
inline constexpr const char* links = ".fib.links";
inline constexpr unsigned forwards_ipv4 = 1, forwards_ipv6 = 2;

// By longest prefix of the destination.
inline constexpr const char* ipv4 = ".fib4";
// Likewise of {u32 interface, destination}: routes through that interface (BPF_FIB_LOOKUP_OUTPUT).
inline constexpr const char* ipv4_output = ".fib4.output";
inline constexpr const char* ipv6 = ".fib6"; // table local, and main where that has nothing
inline constexpr const char* ipv6_main = ".fib6.main"; // table main alone (BPF_FIB_LOOKUP_DIRECT)

inline constexpr std::uint32_t default_entries = 256, default_links = 64;

// What stands in a value, in bytes; numbers are little-endian.
inline constexpr unsigned code = 0;       // u8: BPF_FIB_LKUP_RET_* of the route alone; 0: goes on
inline constexpr unsigned flags = 1;      // u8: of these bits
inline constexpr unsigned mtu = 4;        // u32: of the route
inline constexpr unsigned device_mtu = 8; // u32: of the interface
inline constexpr unsigned ifindex = 12;   // u32
inline constexpr unsigned metric = 16;    // u32
inline constexpr unsigned macs = 20;      // of the interface, then of the neighbour: 6 bytes each
inline constexpr unsigned gateway = 32;   // 4 or 16 bytes, network order
inline constexpr unsigned has_gateway = 1, has_neighbour = 2;

constexpr unsigned value_bytes(bool v6) { return gateway + (v6 ? 16 : 4); }

// struct bpf_fib_lookup, in bytes.
namespace params {
inline constexpr unsigned bytes = 64;
inline constexpr unsigned family = 0;  // u8
inline constexpr unsigned tot_len = 6; // u16; mtu_result
inline constexpr unsigned ifindex = 8; // u32
inline constexpr unsigned metric = 12; // u32; tos, flowinfo
inline constexpr unsigned source = 16; // 4 or 16
inline constexpr unsigned target = 32; // 4 or 16
inline constexpr unsigned vlan = 48;   // h_vlan_proto, h_vlan_TCI
inline constexpr unsigned macs = 52;   // smac, dmac
} // namespace params

// Flags of the helper. BPF_FIB_LOOKUP_MARK (newer than some headers) chooses among rules, of which
// there are none here.
inline constexpr unsigned direct = 1, output = 2, skip_neighbour = 4, table_id = 8, source = 16,
                          mark = 32;
inline constexpr unsigned all_flags = 63, modelled_flags = direct | output | skip_neighbour | mark;

// Bytes by which a frame may be longer than its interface's MTU: Ethernet's header and a VLAN tag.
inline constexpr unsigned link_header = 18;

} // namespace pw::fib
