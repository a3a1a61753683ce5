# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    packets = [*mixed()]
    for i in range(12):
        data = bytes((j * (2 * i + 1) * 37 + i) & 0xFF if i % 3 else 0x41 + j % 26 for j in range(40))
        packets.append(frame(udp4("10.0.0.1", i, "10.0.0.2", 2, data)))
    return {}, packets
