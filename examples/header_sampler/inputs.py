# SPDX-License-Identifier: Apache-2.0
from common.inputs import *


def inputs():
    return {}, mixed()
