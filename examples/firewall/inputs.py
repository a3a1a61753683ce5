# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    flows = [("10.0.0.1", 40000, "198.51.100.7", 443, TCP), ("10.0.0.2", 40001, "198.51.100.8", 53, UDP),
             ("10.0.0.3", 40002, "198.51.100.9", 80, TCP)]
    key = lambda a, p, b, q, proto: address(a) + address(b) + be16(p) + be16(q) + bytes([proto, 0, 0, 0])
    known = [f for i, f in enumerate(bench_flows()) if i % 4 and not f.ipv6]
    more = [(f.destination, f.dport, f.source, f.sport, f.protocol) for f in known]
    maps = {"flows": merged([entry(key(*flow), u64(0) * 2) for flow in flows + more])}
    packets = [ARP]
    for a, p, b, q, proto in flows:
        make = tcp4 if proto == TCP else udp4
        packets.append(frame(make(b, q, a, p, b"an answer")))
        packets.append(frame(make(b, q, a, p + 1, b"a guess")))
        packets.append(frame(make(b, q, a, p, bytes(500))))
    packets += mixed()
    packets.append(frame(tcp4("203.0.113.9", 55555, "10.0.0.1", 22, flags=0x02)))
    packets.append(frame(tcp4("198.51.100.7", 443, "10.0.0.1", 40000, fragment=0x2001)))
    packets.append(frame(tcp4("198.51.100.7", 443, "10.0.0.1", 40000, options=b"\x83\x07\x04\x0a\0\0\x01\0")))
    return maps, packets
