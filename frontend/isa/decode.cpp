// struct bpf_insn -> pw::isa::Instruction. Every field that RFC 9669 leaves unused must be zero, as
// the kernel demands, so that an encoding from a later revision is refused instead of misread.
#include "frontend/isa/isa.h"

#include "support/diagnostic.h"

#include <array>

namespace pw::isa {
namespace {

constexpr std::uint8_t ModeMemSx = 0x80;
constexpr std::uint8_t ModeAtomic = 0xc0;
constexpr std::uint8_t PseudoMapIdx = 5;
constexpr std::uint8_t PseudoMapIdxValue = 6;

struct Unknown {
  std::string why;
};
using Result = std::variant<Instruction, Unknown>;

Unknown reserved() { return {"a field that must be zero is not"}; }

unsigned bytes_of(std::uint8_t code) {
  switch (BPF_SIZE(code)) {
  case BPF_B:
    return 1;
  case BPF_H:
    return 2;
  case BPF_W:
    return 4;
  default:
    return 8;
  }
}

bool is_register(unsigned r) { return r <= 10; }

Operand source(const bpf_insn& i) {
  if (BPF_SRC(i.code) == BPF_X)
    return {.reg = i.src_reg, .imm = 0};
  return {.reg = std::nullopt, .imm = i.imm};
}

// The half of the operand that is not used must be zero.
bool unused_half_is_zero(const bpf_insn& i) {
  return BPF_SRC(i.code) == BPF_X ? i.imm == 0 : i.src_reg == 0;
}

Result byte_swap(const bpf_insn& i, bool is64) {
  if (i.imm != 16 && i.imm != 32 && i.imm != 64)
    return Unknown{"byte swaps are of 16, 32 or 64 bits"};
  if (i.off != 0 || i.src_reg != 0 || (is64 && BPF_SRC(i.code) == BPF_X))
    return reserved();
  const auto kind = is64                       ? ByteSwap::Unconditional
                    : BPF_SRC(i.code) == BPF_X ? ByteSwap::ToBig
                                               : ByteSwap::ToLittle;
  return ByteSwap{kind, static_cast<unsigned>(i.imm), i.dst_reg};
}

Result move(const bpf_insn& i, bool is64) {
  const bool extends = i.off == 8 || i.off == 16 || (i.off == 32 && is64);
  if (!unused_half_is_zero(i) || (i.off != 0 && (!extends || BPF_SRC(i.code) == BPF_K)))
    return reserved();
  return Alu{AluOp::Mov, is64, i.dst_reg, source(i), static_cast<unsigned>(i.off)};
}

std::optional<AluOp> alu_op(const bpf_insn& i) {
  const bool is_signed = i.off == 1;
  switch (BPF_OP(i.code)) {
  case BPF_ADD:
    return AluOp::Add;
  case BPF_SUB:
    return AluOp::Sub;
  case BPF_MUL:
    return AluOp::Mul;
  case BPF_DIV:
    return is_signed ? AluOp::Sdiv : AluOp::Div;
  case BPF_OR:
    return AluOp::Or;
  case BPF_AND:
    return AluOp::And;
  case BPF_LSH:
    return AluOp::Lsh;
  case BPF_RSH:
    return AluOp::Rsh;
  case BPF_NEG:
    return AluOp::Neg;
  case BPF_MOD:
    return is_signed ? AluOp::Smod : AluOp::Mod;
  case BPF_XOR:
    return AluOp::Xor;
  case BPF_ARSH:
    return AluOp::Arsh;
  default:
    return std::nullopt;
  }
}

Result alu(const bpf_insn& i) {
  const bool is64 = BPF_CLASS(i.code) == BPF_ALU64;
  if (BPF_OP(i.code) == BPF_END)
    return byte_swap(i, is64);
  if (BPF_OP(i.code) == BPF_MOV)
    return move(i, is64);
  const auto op = alu_op(i);
  if (!op)
    return Unknown{"no such arithmetic operation"};
  const bool may_be_signed = BPF_OP(i.code) == BPF_DIV || BPF_OP(i.code) == BPF_MOD;
  if (i.off != 0 && !(may_be_signed && i.off == 1))
    return reserved();
  if (op == AluOp::Neg) {
    if (BPF_SRC(i.code) != BPF_K || i.imm != 0 || i.src_reg != 0)
      return reserved();
    return Alu{*op, is64, i.dst_reg, {}, 0};
  }
  if (!unused_half_is_zero(i))
    return reserved();
  return Alu{*op, is64, i.dst_reg, source(i), 0};
}

Result load(const bpf_insn& i) {
  const unsigned bytes = bytes_of(i.code);
  if (i.imm != 0)
    return reserved();
  if (BPF_MODE(i.code) == BPF_MEM)
    return Load{bytes, false, i.dst_reg, i.src_reg, i.off};
  if (BPF_MODE(i.code) == ModeMemSx && bytes < 8)
    return Load{bytes, true, i.dst_reg, i.src_reg, i.off};
  return Unknown{"no such addressing mode of a load"};
}

Result atomic(const bpf_insn& i) {
  const unsigned bytes = bytes_of(i.code);
  if (bytes < 4)
    return Unknown{"atomic operations are of 4 or 8 bytes"};
  const bool fetch = (i.imm & BPF_FETCH) != 0;
  const auto make = [&](AtomicOp op) {
    return Atomic{op, bytes, fetch, i.dst_reg, i.src_reg, i.off};
  };
  switch (i.imm) {
  case BPF_ADD:
  case BPF_ADD | BPF_FETCH:
    return make(AtomicOp::Add);
  case BPF_OR:
  case BPF_OR | BPF_FETCH:
    return make(AtomicOp::Or);
  case BPF_AND:
  case BPF_AND | BPF_FETCH:
    return make(AtomicOp::And);
  case BPF_XOR:
  case BPF_XOR | BPF_FETCH:
    return make(AtomicOp::Xor);
  case BPF_XCHG:
    return make(AtomicOp::Xchg);
  case BPF_CMPXCHG:
    return make(AtomicOp::CmpXchg);
  default:
    return Unknown{"no such atomic operation"};
  }
}

Result store(const bpf_insn& i) {
  const bool from_register = BPF_CLASS(i.code) == BPF_STX;
  if (from_register && BPF_MODE(i.code) == ModeAtomic)
    return atomic(i);
  if (BPF_MODE(i.code) != BPF_MEM)
    return Unknown{"no such addressing mode of a store"};
  if (from_register ? i.imm != 0 : i.src_reg != 0)
    return reserved();
  const Operand value = from_register ? Operand{i.src_reg, 0} : Operand{std::nullopt, i.imm};
  return Store{bytes_of(i.code), i.dst_reg, i.off, value};
}

Result packet_load(const bpf_insn& i) {
  const bool indexed = BPF_MODE(i.code) == BPF_IND;
  if (BPF_SIZE(i.code) == BPF_DW)
    return Unknown{"packet loads are of 1, 2 or 4 bytes"};
  if (i.dst_reg != 0 || i.off != 0 || (!indexed && i.src_reg != 0))
    return reserved();
  LoadPacket l{bytes_of(i.code), std::nullopt, i.imm};
  if (indexed)
    l.index = i.src_reg;
  return l;
}

std::optional<Condition> condition(std::uint8_t op) {
  switch (op) {
  case BPF_JA:
    return Condition::Always;
  case BPF_JEQ:
    return Condition::Eq;
  case BPF_JNE:
    return Condition::Ne;
  case BPF_JGT:
    return Condition::Gt;
  case BPF_JGE:
    return Condition::Ge;
  case BPF_JLT:
    return Condition::Lt;
  case BPF_JLE:
    return Condition::Le;
  case BPF_JSET:
    return Condition::Set;
  case BPF_JSGT:
    return Condition::Sgt;
  case BPF_JSGE:
    return Condition::Sge;
  case BPF_JSLT:
    return Condition::Slt;
  case BPF_JSLE:
    return Condition::Sle;
  default:
    return std::nullopt;
  }
}

// Decodes a whole program; jumps are checked once every instruction's place is known.
class Decoder {
public:
  explicit Decoder(std::span<const bpf_insn> insns) : insns_(insns), code_(insns.size()) {}

