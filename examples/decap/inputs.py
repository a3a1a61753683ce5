# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    inner = udp4("10.0.0.1", 1000, "10.1.0.1", 53, b"query")
    maps = {"ends": [entry(address(end), u64(0)) for end in ("192.0.2.2", "172.16.0.2")]}
    packets = [*mixed()]
    for options in (b"", b"\x94\x04\0\0", b"\x01" * 12, b"\x01" * 40):
        packets.append(frame(ip4("192.0.2.1", "192.0.2.2", IPIP, inner, options=options)))
        packets.append(frame(ip4("192.0.2.1", "192.0.2.9", IPIP, inner, options=options)))
        packets.append(frame(ip4("192.0.2.1", "192.0.2.2", IPIP, b"", options=options), pad=34))
        packets.append(frame(ip4("192.0.2.1", "192.0.2.2", IPIP, inner, options=options, fragment=0x2000)))
    return maps, packets
