# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


# routes.json beside this file is what a host with three interfaces printed; see README.md.
def inputs():
    packets = [*mixed()]
    for to in ("10.0.0.2", "10.0.0.3", "10.0.0.1", "10.0.255.255", "10.1.0.1", "10.2.0.1", "10.3.0.1", "10.4.0.1", "10.5.0.1",
               "192.168.0.1", "192.168.0.2", "192.168.0.9", "192.168.0.10", "203.0.113.254", "198.51.100.1", "8.8.8.8",
               "127.0.0.1", "224.0.0.5", "255.255.255.255", "0.0.0.0"):
        packets.append(frame(udp4("10.0.0.7", 1000, to, 53, b"query")))
        packets.append(frame(tcp4("10.0.0.7", 1000, to, 80, bytes(1340), ttl=2, options=b"\x94\x04\0\0")))
        packets.append(frame(udp4("10.0.0.7", 1000, to, 53, ttl=1)))
    packets += [frame(ip6(1, to, UDP, udp("0.0.0.0", "0.0.0.0", 1, 2, b"six")), 0x86DD) for to in range(8)]
    return {"answers": []}, packets
