# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    maps = {"buckets": [entry(u32(i), u64(4096 << 8) + u64(1_700_000_000_000_000_000)) for i in (0, 7)]}
    return maps, [frame(udp4("10.0.0.1", i, "10.0.0.2", 2, bytes(1400))) for i in range(60)]
