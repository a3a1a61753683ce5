# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    good = ping("10.0.0.1", "10.1.0.1")
    packets = [frame(good), frame(good[:10] + b"\0\0" + good[12:]), frame(ping("10.0.0.1", "10.1.0.1", options=b"\x94\x04\0\0"))]
    return {}, packets + [*mixed()] + [frame(ping(f"10.0.0.{i}", "10.1.0.1", ident=i)) for i in range(20)]
