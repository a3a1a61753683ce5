// Which registers surely hold a value before each instruction, as the kernel's verifier sees it.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <span>
#include <vector>

namespace pw::kernel {

using RegisterSet = std::uint16_t; // bit r: register r

// One set an instruction; all registers for those that are never reached.
std::vector<RegisterSet> initialised(std::span<const bpf_insn> code);

} // namespace pw::kernel
