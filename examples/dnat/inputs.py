# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    rule = lambda host, port, last: address(host) + be16(port) + mac(last) + u32(0) + u64(0) * 2
    maps = {"rules": [entry(endpoint("192.0.2.1", 80, TCP), rule("10.1.0.1", 8080, 0x61)),
                      entry(endpoint("192.0.2.1", 53, UDP), rule("10.1.0.2", 5353, 0x62))]}
    maps["rules"] += [entry(endpoint(a, port, p), rule("10.9.0.1", port + 1000, 0x63)) for a, port, p in services()]
    packets = [*mixed()]
    for i, options in enumerate((b"", b"\x94\x04\0\0", b"\x01" * 12, b"\x01" * 40)):
        packets.append(frame(tcp4("10.0.0.1", 1000 + i, "192.0.2.1", 80, b"GET /", options=options)))
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "192.0.2.1", 53, b"query", check=i != 1, options=options)))
        packets.append(frame(tcp4("10.0.0.1", 1000 + i, "192.0.2.1", 443, options=options)))
    for i in range(4):  # the answers, and one that nobody asked for
        packets.append(frame(tcp4("10.1.0.1", 8080, "10.0.0.1", 1000 + i, b"200 OK", flags=0x18)))
        packets.append(frame(udp4("10.1.0.2", 5353, "10.0.0.1", 1000 + i, b"answer", check=i != 1)))
    packets.append(frame(tcp4("10.1.0.1", 8080, "10.0.0.2", 1000)))
    return maps, packets
