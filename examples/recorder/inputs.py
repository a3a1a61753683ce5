# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    packets = [*mixed()]
    for i in range(40):
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "10.1.0.1", (53, 2000 + i // 4, 443)[i % 3])))
        if i % 5 == 0:
            packets.append(frame(ip4(f"10.0.0.{i}", "10.1.0.1", TCP, bytes(20), ttl=i % 2)))
    old = u64(1) + address("192.0.2.1") + address("192.0.2.2") + u32(1) + u32(60)
    return {"last": [{"value": entry(b"", old)["value"]}], "knocks": [{"value": entry(b"", u32(p))["value"]} for p in (7, 9)]}, packets
