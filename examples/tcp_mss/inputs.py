# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    options = [b"\x02\x04\x05\xb4", b"\x02\x04\x05\x78", b"\x02\x04\x05\x79", b"\x01\x01\x04\x02\x02\x04\x05\xb4", b"\x01\x02\x04\x05\xb4",
               b"\x03\x03\x07\x01\x02\x04\x05\xb4", b"\x04\x02\x08\x0a" + bytes(8) + b"\x01\x03\x03\x07\x02\x04\x23\x00", b"\x01" * 40,
               b"\x08\x00\x00\x00", b"\x00\x02\x04\x05\xb4"]
    packets = [*mixed()]
    for option in options:
        for flags in (0x02, 0x12, 0x10):
            packets.append(frame(tcp4("10.0.0.1", 1000, "10.1.0.1", 80, flags=flags, tcp_options=option)))
    return {}, packets
