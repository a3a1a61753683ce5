# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    servers = [(f"10.2.0.{i}", mac(0x10 + i), 1) for i in range(1, 5)] + [("10.2.0.5", mac(0x15), 0)]
    maps = {
        "services": [entry(endpoint("10.1.0.1", 80, TCP), u32(1)), entry(endpoint("10.1.0.1", 53, UDP), u32(2))],
        # The first server gets half of the slots, the fifth (out of service) one.
        "ring": [entry(u32(i), u32(4 if i == 200 else 0 if i % 2 else 1 + i // 2 % 3)) for i in range(256)],
        "servers": [entry(u32(i), address(a) + m + u16(on) + u32(0) + u64(0) * 2) for i, (a, m, on) in enumerate(servers)],
    }
    maps["services"] += [entry(endpoint(*s), u32(3)) for s in services(hosts=range(1, 9))]
    packets = [*mixed()]
    for i in range(16):
        packets.append(frame(tcp4(f"10.0.{i}.1", 1000 + i, "10.1.0.1", 80, b"GET / HTTP/1.1")))
        packets.append(frame(udp4(f"10.0.{i}.2", 2000 + i, "10.1.0.1", 53, b"query", check=i % 4 != 0)))
    packets += packets[10:14]
    # A connection that stays with its server, though the ring now names another one.
    client = address("10.0.200.1") + address("10.1.0.1") + be16(1000) + be16(80) + bytes([TCP, 0, 0, 0])
    maps["connections"] = [entry(client, u32(3))]
    packets += [frame(tcp4("10.0.200.1", 1000, "10.1.0.1", 80, b"still here"))] * 2
    return maps, packets
