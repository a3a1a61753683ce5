// Random arithmetic, on the interpreter and on the kernel: long runs of instructions between
// registers, with every register looked at again and again. The instructions stand as data in the
// text of a C program.
#include "sim/traffic/random.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <sstream>

namespace pw {
namespace {

constexpr unsigned looks = 400;  // stores of a register into the map
constexpr unsigned between = 10; // instructions between two of them
constexpr unsigned last_register = 7;

bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, std::uint32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = static_cast<std::int32_t>(imm);
  return i;
}

class Writer {
public:
  explicit Writer(std::uint32_t seed, bool v4) : random_(seed), v4_(v4) {}

  std::string run() {
    for (unsigned look = 0; look < looks; ++look) {
      for (unsigned i = 0; i < between; ++i)
        instruction();
      put(insn(BPF_STX | BPF_MEM | BPF_DW, 9, reg(), static_cast<int>(look * 8), 0));
    }
    return text_.str();
  }

private:
  unsigned reg() { return random_.below(last_register + 1); }

  std::uint32_t immediate() {
    constexpr std::array<std::uint32_t, 8> edges = {0, 1, 2, 31, 32, 0x7fffffff, 0x80000000, ~0u};
    return random_.below(3) == 0 ? edges[random_.below(edges.size())]
                                 : static_cast<std::uint32_t>(random_.bits());
  }

  void put(const bpf_insn& i) {
    std::uint64_t word = 0;
    std::memcpy(&word, &i, sizeof word);
    text_ << "    \".quad " << word << "\\n\"\n";
  }

  void instruction() {
    const std::uint32_t kind = random_.below(20);
    if (kind == 0)
      swap();
    else if (kind == 1)
      jump();
    else
      arithmetic();
  }

  void arithmetic() {
    constexpr std::array<unsigned, 13> ops = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR,
                                              BPF_AND, BPF_LSH, BPF_RSH, BPF_NEG, BPF_MOD,
                                              BPF_XOR, BPF_MOV, BPF_ARSH};
    const unsigned op = ops[random_.below(ops.size())];
    const bool wide = random_.below(2) == 0;
    const unsigned kind = wide ? BPF_ALU64 : BPF_ALU;
    const bool by_register = op != BPF_NEG && random_.below(2) == 0;
    std::uint32_t imm = by_register || op == BPF_NEG ? 0 : immediate();
    if ((op == BPF_DIV || op == BPF_MOD) && !by_register && imm == 0)
      imm = 3; // refused by the kernel
    if ((op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH) && !by_register)
      imm &= wide ? 63 : 31;
    put(insn(kind | op | (by_register ? BPF_X : BPF_K), reg(), by_register ? reg() : 0,
             offset(op, wide, by_register), imm));
  }

  // v4: signed division, moves with sign extension.
  int offset(unsigned op, bool wide, bool by_register) {
    if (!v4_ || random_.below(2) == 0)
      return 0;
    if (op == BPF_DIV || op == BPF_MOD)
      return 1;
    if (op == BPF_MOV && by_register)
      return 8 << random_.below(wide ? 3 : 2);
    return 0;
  }

  void swap() {
    const unsigned bits = 16u << random_.below(3);
    const std::uint32_t how = random_.below(v4_ ? 3 : 2);
    const unsigned code = how == 0   ? BPF_ALU | BPF_END | BPF_TO_LE
                          : how == 1 ? BPF_ALU | BPF_END | BPF_TO_BE
                                     : BPF_ALU64 | BPF_END;
    put(insn(code, reg(), 0, 0, bits));
  }

  // Over the next instruction.
  void jump() {
    constexpr std::array<unsigned, 11> conditions = {BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,
                                                     BPF_JLT,  BPF_JLE,  BPF_JSET, BPF_JSGT,
                                                     BPF_JSGE, BPF_JSLT, BPF_JSLE};
    if (jumps_++ > 60) // the verifier follows both ways
      return;
    const unsigned kind = random_.below(2) == 0 ? BPF_JMP : BPF_JMP32;
    const unsigned condition = conditions[random_.below(conditions.size())];
    if (random_.below(2) == 0)
      put(insn(kind | condition | BPF_X, reg(), reg(), 1, 0));
    else
      put(insn(kind | condition | BPF_K, reg(), 0, 1, immediate()));
    arithmetic();
  }

  traffic::Random random_;
  bool v4_;
  unsigned jumps_ = 0;
  std::ostringstream text_;
};

std::string source(std::uint32_t seed, bool v4) {
  std::ostringstream text;
  text << R"(#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 64);
  __type(key, __u32);
  __uint(value_size, )"
       << looks * 8 << R"();
} seen SEC(".maps");
__u32 next;
SEC("xdp") int alu(struct xdp_md* ctx) {
  __u8* data = (__u8*)(long)ctx->data;
  if (data + 64 > (__u8*)(long)ctx->data_end)
    return XDP_DROP;
  __u32 key = next++ & 63;
  __u8* value = bpf_map_lookup_elem(&seen, &key);
  if (!value)
    return XDP_DROP;
  register __u8* from asm("r8") = data;
  register __u8* to asm("r9") = value;
  asm volatile(
)";
  for (unsigned r = 0; r <= last_register; ++r)
    text << "    \"r" << r << " = *(u64 *)(r8 + " << r * 8 << ")\\n\"\n";
  text << Writer(seed, v4).run();
  text << R"(    : "+r"(from), "+r"(to) :
    : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "memory");
  return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
)";
  return text.str();
}

// Some registers start with values at which arithmetic turns.
std::vector<Packet> operands(std::uint32_t seed) {
  constexpr std::array<std::uint64_t, 10> edges = {
      0,          1,   ~0ull, 1ull << 63, (1ull << 63) - 1, 1ull << 31, (1ull << 31) - 1,
      1ull << 32, ~0u, 255};
  traffic::Random random(seed);
  auto packets = test::random_packets(64, seed, 64, 64);
  for (Packet& packet : packets)
    for (std::size_t at = 0; at < 64; at += 8)
      if (random.below(2) == 0)
        std::memcpy(&packet.bytes[at], &edges[random.below(edges.size())], 8);
  return packets;
}

class RandomArithmetic : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomArithmetic, AgreesWithTheKernel) {
  PW_SKIP_WITHOUT_KERNEL();
  const bool v4 = GetParam() % 2 == 0;
  const std::string path = test::compile_c(source(GetParam(), v4), v4 ? "v4" : "v3");
  EXPECT_EQ(test::compare_with_kernel(path, operands(GetParam())), "");
}

INSTANTIATE_TEST_SUITE_P(Programs, RandomArithmetic, testing::Range(1u, 25u));

} // namespace
} // namespace pw
