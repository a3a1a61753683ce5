# SPDX-License-Identifier: Apache-2.0
from common.inputs import *

PASS, TX, DROP = 2, 3, 1


def rule(destination, verdict, limit=1500):
    return entry(address(destination), u32(verdict) + u32(limit) + u64(0) + u64(0))


def inputs():
    tables = {}
    slots = []
    for i in range(6):  # tenants 1 to 6; 7 is none
        name = f"tenant_{i + 1}"
        slots.append({"key": entry(u32(i + 1), b"")["key"], "map": name})
        tables[name] = [rule("10.1.0.1", PASS), rule(f"10.1.0.{i + 2}", TX, 60 + i), rule("10.1.0.9", DROP)]
    packets = [*mixed()]
    for vlan in range(1, 8):
        for last in (1, 2, 3, 4, 9, 77):
            for size in (0, 40):
                packets.append(frame(udp4("10.0.0.1", 1000, f"10.1.0.{last}", 53, bytes(size)), tags=[vlan]))
    return {"tenants": slots, **tables}, packets