  Code run() {
    for (std::size_t i = 0; i < insns_.size(); i += is_wide(i) ? 2 : 1)
      decode_at(i);
    for (const auto& [from, to] : jumps_)
      check_target(from, to);
    if (!problems_.empty())
      throw Failure(std::move(problems_));
    return std::move(code_);
  }

private:
  bool is_wide(std::size_t i) const { return insns_[i].code == (BPF_LD | BPF_IMM | BPF_DW); }

  void decode_at(std::size_t i) {
    Result r = instruction(i);
    if (const auto* unknown = std::get_if<Unknown>(&r)) {
      problem("PW-VER-001", i, describe(i, unknown->why));
      if (insns_[i].code == (BPF_JMP | BPF_CALL | BPF_X))
        problems_.back().help("compile with -O2: without it clang calls helpers through pointers, "
                              "and Linux refuses such calls, too");
      return;
    }
    code_[i] = std::get<Instruction>(std::move(r));
  }

  std::string describe(std::size_t i, const std::string& why) const {
    static constexpr char digits[] = "0123456789abcdef";
    const std::uint8_t code = insns_[i].code;
    return std::string("unknown instruction: opcode 0x") + digits[code >> 4] + digits[code & 15] +
           ", " + why;
  }

  void problem(std::string_view code, std::size_t i, std::string message) {
    Diagnostic d = diagnose(code, std::move(message));
    d.at(static_cast<unsigned>(i), {}).breaks("RFC 9669 defines the instruction set");
    problems_.push_back(std::move(d));
  }

