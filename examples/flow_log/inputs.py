# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    packets = [*mixed()]
    for client in ("10.0.0.1", "10.0.0.2"):
        for flags in (0x02, 0x10, 0x11, 0x11):
            packets.append(frame(tcp4(client, 1000, "10.1.0.1", 80, b"flow", flags=flags)))
            packets.append(frame(udp4(client, 1000, "10.1.0.1", 80, b"flow")))
    return {}, packets
