# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    ports = (3999, 4000, 4500, 4999, 5000)
    return {"sockets": [slot(0, queue=0)]}, [frame(udp4("10.0.0.1", 1, "10.0.0.2", p)) for p in ports] + [*mixed()]
