# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    station = lambda last, vlan=0: mac(last) + be16(vlan)
    maps = {"stations": [entry(station(0x21), u32(2)), entry(station(0x22, 5), u32(3))],
            "ports": [slot(port, ifindex=port) for port in (1, 2, 3)]}
    packets = [*mixed()]
    for last in (0x21, 0x22, 0x30):
        for tags in ((), (5,)):
            packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2), tags=tags, source=mac(0x30), destination=mac(last)))
    packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2), source=mac(0x21), destination=mac(0x30)))  # 21 has moved
    packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2), source=mac(0x30), destination=mac(0x21)))
    packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2), source=b"\x03" + mac(0x30)[1:], destination=mac(0x21)))
    return maps, packets
