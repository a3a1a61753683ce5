# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    value = lambda host, port: address(host) + be16(port) + u16(0) + u64(0)
    inside, public, peer = ("10.0.0.1", 1000), ("198.51.100.1", 50000), ("203.0.113.7", 80)
    # A port that is forwarded to a server inside, by hand.
    maps = {"outgoing": [entry(endpoint(*inside, TCP), value(*public))], "incoming": [entry(endpoint(*public, TCP), value(*inside))]}
    packets = [*mixed(), frame(tcp4(*peer, *public, b"to the server")), frame(tcp4(*inside, *peer, b"its answer"))]
    for i in range(6):
        make = tcp4 if i % 2 else udp4
        packets.append(frame(make(f"10.0.0.{2 + i // 2}", 2000 + i, *peer, b"hello")))
        # mixed() has used the first four ports.
        packets.append(frame(make(*peer, "198.51.100.1", 1024 + 4 + i, b"hello yourself")))
        packets.append(frame(make(f"10.0.0.{2 + i // 2}", 2000 + i, *peer, b"thank you")))
    packets.append(frame(udp4("10.0.0.9", 7, *peer, b"no checksum", check=False)))
    packets.append(frame(tcp4(*peer, "198.51.100.1", 39999)))  # nobody's
    return maps, packets
