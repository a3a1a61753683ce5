# SPDX-License-Identifier: Apache-2.0
import struct

from common.inputs import *


def inputs():
    def key(a, p, b, q, proto, tags=(0, 0)):
        return address(a) + address(b) + be16(p) + be16(q) + u16(tags[0]) + u16(tags[1]) + bytes([proto, 0, 0, 0])

    six = lambda host: bytes.fromhex("20010db8") + b"\0" * 11 + bytes([host])
    key6 = six(1) + six(2) + be16(1000) + be16(443) + u16(0) * 2 + bytes([UDP, 0, 0, 0])
    counters = u64(1000) + u64(1 << 20)  # the system has seen enough of these
    video = ("10.0.0.1", 1000, "10.1.0.1", 443)
    maps = {"flows4": [per_cpu(key(*video, TCP), counters), per_cpu(key(*video, TCP, (5, 0)), counters),
                       per_cpu(key(*video, UDP, (5, 6)), counters)],
            "flows6": [per_cpu(key6, counters)]}
    for i, f in enumerate(bench_flows()):
        if i % 3 and not f.ipv6:
            tags = (f.vlans + [0, 0])[:2]
            maps["flows4"].append(per_cpu(key(f.source, f.sport, f.destination, f.dport, f.protocol, tags), counters))
    maps["flows4"] = merged(maps["flows4"])
    packets = [*mixed()]
    for tags in ((), (5,), (5, 6), (7,)):
        for options in (b"", b"\x94\x04\0\0", b"\x01" * 40):
            packets.append(frame(tcp4(*video, bytes(100), options=options), tags=tags))
            packets.append(frame(udp4(*video, bytes(200), options=options), tags=tags))
    packets.append(frame(ip6(1, 2, UDP, struct.pack(">HHHH", 1000, 443, 8, 0)), 0x86DD))
    packets.append(frame(ip6(1, 3, UDP, struct.pack(">HHHH", 1000, 443, 8, 0)), 0x86DD))
    return maps, packets
