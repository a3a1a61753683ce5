#include "sim/kernel/stubs.h"

#include <cstddef>

namespace pw::kernel {

namespace {

enum Register : std::uint8_t { R0, R1, R2, R3, R4, R5 };

bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, std::int32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

// Instructions one after another, with forward jumps by label.
class Assembler {
public:
  explicit Assembler(int exchange_fd) : fd_(exchange_fd) {}

  Assembler& exchange(unsigned dst) { // address of struct Exchange
    code_.push_back(insn(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_VALUE, 0, fd_));
    code_.push_back(insn(0, 0, 0, 0, 0));
    return *this;
  }
  Assembler& map(unsigned dst, int fd) {
    code_.push_back(insn(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_FD, 0, fd));
    code_.push_back(insn(0, 0, 0, 0, 0));
    return *this;
  }
  Assembler& load64(unsigned dst, unsigned base, std::size_t off) {
    return add(insn(BPF_LDX | BPF_MEM | BPF_DW, dst, base, static_cast<int>(off), 0));
  }
  Assembler& load32(unsigned dst, unsigned base, std::size_t off) {
    return add(insn(BPF_LDX | BPF_MEM | BPF_W, dst, base, static_cast<int>(off), 0));
  }
  Assembler& store64(unsigned base, std::size_t off, unsigned src) {
    return add(insn(BPF_STX | BPF_MEM | BPF_DW, base, src, static_cast<int>(off), 0));
  }
  Assembler& store32(unsigned base, std::size_t off, unsigned src) {
    return add(insn(BPF_STX | BPF_MEM | BPF_W, base, src, static_cast<int>(off), 0));
  }
  Assembler& clear64(unsigned base, std::size_t off) {
    return add(insn(BPF_ST | BPF_MEM | BPF_DW, base, 0, static_cast<int>(off), 0));
  }
  Assembler& op64(unsigned op, unsigned dst, std::int32_t imm) {
    return add(insn(BPF_ALU64 | op | BPF_K, dst, 0, 0, imm));
  }
  Assembler& op64_reg(unsigned op, unsigned dst, unsigned src) {
    return add(insn(BPF_ALU64 | op | BPF_X, dst, src, 0, 0));
  }
  Assembler& op32(unsigned op, unsigned dst, std::int32_t imm) {
    return add(insn(BPF_ALU | op | BPF_K, dst, 0, 0, imm));
  }
  Assembler& op32_reg(unsigned op, unsigned dst, unsigned src) {
    return add(insn(BPF_ALU | op | BPF_X, dst, src, 0, 0));
  }
  Assembler& call(std::uint32_t helper) {
    return add(insn(BPF_JMP | BPF_CALL, 0, 0, 0, static_cast<std::int32_t>(helper)));
  }
  // Over the next `count` instructions (an address of struct Exchange is two).
  Assembler& skip_if(unsigned op, unsigned dst, std::int32_t imm, int count) {
    return add(insn(BPF_JMP | op | BPF_K, dst, 0, count, imm));
  }
  Assembler& skip(int count) { return add(insn(BPF_JMP | BPF_JA, 0, 0, count, 0)); }
  Assembler& exit() { return add(insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)); }

  Code take() { return std::move(code_); }

private:
  Assembler& add(const bpf_insn& i) {
    code_.push_back(i);
    return *this;
  }

  int fd_;
  Code code_;
};

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

} // namespace

Replace helper_stubs(int fd, bool fixed_cpu) {
  return [fd, fixed_cpu](const bpf_insn& i) -> std::optional<Code> {
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
