# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {}, [frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, tos=tos)) for tos in range(0, 256, 32)] + [*mixed()]
