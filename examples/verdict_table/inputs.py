# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    verdicts = {0: 1, ICMP: 3, TCP: 2, UDP: 0, 89: 4, 47: 5, 50: 0x80000002}
    packets = [*mixed()] + [frame(ip4("10.0.0.1", "10.0.0.2", p, bytes(30))) for p in (1, 6, 17, 89, 47, 50, 51)]
    return {"verdicts": [entry(u32(p), u32(v)) for p, v in verdicts.items()]}, packets
