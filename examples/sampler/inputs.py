# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {}, [frame(udp4("10.0.0.1", i, "10.0.0.2", 2, bytes(i))) for i in range(200)]
