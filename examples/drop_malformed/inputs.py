# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    good = udp4("10.0.0.1", 1000, "10.1.0.1", 53, b"query")
    packets = [*mixed(), frame(good), frame(udp4("10.0.0.1", 1, "10.1.0.1", 2, options=b"\x94\x04\0\0"))]
    packets.append(frame(b"\x65" + good[1:]))  # version 6 under IPv4's EtherType
    packets.append(frame(b"\x44" + good[1:]))  # a header of 16 bytes
    packets.append(frame(good[:2] + be16(1000) + good[4:]))  # longer than the frame
    packets.append(frame(good[:2] + be16(19) + good[4:]))  # shorter than its header
    packets.append(frame(good[:10] + b"\x12\x34" + good[12:]))  # wrong checksum
    packets.append(frame(good)[:30])  # cut
    packets.append(frame(udp4("224.0.0.1", 1, "10.0.0.1", 2)))  # from a group
    packets.append(frame(udp4("127.0.0.1", 1, "10.0.0.1", 2)))  # from ourselves
    packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, ttl=0)))
    return {}, packets
