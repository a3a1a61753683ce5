# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    maps = {"types": [per_cpu(be16(kind), u64(0) * 2) for kind in (0x0800, 0x0806, 0x86DD)]}
    return maps, [*mixed(), frame(bytes(40), 0x88CC, destination=bytes.fromhex("0180c200000e")), *sizes()]
