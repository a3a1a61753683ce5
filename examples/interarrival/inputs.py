# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    maps = {"sources": [entry(address(f"10.0.0.{i}"), bytes(48)) for i in range(100) if i != 5]}
    return maps, [frame(udp4(f"10.0.0.{1 + i * i % 5}", i, "10.0.0.9", 2)) for i in range(60)]
