# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    def service(host, port, protocol):
        return address(host) + be16(port) + u16(protocol)

    def backend(host, port, ifindex):
        return address(host) + be16(port) + u16(ifindex)

    maps = {"services": [entry(service("192.0.2.1", 80, TCP), backend("10.1.0.1", 8080, 7)),
                         entry(service("192.0.2.1", 53, UDP), backend("10.1.0.2", 5353, 8))]}
    packets = []
    for i in range(20):
        packets.append(frame(tcp4("10.0.0.9", 1000 + i, "192.0.2.1", 80 + (i % 5 == 4), bytes(i))))
        packets.append(frame(udp4("10.0.0.9", 2000 + i, "192.0.2.1", 53, bytes(i), check=i % 3 != 0)))
    return maps, packets + [frame(ping("10.0.0.9", "192.0.2.1"))] + [*mixed()]
