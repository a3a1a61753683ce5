# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    packets = []
    for i in range(20):  # .1 and .3 flood, .2 is modest
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "10.1.0.1", 53)))
        if i % 4 == 0:
            packets.append(frame(udp4("10.0.0.2", 1000 + i, "10.1.0.1", 53)))
        packets.append(frame(udp4("10.0.0.3", 1000 + i, "10.1.0.1", 53)))
    return {"sources": [entry(address("10.0.0.3"), u64(0) + u64(8) + u64(0))]}, packets
