# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def rule(prefix, exempt):
    host, length = prefix.split("/")
    return entry(u32(int(length)) + address(host), u64(0) + u64(0) + u32(exempt) + u32(0))


def inputs():
    maps = {"rules": [rule("10.6.0.0/16", 0), rule("10.6.6.0/24", 1), rule("10.6.6.6/32", 0), rule("10.7.7.8/29", 1)]}
    maps["rules"] += [rule(f"172.16.{i}.0/24", 0) for i in range(240)]
    packets = [*mixed()]

    def tcp(source, port, flags=0x02, **more):
        packets.append(frame(tcp4(source, 1000, "10.1.0.1", port, flags=flags, **more)))

    for source in ("10.6.1.1", "10.6.6.1", "10.6.6.6", "10.7.7.7", "10.7.7.9"):
        tcp(source, 443)
    tcp("10.7.7.7", 23)  # bans 10.7.7.0/24, but not what the host exempts
    tcp("10.6.6.6", 445)  # there is a rule for this /24 already
    for source in ("10.7.7.7", "10.7.7.1", "10.7.7.9", "10.7.6.1", "10.6.6.1"):
        tcp(source, 443)
    for i in range(20):  # more than there is room for
        tcp(f"10.8.{i}.1", 3389)
        tcp(f"10.8.{i}.2", 80)
    tcp("10.9.0.1", 2323, options=b"\x94\x04\0\0")  # behind options nobody looks
    tcp("10.9.0.1", 2323, flags=0x12)
    tcp("10.9.0.2", 80)
    return maps, packets
