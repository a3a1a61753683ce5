# SPDX-License-Identifier: Apache-2.0
import struct

from common.inputs import *


def arp(operation, sender, mac_address, target):
    return frame(struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation) + mac_address + address(sender) + bytes(6) + address(target),
                 0x0806, destination=BROADCAST, source=mac_address)


def inputs():
    hop = lambda last, port: mac(last) + mac(0xF0 + port) + u32(port)
    prefix = lambda text, length: u32(length) + address(text)
    routes = [("0.0.0.0", 0, hop(0x41, 3)), ("10.1.0.0", 16, hop(0x31, 2)), ("10.1.0.128", 25, hop(0x35, 1)), ("10.2.3.0", 24, hop(0x32, 2)),
              ("10.3.0.0", 16, hop(0x33, 9)),  # port 9 has no interface
              ("192.168.0.0", 24, hop(0x34, 3)), ("192.168.0.8", 29, hop(0x36, 2)), ("203.0.113.1", 32, hop(0x42, 1))]
    maps = {"hosts": [entry(address("10.1.0.1"), hop(0x21, 1))],
            "routes": [entry(prefix(a, n), h) for a, n, h in routes],
            "ports": [slot(port, ifindex=1 + port) for port in (1, 2, 3)]}
    maps["hosts"] += [entry(address(f"192.168.0.{i}"), hop(0x70 + i, 1 + i % 2)) for i in range(1, 5)]
    packets = [*mixed()]
    destinations = ("10.1.0.1", "10.1.0.2", "10.1.0.130", "10.2.3.4", "10.2.4.4", "10.3.0.1", "203.0.113.1")
    for to in destinations:
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, b"query")))
        packets.append(frame(tcp4("10.0.0.1", 1000, to, 80, bytes(700), ttl=2, options=b"\x94\x04\0\0")))
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, ttl=1)))
    packets.append(arp(1, "10.1.0.2", mac(0x77), "10.1.0.254"))  # from now on a host of its own
    packets.append(frame(udp4("10.0.0.1", 1000, "10.1.0.2", 53, b"to the host")))
    packets.append(arp(2, "10.1.0.1", mac(0x78), "10.1.0.254"))  # another network card
    packets.append(frame(udp4("10.0.0.1", 1000, "10.1.0.1", 53, b"to the new card")))
    return maps, packets
