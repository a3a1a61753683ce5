# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {"port_vlans": [entry(u32(1), u16(100))]}, tagged()
