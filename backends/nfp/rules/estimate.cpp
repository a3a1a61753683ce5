// How many words the Linux driver makes of a program: an estimate from what it does for each kind
// of instruction, without its optimisations across instructions.
#include "backends/nfp/rules/rules.h"

namespace pw::nfp::rules {
namespace {

constexpr unsigned entry_and_exit = 2 + 13 + 8; // and the nops behind the program

// A constant needs no word of its own up to 8 bits, one up to 16 and two beyond.
unsigned constant_words(std::int64_t c) {
  const std::uint64_t size = c < 0 ? std::uint64_t(-c) : std::uint64_t(c);
  return size <= 0xff ? 0 : size <= 0xffff ? 1 : 2;
}

unsigned operand_words(const Operand& o) { return o.reg ? 0 : constant_words(o.imm); }

// Registers are pairs of 32 bits; what a 32-bit operation leaves in the upper half is often not
// needed, and then not written.
struct Cost {
  unsigned operator()(const Alu& a) const {
    const unsigned halves = a.is64 ? 2 : 1;
    switch (a.op) {
    case AluOp::Mul:
      return 8 + operand_words(a.src);
    case AluOp::Div:
      return 20;
    case AluOp::Lsh:
    case AluOp::Rsh:
    case AluOp::Arsh:
      return a.src.reg ? 6 * halves : halves;
    default:
      return halves + operand_words(a.src);
    }
  }
  unsigned operator()(const ByteSwap& b) const { return b.bits == 64 ? 4 : 2; }
  unsigned operator()(const LoadImmediate&) const { return 4; }
  unsigned operator()(const LoadMap&) const { return 2; }
  unsigned operator()(const LoadMapValue&) const { return 4; }
  unsigned operator()(const LoadFunction&) const { return 4; }
  unsigned operator()(const Load&) const { return 2; } // neighbours share a read
  unsigned operator()(const Store& s) const { return s.bytes == 8 ? 3 : 2; }
  unsigned operator()(const Atomic&) const { return 9; }
  unsigned operator()(const Jump& j) const {
    if (j.condition == Condition::Always)
      return 1;
    return (j.is64 ? 3 : 2) + operand_words(j.src);
  }
  unsigned operator()(const CallHelper& c) const {
    switch (c.id) {
    case BPF_FUNC_get_prandom_u32:
      return 3;
    case BPF_FUNC_xdp_adjust_head:
      return 16;
    case BPF_FUNC_xdp_adjust_tail:
      return 11;
    default:
      return 9;
    }
  }
  unsigned operator()(const CallLocal&) const { return 5; }
  unsigned operator()(const isa::Exit&) const { return 1; }
  unsigned operator()(const LoadPacket&) const { return 10; }
  unsigned operator()(const CallKfunc&) const { return 0; }
};

} // namespace

unsigned estimate_words(const Subject& s) {
  const auto& code = s.walk.code();
  unsigned words = entry_and_exit;
  for (unsigned i = 0; i < s.program.insns.size() && i < code.size(); ++i)
    if (code[i] && s.walk.reached(i))
      words += std::visit(Cost{}, *code[i]);
  return words;
}

} // namespace pw::nfp::rules
