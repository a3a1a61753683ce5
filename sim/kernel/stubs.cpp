#include "sim/kernel/stubs.h"

#include "sim/kernel/assembler.h"
#include "sim/kernel/initialised.h"
#include "sim/kernel/program_text.h"

#include <algorithm>
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

// A list of records in struct Exchange.
struct List {
  std::size_t first, count, record, room;
};
constexpr List redirect_list = {offsetof(Exchange, redirects), offsetof(Exchange, redirect_count),
                                sizeof(RedirectRecord), Exchange::max_redirects};
constexpr List event_list = {offsetof(Exchange, events), offsetof(Exchange, event_count),
                             sizeof(EventRecord), Exchange::max_events};
constexpr List trace_list = {offsetof(Exchange, traces), offsetof(Exchange, trace_count),
                             sizeof(TraceRecord), Exchange::max_traces};

// dst = address of struct Exchange plus the place of the list's next record relative to its first;
// the last one is used again when there are too many.
void slot(Assembler& a, const List& list, unsigned dst, unsigned scratch) {
  a.exchange(dst).load64(scratch, dst, list.count);
  a.skip_if(BPF_JLT, scratch, static_cast<std::int32_t>(list.room), 1);
  a.op64(BPF_MOV, scratch, static_cast<std::int32_t>(list.room - 1));
  a.op64(BPF_MUL, scratch, static_cast<std::int32_t>(list.record));
  a.op64_reg(BPF_ADD, dst, scratch);
}

// Stores r0, the helper's result, and counts the record; scratch r1, r2.
void finish_record(Assembler& a, const List& list, std::size_t result) {
  slot(a, list, R1, R2);
  a.store64(R1, list.first + result, R0);
  a.exchange(R1).load64(R2, R1, list.count).op64(BPF_ADD, R2, 1).store64(R1, list.count, R2);
}

Code map_update(int fd) {
  Assembler a(fd);
  a.exchange(R0).load64(R5, R0, offsetof(Exchange, updates)).op64(BPF_ADD, R5, 1);
  return a.store64(R0, offsetof(Exchange, updates), R5).call(BPF_FUNC_map_update_elem).take();
}

Code redirect(int fd) {
  constexpr std::size_t first = redirect_list.first;
  Assembler a(fd);
  slot(a, redirect_list, R0, R4);
  a.clear64(R0, first + offsetof(RedirectRecord, map));
  a.store64(R0, first + offsetof(RedirectRecord, key), R1);
  a.store64(R0, first + offsetof(RedirectRecord, flags), R2).call(BPF_FUNC_redirect);
  finish_record(a, redirect_list, offsetof(RedirectRecord, result));
  return a.take();
}

Code redirect_map(int fd) {
  constexpr std::size_t first = redirect_list.first;
  Assembler a(fd);
  slot(a, redirect_list, R0, R4);
  a.store64(R0, first + offsetof(RedirectRecord, map), R1);
  a.store64(R0, first + offsetof(RedirectRecord, key), R2);
  a.store64(R0, first + offsetof(RedirectRecord, flags), R3).call(BPF_FUNC_redirect_map);
  finish_record(a, redirect_list, offsetof(RedirectRecord, result));
  return a.take();
}

// Keeps arguments and format, then calls the helper with the copy of the format. `given`: how many
// of r3 .. r5 hold arguments; the verifier would not let the others be read.
Code trace_printk(int fd, unsigned given) {
  constexpr std::size_t format = trace_list.first + offsetof(TraceRecord, format);
  constexpr std::size_t size = trace_list.first + offsetof(TraceRecord, format_size);
  constexpr std::size_t args = trace_list.first + offsetof(TraceRecord, args);
  Assembler a(fd);
  a.exchange(R0);
  if (given == 3)
    a.store64(R0, offsetof(Exchange, saved), R5); // r5 is needed to find the slot
  slot(a, trace_list, R0, R5);
  for (unsigned i = 0; i < given && i < 2; ++i)
    a.store64(R0, args + i * 8, R3 + i);
  a.store64(R0, size, R2).op64_reg(BPF_MOV, R3, R1).op64_reg(BPF_MOV, R1, R0);
  a.op64(BPF_ADD, R1, format).call(BPF_FUNC_probe_read_kernel);
  a.exchange(R5).load64(R5, R5, offsetof(Exchange, saved));
  slot(a, trace_list, R1, R2);
  a.store64(R1, args + 16, R5).load64(R3, R1, args).load64(R4, R1, args + 8);
  a.load64(R2, R1, size).op64(BPF_MOV, R0, -EINVAL);
  a.skip_if(BPF_JEQ, R2, 0, 3).skip_if(BPF_JGT, R2, TraceRecord::max_format, 2);
  a.op64(BPF_ADD, R1, format).call(BPF_FUNC_trace_printk);
  finish_record(a, trace_list, offsetof(TraceRecord, result));
  return a.take();
}

