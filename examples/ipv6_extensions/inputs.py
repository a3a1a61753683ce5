# SPDX-License-Identifier: Apache-2.0
import struct

from common.inputs import *


def inputs():
    data = struct.pack(">HHHH", 1000, 443, 8, 0)
    hop, dest, frag = (0, b"\0\x01\x04\0\0\0\0"), (60, b"\x01" + bytes(14)), (44, b"\0" + be16(1) + u32(9))
    route0, route2 = (43, b"\0\0\0" + bytes(4)), (43, b"\x02\x02\x01" + bytes(20))
    chains = ([], [hop], [hop, dest], [frag], [hop, route2, frag], [route0], [hop, dest, route2, frag], [hop] * 5,
              [(60, b"\x04" + bytes(38))])
    packets = [*mixed()]
    for chain in chains:
        packets.append(frame(ip6(1, 2, UDP, data, chain), 0x86DD))
        packets.append(frame(ip6(1, 2, 6, bytes(20), chain), 0x86DD)[:60])
    return {}, packets
