// What can be read off the text of a program, before anything is put into it.
#pragma once

#include <cstddef>
#include <linux/bpf.h>
#include <span>

namespace pw::kernel {

inline constexpr unsigned frame_pointer = 10;

bool is_wide(const bpf_insn&); // two instructions long

// Where the text of the program ends and that of the functions it calls begins.
std::size_t end_of_program(std::span<const bpf_insn> code);

// Bytes of the stack, a multiple of 8, below which no instruction can name one.
int stack_depth(std::span<const bpf_insn> code);

bool jumps_to(std::span<const bpf_insn> code, std::size_t place);

// What is put in front of the first instruction happens once: it is no jump, and none leads there.
bool begins_once(std::span<const bpf_insn> code);

} // namespace pw::kernel
