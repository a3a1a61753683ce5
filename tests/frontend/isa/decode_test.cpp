// Every encoding of RFC 9669, one by one: a table of instruction words and what they say.
#include "frontend/isa/isa.h"

#include <gtest/gtest.h>

using namespace pw::isa;

namespace {

struct Row {
  bpf_insn insn;
  const char* text;
};

bpf_insn make(unsigned code, unsigned dst, unsigned src, int off, std::int32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

const bpf_insn Exit_ = make(0x95, 0, 0, 0, 0);

// The instruction alone, with enough behind it for jumps to land on.
std::string text_of(const bpf_insn& insn) {
  const std::vector<bpf_insn> program = {insn, Exit_, Exit_, Exit_, Exit_};
  const Code code = decode(program);
  return to_string(code.at(0).value());
}

class Encoding : public testing::TestWithParam<Row> {};
TEST_P(Encoding, Decodes) { EXPECT_EQ(text_of(GetParam().insn), GetParam().text); }

const Row Arithmetic[] = {
    {make(0x07, 1, 0, 0, -5), "r1 += -5"},        {make(0x0f, 1, 2, 0, 0), "r1 += r2"},
    {make(0x04, 1, 0, 0, 5), "w1 += 5"},          {make(0x0c, 1, 2, 0, 0), "w1 += w2"},
    {make(0x17, 1, 0, 0, 5), "r1 -= 5"},          {make(0x1f, 1, 2, 0, 0), "r1 -= r2"},
    {make(0x1c, 1, 2, 0, 0), "w1 -= w2"},         {make(0x27, 1, 0, 0, 5), "r1 *= 5"},
    {make(0x2c, 1, 2, 0, 0), "w1 *= w2"},         {make(0x37, 1, 0, 0, 5), "r1 /= 5"},
    {make(0x3f, 1, 2, 0, 0), "r1 /= r2"},         {make(0x3f, 1, 2, 1, 0), "r1 s/= r2"},
    {make(0x34, 1, 0, 1, 5), "w1 s/= 5"},         {make(0x47, 1, 0, 0, 5), "r1 |= 5"},
    {make(0x4c, 1, 2, 0, 0), "w1 |= w2"},         {make(0x57, 1, 0, 0, 5), "r1 &= 5"},
    {make(0x5c, 1, 2, 0, 0), "w1 &= w2"},         {make(0x67, 1, 0, 0, 5), "r1 <<= 5"},
    {make(0x6f, 1, 2, 0, 0), "r1 <<= r2"},        {make(0x64, 1, 0, 0, 5), "w1 <<= 5"},
    {make(0x77, 1, 0, 0, 5), "r1 >>= 5"},         {make(0x7c, 1, 2, 0, 0), "w1 >>= w2"},
    {make(0x87, 1, 0, 0, 0), "r1 = -r1"},         {make(0x84, 1, 0, 0, 0), "w1 = -w1"},
    {make(0x97, 1, 0, 0, 5), "r1 %= 5"},          {make(0x9c, 1, 2, 0, 0), "w1 %= w2"},
    {make(0x9f, 1, 2, 1, 0), "r1 s%= r2"},        {make(0x94, 1, 0, 1, 5), "w1 s%= 5"},
    {make(0xa7, 1, 0, 0, 5), "r1 ^= 5"},          {make(0xac, 1, 2, 0, 0), "w1 ^= w2"},
    {make(0xb7, 1, 0, 0, -1), "r1 = -1"},         {make(0xbf, 1, 2, 0, 0), "r1 = r2"},
    {make(0xb4, 1, 0, 0, -1), "w1 = -1"},         {make(0xbc, 1, 2, 0, 0), "w1 = w2"},
    {make(0xbf, 1, 2, 8, 0), "r1 = (s8)r2"},      {make(0xbf, 1, 2, 16, 0), "r1 = (s16)r2"},
    {make(0xbf, 1, 2, 32, 0), "r1 = (s32)r2"},    {make(0xbc, 1, 2, 8, 0), "w1 = (s8)w2"},
    {make(0xbc, 1, 2, 16, 0), "w1 = (s16)w2"},    {make(0xc7, 1, 0, 0, 5), "r1 s>>= 5"},
    {make(0xcc, 1, 2, 0, 0), "w1 s>>= w2"},       {make(0xd4, 1, 0, 0, 16), "r1 = le16 r1"},
    {make(0xd4, 1, 0, 0, 64), "r1 = le64 r1"},    {make(0xdc, 1, 0, 0, 16), "r1 = be16 r1"},
    {make(0xdc, 1, 0, 0, 32), "r1 = be32 r1"},    {make(0xd7, 1, 0, 0, 16), "r1 = bswap16 r1"},
    {make(0xd7, 1, 0, 0, 64), "r1 = bswap64 r1"},
};
INSTANTIATE_TEST_SUITE_P(Arithmetic, Encoding, testing::ValuesIn(Arithmetic));

const Row Memory[] = {
    {make(0x71, 1, 2, 4, 0), "r1 = *(u8 *)(r2 + 4)"},
    {make(0x69, 1, 2, -4, 0), "r1 = *(u16 *)(r2 - 4)"},
    {make(0x61, 1, 2, 4, 0), "r1 = *(u32 *)(r2 + 4)"},
    {make(0x79, 1, 10, -8, 0), "r1 = *(u64 *)(r10 - 8)"},
    {make(0x91, 1, 2, 4, 0), "r1 = *(s8 *)(r2 + 4)"},
    {make(0x89, 1, 2, 4, 0), "r1 = *(s16 *)(r2 + 4)"},
    {make(0x81, 1, 2, 4, 0), "r1 = *(s32 *)(r2 + 4)"},
    {make(0x73, 1, 2, 4, 0), "*(u8 *)(r1 + 4) = r2"},
    {make(0x6b, 1, 2, 4, 0), "*(u16 *)(r1 + 4) = r2"},
    {make(0x63, 1, 2, 4, 0), "*(u32 *)(r1 + 4) = r2"},
    {make(0x7b, 10, 2, -32768, 0), "*(u64 *)(r10 - 32768) = r2"},
    {make(0x72, 1, 0, 4, 7), "*(u8 *)(r1 + 4) = 7"},
    {make(0x6a, 1, 0, 4, 7), "*(u16 *)(r1 + 4) = 7"},
    {make(0x62, 1, 0, 4, -7), "*(u32 *)(r1 + 4) = -7"},
    {make(0x7a, 1, 0, 4, 7), "*(u64 *)(r1 + 4) = 7"},
    {make(0x20, 0, 0, 0, 14), "r0 = *(u32 *)skb[14]"},
    {make(0x28, 0, 0, 0, 14), "r0 = *(u16 *)skb[14]"},
    {make(0x30, 0, 0, 0, 14), "r0 = *(u8 *)skb[14]"},
    {make(0x40, 0, 3, 0, 14), "r0 = *(u32 *)skb[r3 + 14]"},
    {make(0x50, 0, 3, 0, 14), "r0 = *(u8 *)skb[r3 + 14]"},
};
INSTANTIATE_TEST_SUITE_P(Memory, Encoding, testing::ValuesIn(Memory));

const Row Atomics[] = {
    {make(0xdb, 1, 2, 8, 0x00), "lock *(u64 *)(r1 + 8) += r2"},
    {make(0xc3, 1, 2, 8, 0x00), "lock *(u32 *)(r1 + 8) += r2"},
    {make(0xdb, 1, 2, 8, 0x40), "lock *(u64 *)(r1 + 8) |= r2"},
    {make(0xdb, 1, 2, 8, 0x50), "lock *(u64 *)(r1 + 8) &= r2"},
    {make(0xc3, 1, 2, 8, 0xa0), "lock *(u32 *)(r1 + 8) ^= r2"},
    {make(0xdb, 1, 2, 8, 0x01), "r2 = atomic64_fetch_add((u64 *)(r1 + 8), r2)"},
    {make(0xc3, 1, 2, 8, 0x01), "r2 = atomic_fetch_add((u32 *)(r1 + 8), r2)"},
    {make(0xdb, 1, 2, 8, 0x41), "r2 = atomic64_fetch_or((u64 *)(r1 + 8), r2)"},
    {make(0xdb, 1, 2, 8, 0x51), "r2 = atomic64_fetch_and((u64 *)(r1 + 8), r2)"},
    {make(0xc3, 1, 2, 8, 0xa1), "r2 = atomic_fetch_xor((u32 *)(r1 + 8), r2)"},
    {make(0xdb, 1, 2, 8, 0xe1), "r2 = atomic64_xchg((u64 *)(r1 + 8), r2)"},
    {make(0xc3, 1, 2, 8, 0xf1), "r0 = atomic_cmpxchg((u32 *)(r1 + 8), r0, r2)"},
    {make(0xdb, 1, 2, -8, 0xf1), "r0 = atomic64_cmpxchg((u64 *)(r1 - 8), r0, r2)"},
};
INSTANTIATE_TEST_SUITE_P(Atomics, Encoding, testing::ValuesIn(Atomics));

const Row Jumps[] = {
    {make(0x05, 0, 0, 2, 0), "goto 3"},
    {make(0x06, 0, 0, 0, 3), "goto 4"},
    {make(0x15, 1, 0, 1, -1), "if r1 == -1 goto 2"},
    {make(0x1d, 1, 2, 1, 0), "if r1 == r2 goto 2"},
    {make(0x16, 1, 0, 1, 9), "if w1 == 9 goto 2"},
    {make(0x1e, 1, 2, 1, 0), "if w1 == w2 goto 2"},
    {make(0x55, 1, 0, 1, 9), "if r1 != 9 goto 2"},
    {make(0x25, 1, 0, 1, 9), "if r1 > 9 goto 2"},
    {make(0x35, 1, 0, 1, 9), "if r1 >= 9 goto 2"},
    {make(0xa5, 1, 0, 1, 9), "if r1 < 9 goto 2"},
    {make(0xb5, 1, 0, 1, 9), "if r1 <= 9 goto 2"},
    {make(0x45, 1, 0, 1, 9), "if r1 & 9 goto 2"},
    {make(0x65, 1, 0, 1, 9), "if r1 s> 9 goto 2"},
    {make(0x75, 1, 0, 1, 9), "if r1 s>= 9 goto 2"},
    {make(0xc5, 1, 0, 1, 9), "if r1 s< 9 goto 2"},
    {make(0xde, 1, 2, 1, 0), "if w1 s<= w2 goto 2"},
    {make(0x85, 0, 0, 0, 44), "call helper 44"},
    {make(0x85, 0, 1, 0, 1), "call 2"},
    {make(0x85, 0, 2, 0, 77), "call kfunc 77"},
    {make(0x95, 0, 0, 0, 0), "exit"},
};
INSTANTIATE_TEST_SUITE_P(Jumps, Encoding, testing::ValuesIn(Jumps));

std::string wide(unsigned kind, std::int32_t low, std::int32_t high) {
  const std::vector<bpf_insn> program = {make(0x18, 3, kind, 0, low), make(0, 0, 0, 0, high),
                                         Exit_};
  const Code code = decode(program);
  EXPECT_FALSE(code.at(1).has_value());
  return to_string(code.at(0).value());
}

TEST(WideImmediate, EveryKind) {
  EXPECT_EQ(wide(0, -1, 1), "r3 = 8589934591 ll");
  EXPECT_EQ(wide(BPF_PSEUDO_MAP_FD, 4, 0), "r3 = map[4]");
  EXPECT_EQ(wide(5, 4, 0), "r3 = map[4]"); // BPF_PSEUDO_MAP_IDX
  EXPECT_EQ(wide(BPF_PSEUDO_MAP_VALUE, 4, 12), "r3 = map[4][0] + 12");
  EXPECT_EQ(wide(6, 4, 12), "r3 = map[4][0] + 12"); // BPF_PSEUDO_MAP_IDX_VALUE
  EXPECT_EQ(wide(BPF_PSEUDO_FUNC, 1, 0), "r3 = function 2");
}

TEST(Operand, ImmediatesAreSignExtended) {
  const std::vector<bpf_insn> program = {make(0xb7, 1, 0, 0, -2), Exit_};
  EXPECT_EQ(std::get<Alu>(*decode(program)[0]).src.imm, -2);
}

TEST(Jump, BackwardsIsAbsoluteToo) {
  const std::vector<bpf_insn> program = {make(0xb7, 0, 0, 0, 0), make(0x05, 0, 0, -2, 0)};
  EXPECT_EQ(std::get<Jump>(*decode(program)[1]).target, 0u);
}

TEST(Decode, NothingFromNothing) { EXPECT_TRUE(decode({}).empty()); }

} // namespace