// Keeps what the sample in the buffer does not tell: it is padded. The verifier knows most of r5,
// so r3 makes room. The current CPU's buffer stands in the slot of the CPU that is pretended.
Code perf_event_output(int fd) {
  constexpr std::size_t first = event_list.first;
  Assembler a(fd);
  a.exchange(R0).store64(R0, offsetof(Exchange, saved), R3);
  slot(a, event_list, R0, R3);
  a.store64(R0, first + offsetof(EventRecord, map), R2);
  a.store64(R0, first + offsetof(EventRecord, size), R5);
  a.exchange(R3).load64(R3, R3, offsetof(Exchange, saved));
  a.store64(R0, first + offsetof(EventRecord, flags), R3);
  a.op32_reg(BPF_MOV, R0, R3).op32(BPF_ADD, R0, 1).skip_if(BPF_JNE, R0, 0, 6);
  a.op64(BPF_RSH, R3, 32).op64(BPF_LSH, R3, 32);
  a.exchange(R0).load32(R0, R0, offsetof(Exchange, cpu)).op64_reg(BPF_OR, R3, R0);
  a.call(BPF_FUNC_perf_event_output);
  finish_record(a, event_list, offsetof(EventRecord, result));
  return a.take();
}

// [0, size) from `base` on.
void clear(Assembler& a, unsigned base, int from, int size) {
  for (int at = 0; at < size;) {
    int bytes = 8;
    while (at + bytes > size)
      bytes /= 2;
    a.clear(base, from + at, bytes);
    at += bytes;
  }
}

// What is not written of a record is what an earlier one left there; here it is zeros.
Code ringbuf_reserve(unsigned size) {
  Assembler zeros(-1), a(-1);
  clear(zeros, R0, 0, static_cast<int>(size));
  const Code clearing = zeros.take();
  Code code = a.call(BPF_FUNC_ringbuf_reserve)
                  .skip_if(BPF_JEQ, R0, 0, static_cast<int>(clearing.size()))
                  .take();
  code.insert(code.end(), clearing.begin(), clearing.end());
  return code;
}

bool calls(const bpf_insn& i, std::int32_t helper) {
  return i.code == (BPF_JMP | BPF_CALL) && i.src_reg == 0 && i.imm == helper;
}

bool sends_stack(std::span<const bpf_insn> code) {
  return std::ranges::any_of(code, [](const bpf_insn& i) {
    return calls(i, BPF_FUNC_perf_event_output) || calls(i, BPF_FUNC_ringbuf_output);
  });
}

// In front of the first instruction: padding between the fields of a struct on the stack is part of
// an event, and would be what another program left there.
Code with_clear_stack(int depth, Code first) {
  Assembler a(-1);
  clear(a, frame_pointer, -depth, depth);
  Code all = a.take();
  all.insert(all.end(), first.begin(), first.end());
  return all;
}

// The constant that r2 surely is at a call: set by the last instruction that names it, with no jump
// to a place between.
std::optional<unsigned> second_argument(std::span<const bpf_insn> code, std::size_t at) {
  const auto jumped_to = [&](std::size_t place) { return jumps_to(code, place); };
  for (std::size_t i = at; i-- > 0 && !jumped_to(i + 1);) {
    const unsigned kind = BPF_CLASS(code[i].code);
    const bool moves = code[i].code == (BPF_ALU64 | BPF_MOV | BPF_K) ||
                       code[i].code == (BPF_ALU | BPF_MOV | BPF_K);
    if (moves && code[i].dst_reg == R2)
      return static_cast<unsigned>(code[i].imm);
    const bool leaves = kind == BPF_JMP || kind == BPF_JMP32;
    if (leaves || (kind != BPF_STX && kind != BPF_ST && code[i].dst_reg == R2))
      return std::nullopt;
  }
  return std::nullopt;
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
  const Code all(code.begin(), code.end());
  const auto program = code.first(end_of_program(code));
  const int cleared = sends_stack(code) && begins_once(program) ? stack_depth(program) : 0;
  const auto unserved = options.unserved;
  return [fd, fixed_cpu, known, all, cleared, unserved](const bpf_insn& i,
                                                        std::size_t at) -> std::optional<Code> {
    if (cleared != 0 && at == 0)
      return with_clear_stack(cleared, is_wide(i) ? Code{i, all[1]} : Code{i});
    if (i.code == (BPF_JMP | BPF_CALL) && i.src_reg == BPF_PSEUDO_KFUNC_CALL &&
        unserved.contains(i.imm))
      return Assembler(fd).op32(BPF_MOV, R0, -EOPNOTSUPP).take();
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
    case BPF_FUNC_map_update_elem:
      return map_update(fd);
    case BPF_FUNC_check_mtu: // every interface is there: asked of the one the packet came in by
      return Assembler(fd).op64(BPF_MOV, R2, 0).call(BPF_FUNC_check_mtu).take();
    case BPF_FUNC_redirect:
      return redirect(fd);
    case BPF_FUNC_redirect_map:
      return redirect_map(fd);
    case BPF_FUNC_perf_event_output:
      return perf_event_output(fd);
    case BPF_FUNC_ringbuf_reserve: {
      const auto size = second_argument(all, at);
      constexpr unsigned most = 4096; // of what is cleared
      return size && *size <= most ? std::optional(ringbuf_reserve(*size)) : std::nullopt;
    }
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
  for (std::size_t i = 0; i < map_fds.size(); ++i)
    a.map(R1, map_fds[i]).store64(R2, offsetof(Exchange, map_address) + i * 8, R1);
  return a.op64(BPF_MOV, R0, 0).exit().take();
}

} // namespace pw::kernel
