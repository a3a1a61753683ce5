// Replaces instructions by sequences of them: jumps, calls, callbacks and the records of BTF
// follow.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace pw::isa {

using Insns = std::vector<bpf_insn>;
// What stands in the place of an instruction (of both halves of an ld_imm64); nullopt = itself.
// Jumps inside a replacement stay inside of it (one behind its last instruction is the next
// original instruction).
using Replace = std::function<std::optional<Insns>(const bpf_insn&, std::size_t at)>;

struct Rewritten {
  Insns code;
  std::vector<std::uint32_t> position; // of each original instruction; one more for the end
};

// Throws std::runtime_error if a jump becomes longer than its 16 bits.
Rewritten rewrite(std::span<const bpf_insn> code, const Replace&);

// BTF func_info or line_info records (insn_off is the first u32 of each) at their new positions.
std::vector<std::uint8_t> move_records(const void* records, std::uint32_t count,
                                       std::uint32_t record_size,
                                       const std::vector<std::uint32_t>& position);

} // namespace pw::isa
