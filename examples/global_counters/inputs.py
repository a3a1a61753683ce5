# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {".data": [entry(u32(0), u64(12))]}, [*sizes()]  # a budget of 12 packets
