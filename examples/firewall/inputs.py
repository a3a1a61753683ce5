# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    flows = [("10.0.0.1", 40000, "198.51.100.7", 443, TCP), ("10.0.0.2", 40001, "198.51.100.8", 53, UDP),
             ("10.0.0.3", 40002, "198.51.100.9", 80, TCP)]
    key = lambda a, p, b, q, proto: address(a) + address(b) + be16(p) + be16(q) + bytes([proto, 0, 0, 0])
    # Only the first flow is known from the beginning.
    maps = {"flows": [entry(key(*flows[0]), u64(0) * 2)]}
    packets = [ARP]
    for a, p, b, q, proto in flows:
        make = tcp4 if proto == TCP else udp4
        packets.append(frame(make(b, q, a, p, b"too early, but for the first")))
        packets.append(frame(make(a, p, b, q, b"a question")))
        packets.append(frame(make(b, q, a, p, b"an answer")))
        packets.append(frame(make(b, q, a, p + 1, b"a guess")))
        packets.append(frame(make(b, q, a, p, bytes(500))))
    a, p, b, q, _ = flows[2]
    packets += [frame(tcp4(b, q, a, p, flags=0x14)), frame(tcp4(b, q, a, p, b"too late")), frame(tcp4(a, p, b, q, flags=0x02)),
                frame(tcp4(b, q, a, p, b"again"))]
    packets += mixed()
    packets.append(frame(tcp4("203.0.113.9", 55555, "10.0.0.1", 22, flags=0x02)))
    packets.append(frame(tcp4("198.51.100.7", 443, "10.0.0.1", 40000, fragment=0x2001)))
    packets.append(frame(tcp4("198.51.100.7", 443, "10.0.0.1", 40000, options=b"\x83\x07\x04\x0a\0\0\x01\0")))
    return maps, packets
