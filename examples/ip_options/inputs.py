# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    kinds = {"router alert": b"\x94\x04\0\0", "nop": b"\x01\x01\x01\x00", "record route": b"\x07\x0b\x04" + bytes(8) + b"\0",
             "loose": b"\x83\x07\x04\x0a\0\0\x01\0", "strict": b"\x01\x89\x07\x04\x0a\0\0\x01", "no way": b"\x07\0\0\0",
             "too long": b"\x07\x28\x04\0", "full": b"\x01" * 40, "time": b"\x44\x0c\x05\0" + bytes(8)}
    packets = [*mixed()]
    for options in kinds.values():
        packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, options=options)))
        packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, options=options))[:36])
    return {}, packets
