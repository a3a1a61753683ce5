#include "sim/kernel/stubs.h"

#include "sim/kernel/assembler.h"
#include "sim/kernel/initialised.h"

#include <cerrno>
#include <cstddef>

namespace pw::kernel {

namespace {

Code read_u64(int fd, std::size_t field) {
  return Assembler(fd).exchange(R0).load64(R0, R0, field).take();
}

Code read_u32(int fd, std::size_t field) {
  return Assembler(fd).exchange(R0).load32(R0, R0, field).take();
}

// x += y; x ^= rotate_left(z, n), in 32 bits; scratch r2, r5.
void mix(Assembler& a, unsigned x, unsigned y, unsigned z, int n) {
  a.op32_reg(BPF_ADD, x, y);
  a.op32_reg(BPF_MOV, R2, z).op32(BPF_LSH, R2, n);
  a.op32_reg(BPF_MOV, R5, z).op32(BPF_RSH, R5, 32 - n);
  a.op32_reg(BPF_OR, R2, R5).op32_reg(BPF_XOR, x, R2);
}

// random_u32 of support/environment.h: a in r3, b in r4, c in r0.
Code random_number(int fd) {
  Assembler a(fd);
  a.exchange(R1).load32(R0, R1, offsetof(Exchange, random_calls));
  a.op64_reg(BPF_MOV, R2, R0).op32(BPF_ADD, R2, 1);
  a.store32(R1, offsetof(Exchange, random_calls), R2);
  a.load32(R3, R1, offsetof(Exchange, seed)).op32(BPF_XOR, R3, static_cast<int>(0x9e3779b9u));
  a.load32(R4, R1, offsetof(Exchange, packet)).op32(BPF_ADD, R4, 0x7f4a7c15);
  a.op32(BPF_XOR, R0, static_cast<int>(0x85ebca6bu));
  for (int round = 0; round < 3; ++round) {
    mix(a, R3, R4, R0, 7);
    mix(a, R4, R0, R3, 11);
    mix(a, R0, R3, R4, 19);
  }
  return a.take();
}

Code redirect(int fd) {
  Assembler a(fd);
  a.exchange(R3).op64_reg(BPF_MOV, R4, R1).op32_reg(BPF_MOV, R4, R4);
  a.store64(R3, offsetof(Exchange, pending_key), R4);
  a.call(BPF_FUNC_redirect).skip_if(BPF_JNE, R0, XDP_REDIRECT, 6);
  a.exchange(R1).load64(R2, R1, offsetof(Exchange, pending_key));
  a.store64(R1, offsetof(Exchange, redirect_ifindex), R2);
  a.clear64(R1, offsetof(Exchange, redirect_map));
  return a.clear64(R1, offsetof(Exchange, redirect_flags)).take();
}

// Another result than XDP_REDIRECT clears the target, unless the flags were refused.
Code redirect_map(int fd) {
  constexpr std::int32_t known =
      XDP_ABORTED | XDP_DROP | XDP_PASS | XDP_TX | BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS;
  Assembler a(fd);
  a.exchange(R4).store64(R4, offsetof(Exchange, pending_map), R1);
  a.store64(R4, offsetof(Exchange, pending_key), R2);
  a.store64(R4, offsetof(Exchange, pending_flags), R3);
  a.call(BPF_FUNC_redirect_map).exchange(R1).skip_if(BPF_JNE, R0, XDP_REDIRECT, 8);
  a.load64(R2, R1, offsetof(Exchange, pending_map));
  a.store64(R1, offsetof(Exchange, redirect_map), R2);
  a.load64(R2, R1, offsetof(Exchange, pending_key));
  a.store64(R1, offsetof(Exchange, redirect_key), R2);
  a.load64(R2, R1, offsetof(Exchange, pending_flags));
  a.store64(R1, offsetof(Exchange, redirect_flags), R2);
  a.clear64(R1, offsetof(Exchange, redirect_ifindex)).skip(5);
  a.load64(R2, R1, offsetof(Exchange, pending_flags)).op64(BPF_AND, R2, ~known);
  a.skip_if(BPF_JNE, R2, 0, 2).clear64(R1, offsetof(Exchange, redirect_map));
  return a.clear64(R1, offsetof(Exchange, redirect_ifindex)).take();
}

constexpr std::size_t first_trace = offsetof(Exchange, traces);

// dst = address of struct Exchange plus the place of the next trace record; the last one is used
// again when there are too many. 5 instructions and the address.
void trace_slot(Assembler& a, unsigned dst, unsigned scratch) {
  a.exchange(dst).load64(scratch, dst, offsetof(Exchange, trace_count));
  a.skip_if(BPF_JLT, scratch, Exchange::max_traces, 1);
  a.op64(BPF_MOV, scratch, Exchange::max_traces - 1);
  a.op64(BPF_MUL, scratch, sizeof(TraceRecord)).op64_reg(BPF_ADD, dst, scratch);
}

// Keeps arguments and format, then calls the helper with the copy of the format. `given`: how many
// of r3 .. r5 hold arguments; the verifier would not let the others be read.
Code trace_printk(int fd, unsigned given) {
  constexpr std::size_t format = first_trace + offsetof(TraceRecord, format);
  constexpr std::size_t size = first_trace + offsetof(TraceRecord, format_size);
  constexpr std::size_t args = first_trace + offsetof(TraceRecord, args);
  Assembler a(fd);
  a.exchange(R0);
  if (given == 3)
    a.store64(R0, offsetof(Exchange, pending_key), R5); // r5 is needed to find the slot
  trace_slot(a, R0, R5);
  for (unsigned i = 0; i < given && i < 2; ++i)
    a.store64(R0, args + i * 8, R3 + i);
  a.store64(R0, size, R2).op64_reg(BPF_MOV, R3, R1).op64_reg(BPF_MOV, R1, R0);
  a.op64(BPF_ADD, R1, format).call(BPF_FUNC_probe_read_kernel);
  a.exchange(R5).load64(R5, R5, offsetof(Exchange, pending_key));
  trace_slot(a, R1, R2);
  a.store64(R1, args + 16, R5).load64(R3, R1, args).load64(R4, R1, args + 8);
  a.load64(R2, R1, size).op64(BPF_MOV, R0, -EINVAL);
  a.skip_if(BPF_JEQ, R2, 0, 3).skip_if(BPF_JGT, R2, TraceRecord::max_format, 2);
  a.op64(BPF_ADD, R1, format).call(BPF_FUNC_trace_printk);
  trace_slot(a, R1, R2);
  a.store64(R1, first_trace + offsetof(TraceRecord, result), R0);
  a.exchange(R1).load64(R2, R1, offsetof(Exchange, trace_count)).op64(BPF_ADD, R2, 1);
  return a.store64(R1, offsetof(Exchange, trace_count), R2).take();
}

// How many of r3, r4, r5 are initialised, counted from r3.
unsigned arguments(RegisterSet set) {
  unsigned given = 0;
  while (given < 3 && (set >> (R3 + given) & 1) != 0)
    ++given;
  return given;
}

} // namespace

Replace helper_stubs(std::span<const bpf_insn> code, const StubOptions& options) {
  const int fd = options.exchange_fd;
  const bool fixed_cpu = options.fixed_cpu;
  const auto known = options.traces ? initialised(code) : std::vector<RegisterSet>{};
  return [fd, fixed_cpu, known](const bpf_insn& i, std::size_t at) -> std::optional<Code> {
    if (i.code != (BPF_JMP | BPF_CALL) || i.src_reg != 0)
      return std::nullopt;
    switch (i.imm) {
    case BPF_FUNC_ktime_get_ns:
    case BPF_FUNC_ktime_get_boot_ns:
    case BPF_FUNC_ktime_get_coarse_ns:
    case BPF_FUNC_ktime_get_tai_ns:
      return read_u64(fd, offsetof(Exchange, time_ns));
    case BPF_FUNC_jiffies64:
      return read_u64(fd, offsetof(Exchange, jiffies));
    case BPF_FUNC_get_prandom_u32:
      return random_number(fd);
    case BPF_FUNC_get_numa_node_id:
      return Assembler(fd).op64(BPF_MOV, R0, 0).take();
    case BPF_FUNC_get_smp_processor_id:
      return fixed_cpu ? std::optional(read_u32(fd, offsetof(Exchange, cpu))) : std::nullopt;
    case BPF_FUNC_redirect:
      return redirect(fd);
    case BPF_FUNC_redirect_map:
      return redirect_map(fd);
    case BPF_FUNC_trace_printk:
      return known.empty() ? std::nullopt : std::optional(trace_printk(fd, arguments(known[at])));
    default:
      return std::nullopt;
    }
  };
}

Code map_address_program(int fd, std::span<const int> map_fds) {
  Assembler a(fd);
  a.exchange(R2);
  for (std::size_t i = 0; i < map_fds.size() && i < Exchange::max_maps; ++i)
    if (map_fds[i] >= 0)
      a.map(R1, map_fds[i]).store64(R2, offsetof(Exchange, map_address) + i * 8, R1);
  return a.op64(BPF_MOV, R0, 0).exit().take();
}

} // namespace pw::kernel
