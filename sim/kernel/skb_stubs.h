// What BPF_PROG_TEST_RUN doesn't show of a tc program's packet: the program itself writes it down
// when it ends.
#pragma once

#include "sim/kernel/stubs.h"

namespace pw::kernel {

// In the order of Exchange::skb: from here on, fields that the test run does not give back.
inline constexpr unsigned first_observed_field = skb_input_count;

// `stubs`, and what keeps the context and reads those fields at the end of the program (its
// subprograms leave them alone). Programs whose text leaves no way to do that get `stubs` alone.
Replace observe_skb(std::span<const bpf_insn> code, int exchange_fd, Replace stubs);

} // namespace pw::kernel
