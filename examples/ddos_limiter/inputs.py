# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    packets = [*mixed()]
    for i in range(60):  # .1 floods, .2 is modest
        packets += [frame(udp4("10.0.0.1", 1000 + j, "10.1.0.1", 53)) for j in range(20)] if i == 30 else []
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "10.1.0.1", 53)))
        if i % 4 == 0:
            packets.append(frame(udp4("10.0.0.2", 1000 + i, "10.1.0.1", 53)))
    # One whose bucket is empty to begin with.
    bucket = u64(0) + u64(1_700_000_000_010_400_000) + u64(7)
    packets.append(frame(udp4("10.0.0.3", 1, "10.1.0.1", 53)))
    return {"buckets": [entry(address("10.0.0.3"), bucket)]}, packets
