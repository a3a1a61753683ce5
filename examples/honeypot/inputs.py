# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    maps = {"suspects": [entry(address("10.6.6.6"), u64(0) * 2), entry(address("10.6.6.7"), u64(0) * 2)],
            "ports": [slot(0, ifindex=3)]}
    maps["suspects"] += [entry(address(f"10.0.0.{i}"), u64(0) * 2) for i in range(0, 200, 5) if i not in (1, 2, 3, 4, 9)]
    packets = [*mixed()]
    packets.append(frame(udp4("10.6.6.6", 1000, "10.1.0.1", 53)))
    packets.append(frame(tcp4("10.6.6.7", 1000, "10.1.0.1", 80)))
    for port in (22, 23, 443, 445, 2323, 3389):
        packets.append(frame(tcp4("10.0.0.9", 1000, "10.1.0.1", port, flags=0x02)))
        packets.append(frame(tcp4("10.0.0.9", 1000, "10.1.0.1", port, flags=0x02, options=b"\x94\x04\0\0")))
        packets.append(frame(tcp4("10.0.0.9", 1000, "10.1.0.1", port, flags=0x10)))
    return maps, packets
