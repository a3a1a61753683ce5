# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {"classes": [entry(be16(53), b"\x2e"), entry(be16(80), b"\x0a"), entry(be16(443), b"\x12")]}, tagged()
