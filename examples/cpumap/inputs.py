# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    maps = {"cpus": [slot(i, cpu=i) for i in range(2)]}
    packets = [frame(udp4(f"10.0.{i}.1", 1, "10.1.0.1", 2)) for i in range(16)]
    packets += [frame(udp4("10.1.0.1", 2, f"10.0.{i}.1", 1)) for i in range(16)]
    return maps, packets + [*mixed()]
