# SPDX-License-Identifier: Apache-2.0
from common.inputs import *

SYN = 0x02


def inputs():
    packets = [*mixed()]
    for i in range(60):
        for again in range(1 + i % 3):
            packets.append(frame(tcp4(f"10.0.{i % 4}.{i}", 1000 + again, "10.1.0.1", (80, 443, 22)[i % 3], flags=SYN)))
    known = address("192.0.2.1") + be16(80) + bytes(2)
    packets.append(frame(tcp4("192.0.2.1", 1000, "10.1.0.1", 80, flags=SYN)))
    return {"asked": [{"value": entry(b"", known)["value"]}], "counts": [entry(u32(i), u64(0)) for i in range(3)]}, packets
