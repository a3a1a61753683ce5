# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def route(last, port):
    return mac(last) + mac(0xF0 + port % 16) + u32(port) + u64(0) + u64(0)


def v4(prefix, last, port):
    host, length = prefix.split("/")
    return entry(u32(int(length)) + address(host), route(last, port))


def v6(data, length, last, port):
    return entry(u32(length) + bytes.fromhex(data.ljust(32, "0")), route(last, port))


def inputs():
    maps = {"routes4": [v4("0.0.0.0/0", 0x41, 300), v4("10.0.0.0/8", 0x31, 200), v4("10.1.0.0/16", 0x32, 200),
                        v4("10.1.0.0/24", 0x33, 100), v4("10.1.0.1/32", 0x21, 100), v4("10.1.0.2/31", 0x22, 100),
                        v4("10.2.0.0/15", 0x34, 300), v4("10.2.3.255/22", 0x35, 9),  # bits behind the prefix
                        v4("192.168.0.0/29", 0x51, 100), v4("192.168.0.8/30", 0x52, 200), v4("192.168.0.10/32", 0x53, 300),
                        v4("255.255.255.255/32", 0x61, 100), v4("224.0.0.0/4", 0x62, 9)],
            "routes6": [v6("20010db8", 32, 0x71, 200), v6("20010db80001", 48, 0x72, 100),
                        v6("20010db8" + "0" * 22 + "02", 128, 0x73, 300), v6("20010db8" + "0" * 22 + "04", 127, 0x74, 100),
                        v6("20010db80001" + "0" * 12 + "c0a80000", 125, 0x75, 300)],
            "ports": [slot(100, ifindex=2), slot(200, ifindex=3), slot(300, ifindex=4)]}  # port 9 has no interface
    packets = [*mixed()]
    for to in ("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.1.0", "10.2.3.4", "10.2.4.4", "10.3.0.1", "10.255.0.0",
               "11.0.0.0", "9.255.255.255", "203.0.113.1", "224.0.0.5", "239.255.255.255", "255.255.255.255", "0.0.0.0"):
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, b"query")))
        packets.append(frame(tcp4("10.0.0.1", 1000, to, 80, bytes(700), ttl=2, options=b"\x94\x04\0\0")))
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, ttl=1)))
    packets += [frame(ip6(1, to, UDP, udp("0.0.0.0", "0.0.0.0", 1, 2, b"six")), 0x86DD) for to in range(8)]
    return maps, packets