  Result instruction(std::size_t i) {
    const bpf_insn& insn = insns_[i];
    if (!is_register(insn.dst_reg) || !is_register(insn.src_reg))
      return Unknown{"registers are r0 to r10"};
    switch (BPF_CLASS(insn.code)) {
    case BPF_ALU:
    case BPF_ALU64:
      return alu(insn);
    case BPF_LD:
      return load_class(i);
    case BPF_LDX:
      return load(insn);
    case BPF_ST:
    case BPF_STX:
      return store(insn);
    default:
      return jump_class(i);
    }
  }

  Result load_class(std::size_t i) {
    if (is_wide(i))
      return wide(i);
    const std::uint8_t mode = BPF_MODE(insns_[i].code);
    if (mode == BPF_ABS || mode == BPF_IND)
      return packet_load(insns_[i]);
    return Unknown{"no such load"};
  }

  Result wide(std::size_t i) {
    if (i + 1 >= insns_.size())
      return Unknown{"the second half of the 64-bit immediate is missing"};
    const bpf_insn& low = insns_[i];
    const bpf_insn& high = insns_[i + 1];
    if (low.off != 0 || high.code != 0 || high.dst_reg != 0 || high.src_reg != 0 || high.off != 0)
      return reserved();
    const auto imm = static_cast<std::uint32_t>(low.imm);
    const auto next = static_cast<std::uint32_t>(high.imm);
    switch (low.src_reg) {
    case 0:
      return LoadImmediate{low.dst_reg, imm | static_cast<std::uint64_t>(next) << 32};
    case BPF_PSEUDO_MAP_FD:
    case PseudoMapIdx:
      if (next != 0)
        return reserved();
      return LoadMap{low.dst_reg, imm};
    case BPF_PSEUDO_MAP_VALUE:
    case PseudoMapIdxValue:
      return LoadMapValue{low.dst_reg, imm, next};
    case BPF_PSEUDO_FUNC:
      return LoadFunction{low.dst_reg, target(i, low.imm)};
    case BPF_PSEUDO_BTF_ID:
      return Unknown{"the address of a kernel variable has no meaning here"};
    default:
      return Unknown{"no such kind of 64-bit immediate"};
    }
  }

