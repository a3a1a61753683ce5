# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    watched = ["10.0.0.1", "10.0.0.2"]
    maps = {"sources": [entry(address(a), u64(0) * 3) for a in watched]}
    maps["sources"] = merged(maps["sources"], [entry(address(f"10.0.0.{i}"), u64(0) * 3) for i in range(200) if i % 7 != 3])
    packets = []
    for i in range(20):  # .1 floods, .2 is modest, .3 isn't watched
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "10.1.0.1", 53)))
        if i % 4 == 0:
            packets.append(frame(udp4("10.0.0.2", 1000 + i, "10.1.0.1", 53)))
        packets.append(frame(udp4("10.0.0.3", 1000 + i, "10.1.0.1", 53)))
    return maps, packets
