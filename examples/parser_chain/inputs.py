# SPDX-License-Identifier: Apache-2.0
from common.inputs import *

PROGRAMS = {
    "layer3": {0: "parse_vlan", 1: "parse_ip4", 2: "parse_ip6"},
    "layer4": {ICMP: "parse_icmp", TCP: "parse_tcp", UDP: "parse_udp", 58: "parse_icmp"},
}


def packets():
    yield from mixed()
    yield frame(tcp4("10.0.0.1", 1000, "10.1.0.1", 80), tags=[5])
    yield frame(tcp4("10.0.0.1", 1001, "10.1.0.1", 80), tags=[5, 6])
    yield frame(tcp4("10.0.0.1", 1002, "10.1.0.1", 80), tags=[5, 6, 7])
    yield frame(tcp4("10.0.0.1", 1003, "10.1.0.1", 80, options=bytes(12)))
    yield frame(udp4("10.0.0.1", 1004, "10.1.0.1", 53, b"query", options=bytes(40)), tags=[5, 6])
    yield frame(tcp4("10.0.0.1", 1005, "10.1.0.1", 80, flags=0x03))  # SYN and FIN
    yield frame(udp4("10.0.0.1", 1006, "10.1.0.1", 53, b"part", fragment=100))
    yield frame(ip4("10.0.0.1", "10.1.0.1", 132, bytes(20)))  # SCTP
    yield frame(ip4("10.0.0.1", "10.1.0.1", UDP, bytes(8)))  # a length of 0
    yield frame(ip6(1, 2, TCP, tcp("0.0.0.0", "0.0.0.0", 1, 2)), 0x86DD)
    yield frame(ip6(1, 2, 58, bytes(8)), 0x86DD, tags=[9])
    yield frame(b"\x65" + ip4("10.0.0.1", "10.1.0.1", UDP, bytes(8))[1:])  # version 6
    yield frame(tcp4("10.0.0.1", 1007, "10.1.0.1", 80), pad=0)[:40]


def inputs():
    maps = {name: [slot(i, program=program) for i, program in slots.items()] for name, slots in PROGRAMS.items()}
    return maps, packets()
