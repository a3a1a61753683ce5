// Helpers of tc programs (net/core/filter.c in Linux 6.18), for packets that came in through
// BPF_PROG_TEST_RUN: linear, their checksum not looked at.
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

// nullptr: as for XDP programs, or not supported.
Helper find_tc_helper(std::uint32_t id);

} // namespace pw::interp
