# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    flows = [("10.0.0.1", 1000, "192.0.2.1", 40000, TCP), ("10.0.0.2", 1000, "192.0.2.1", 40001, UDP),
             ("10.0.0.3", 1003, "192.0.2.1", 40002, UDP)]
    value = lambda host, port: address(host) + be16(port) + u16(0) + u64(0)
    maps = {"outgoing": [entry(endpoint(a, p, proto), value(pa, pp)) for a, p, pa, pp, proto in flows],
            "incoming": [entry(endpoint(pa, pp, proto), value(a, p)) for a, p, pa, pp, proto in flows]}
    more = [flow for i, flow in enumerate(bench_flows()) if i % 4 and not flow.ipv6]
    maps["outgoing"] = merged(maps["outgoing"], [entry(endpoint(f.source, f.sport, f.protocol), value("192.0.2.1", 41000 + i))
                                                 for i, f in enumerate(more)])
    packets = [*mixed()]
    for a, p, pa, pp, proto in flows:
        for check in (True, False):
            if proto == TCP:
                packets.append(frame(tcp4(a, p, "198.51.100.7", 80, b"hello")))
                packets.append(frame(tcp4("198.51.100.7", 80, pa, pp, b"hello yourself")))
            else:
                packets.append(frame(udp4(a, p, "198.51.100.7", 53, b"query", check)))
                packets.append(frame(udp4("198.51.100.7", 53, pa, pp, b"answer", check)))
    packets.append(frame(tcp4("198.51.100.7", 80, "192.0.2.1", 39999)))  # nobody's
    return maps, packets