  Result jump_class(std::size_t i) {
    const bpf_insn& insn = insns_[i];
    const bool is64 = BPF_CLASS(insn.code) == BPF_JMP;
    if (is64 && BPF_OP(insn.code) == BPF_CALL)
      return call(i);
    if (is64 && BPF_OP(insn.code) == BPF_EXIT)
      return exit(insn);
    const auto when = condition(BPF_OP(insn.code));
    if (!when)
      return Unknown{"no such jump"};
    if (when == Condition::Always)
      return always(i, is64);
    if (!unused_half_is_zero(insn))
      return reserved();
    return Jump{*when, is64, insn.dst_reg, source(insn), target(i, insn.off)};
  }

  Result always(std::size_t i, bool is64) {
    const bpf_insn& insn = insns_[i];
    const bool distance_in_off = is64; // gotol has it in imm
    if (BPF_SRC(insn.code) != BPF_K || insn.dst_reg != 0 || insn.src_reg != 0 ||
        (distance_in_off ? insn.imm : insn.off) != 0)
      return reserved();
    return Jump{Condition::Always, true, 0, {}, target(i, is64 ? insn.off : insn.imm)};
  }

  Result call(std::size_t i) {
    const bpf_insn& insn = insns_[i];
    const bool is_kfunc = insn.src_reg == BPF_PSEUDO_KFUNC_CALL;
    if (BPF_SRC(insn.code) != BPF_K || insn.dst_reg != 0 || (insn.off != 0 && !is_kfunc))
      return reserved();
    switch (insn.src_reg) {
    case 0:
      return CallHelper{static_cast<std::uint32_t>(insn.imm)};
    case BPF_PSEUDO_CALL:
      return CallLocal{target(i, insn.imm)};
    case BPF_PSEUDO_KFUNC_CALL:
      return CallKfunc{insn.imm};
    default:
      return Unknown{"no such kind of call"};
    }
  }

  Result exit(const bpf_insn& insn) {
    if (BPF_SRC(insn.code) != BPF_K || insn.imm != 0 || insn.off != 0 || insn.dst_reg != 0 ||
        insn.src_reg != 0)
      return reserved();
    return Exit{};
  }

  unsigned target(std::size_t i, std::int64_t distance) {
    const std::int64_t to = static_cast<std::int64_t>(i) + 1 + distance;
    jumps_.emplace_back(i, to);
    return static_cast<unsigned>(to);
  }

  void check_target(std::size_t from, std::int64_t to) {
    if (to < 0 || to >= static_cast<std::int64_t>(insns_.size()))
      return problem("PW-VER-002", from,
                     "jump to instruction " + std::to_string(to) + ", outside the program");
    if (to > 0 && is_wide(static_cast<std::size_t>(to) - 1) && second_half(to))
      problem("PW-VER-002", from,
              "jump to instruction " + std::to_string(to) + ", the middle of a 64-bit immediate");
  }

  // A slot without an instruction follows a wide one that was decoded.
  bool second_half(std::int64_t at) const {
    const auto& before = code_[static_cast<std::size_t>(at) - 1];
    return before.has_value() && !code_[static_cast<std::size_t>(at)].has_value();
  }

  std::span<const bpf_insn> insns_;
  Code code_;
  std::vector<std::pair<std::size_t, std::int64_t>> jumps_;
  std::vector<Diagnostic> problems_;
};

} // namespace

Code decode(std::span<const bpf_insn> insns) { return Decoder(insns).run(); }

} // namespace pw::isa
