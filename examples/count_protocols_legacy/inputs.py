# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return count_maps(), [*mixed(), frame(ip4("10.0.0.1", "10.0.0.2", 89, bytes(20)))]
