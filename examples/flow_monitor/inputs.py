# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    packets = [*mixed()]
    for size in (10, 100, 50):
        packets.append(frame(tcp4("10.0.0.1", 1000, "10.1.0.1", 80, bytes(size), flags=0x02 if size == 10 else 0x10)))
        packets.append(frame(tcp4("10.1.0.1", 80, "10.0.0.1", 1000, bytes(2 * size), flags=0x11)))
        packets.append(frame(udp4("10.0.0.1", 1000, "10.1.0.1", 80, bytes(size))))
        packets.append(frame(ip6(1, 2, UDP, udp("0.0.0.0", "0.0.0.0", 1, 2, bytes(size))), 0x86DD))
    return {}, packets
