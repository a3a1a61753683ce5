# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    ends = lambda a, b, last: address(a) + address(b) + mac(last) + u16(0)
    maps = {"tunnels": [entry(endpoint("10.1.0.1", 53, UDP), ends("192.0.2.1", "192.0.2.2", 0x51)),
                        entry(endpoint("10.1.0.2", 80, TCP), ends("192.0.2.1", "192.0.2.3", 0x52))]}
    maps["tunnels"] += [entry(endpoint(*s), ends("192.0.2.1", "192.0.2.4", 0x53)) for s in services()]
    packets = [*mixed()]
    for size in (0, 6, 7, 22, 23, 200, 1000, 1400):
        packets.append(frame(udp4("10.0.0.1", 1000 + size, "10.1.0.1", 53, bytes(size), tos=size & 0xFC)))
        packets.append(frame(tcp4("10.0.0.1", 1000 + size, "10.1.0.2", 80, bytes(size))))
    return maps, packets
