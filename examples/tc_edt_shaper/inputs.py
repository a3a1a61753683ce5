# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    maps = {"departures": [entry(u32(46), u64(1_700_000_000_001_000_000))]}
    packets = [frame(udp4("10.0.0.1", i, "10.0.0.2", 2, bytes(1300 if i % 7 == 0 else 700), tos=184 * (i % 3 == 0)))
               for i in range(60)]
    return maps, packets + [frame(bytes(46), ethertype=0x0806)]
