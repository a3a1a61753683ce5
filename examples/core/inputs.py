# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {}, [*mixed(), frame(udp4("10.0.0.1", 1, "10.0.0.1", 1)), frame(udp4("10.0.0.1", 1, "10.0.0.2", 1, ttl=255))]
