# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    hop = lambda last, port: mac(last) + mac(0xF0 + port) + u32(port)
    maps = {"hosts": [entry(address("10.1.0.1"), hop(0x21, 1)), entry(address("10.1.0.2"), hop(0x22, 1))],
            "networks": [entry(address("10.1.0.0"), hop(0x31, 2)), entry(address("10.2.3.0"), hop(0x32, 2)),
                         entry(address("10.3.0.0"), hop(0x33, 9))],  # port 9 has no interface
            "default_route": [entry(u32(0), hop(0x41, 3))],
            "ports": [slot(port, ifindex=1 + port) for port in (1, 2, 3)]}
    maps["hosts"] += [entry(address(f"192.168.0.{i}"), hop(0x70 + i, 1 + i % 2)) for i in range(1, 9)]
    maps["networks"].append(entry(address("192.168.0.0"), hop(0x34, 3)))
    packets = [*mixed()]
    for to in ("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.2.3.4", "10.2.4.4", "10.3.0.1", "203.0.113.1"):
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, b"query")))
        packets.append(frame(tcp4("10.0.0.1", 1000, to, 80, bytes(700), ttl=2, options=b"\x94\x04\0\0")))
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, ttl=1)))
    return maps, packets
