# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {}, [frame(udp4(f"10.0.{i}.1", 1, "10.1.0.1", 2)) for i in range(40)] + [*mixed()]
