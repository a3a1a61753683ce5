// Instructions as text, in the notation of the kernel's disassembler; jump and call targets are
// absolute instruction indices.
#include "frontend/isa/isa.h"

#include <string_view>

namespace pw::isa {
namespace {

template <class... Fs> struct Overloaded : Fs... { using Fs::operator()...; };
template <class... Fs> Overloaded(Fs...) -> Overloaded<Fs...>;

std::string reg(Register r, bool is64 = true) {
  return std::string(is64 ? "r" : "w").append(std::to_string(r));
}

std::string operand(const Operand& o, bool is64 = true) {
  return o.reg ? reg(*o.reg, is64) : std::to_string(o.imm);
}

std::string address(Register base, int offset) {
  std::string out = "(";
  out.append(reg(base)).append(offset < 0 ? " - " : " + ");
  return out.append(std::to_string(offset < 0 ? -offset : offset)).append(")");
}

std::string type(unsigned bytes, bool is_signed = false) {
  return std::string(is_signed ? "s" : "u").append(std::to_string(bytes * 8));
}

std::string cell(unsigned bytes, Register base, int offset, bool is_signed = false) {
  return "*(" + type(bytes, is_signed) + " *)" + address(base, offset);
}

std::string_view sign(AluOp op) {
  switch (op) {
  case AluOp::Add:
    return "+=";
  case AluOp::Sub:
    return "-=";
  case AluOp::Mul:
    return "*=";
  case AluOp::Div:
    return "/=";
  case AluOp::Sdiv:
    return "s/=";
  case AluOp::Or:
    return "|=";
  case AluOp::And:
    return "&=";
  case AluOp::Lsh:
    return "<<=";
  case AluOp::Rsh:
    return ">>=";
  case AluOp::Mod:
    return "%=";
  case AluOp::Smod:
    return "s%=";
  case AluOp::Xor:
    return "^=";
  case AluOp::Arsh:
    return "s>>=";
  case AluOp::Neg:
  case AluOp::Mov:
    break;
  }
  return "=";
}

std::string_view sign(Condition c) {
  switch (c) {
  case Condition::Eq:
    return "==";
  case Condition::Ne:
    return "!=";
  case Condition::Gt:
    return ">";
  case Condition::Ge:
    return ">=";
  case Condition::Lt:
    return "<";
  case Condition::Le:
    return "<=";
  case Condition::Set:
    return "&";
  case Condition::Sgt:
    return "s>";
  case Condition::Sge:
    return "s>=";
  case Condition::Slt:
    return "s<";
  case Condition::Sle:
    return "s<=";
  case Condition::Always:
    break;
  }
  return "";
}

std::string print(const Alu& a) {
  const std::string dst = reg(a.dst, a.is64);
  if (a.op == AluOp::Neg)
    return dst + " = -" + dst;
  const std::string extend = a.movsx ? "(s" + std::to_string(a.movsx) + ")" : "";
  return dst + " " + std::string(sign(a.op)) + " " + extend + operand(a.src, a.is64);
}

std::string print(const ByteSwap& b) {
  static constexpr const char* names[] = {"le", "be", "bswap"};
  const std::string dst = reg(b.dst);
  return dst + " = " + names[b.kind] + std::to_string(b.bits) + " " + dst;
}

std::string_view name(AtomicOp op) {
  switch (op) {
  case AtomicOp::Add:
    return "add";
  case AtomicOp::Or:
    return "or";
  case AtomicOp::And:
    return "and";
  case AtomicOp::Xor:
    return "xor";
  case AtomicOp::Xchg:
    return "xchg";
  case AtomicOp::CmpXchg:
    return "cmpxchg";
  }
  return "";
}

std::string_view assignment(AtomicOp op) {
  switch (op) {
  case AtomicOp::Add:
    return "+=";
  case AtomicOp::Or:
    return "|=";
  case AtomicOp::And:
    return "&=";
  default:
    return "^=";
  }
}

std::string print(const Atomic& a) {
  const std::string value = reg(a.src);
  if (!a.fetch)
    return "lock " + cell(a.bytes, a.base, a.offset) + " " + std::string(assignment(a.op)) + " " +
           value;
  const std::string width = a.bytes == 8 ? "64" : "";
  const std::string place = "((" + type(a.bytes) + " *)" + address(a.base, a.offset);
  if (a.op == AtomicOp::CmpXchg) {
    return "r0 = atomic" + width + "_cmpxchg" + place + ", r0, " + value + ")";
  }
  const std::string verb = a.op == AtomicOp::Xchg ? "_xchg" : "_fetch_" + std::string(name(a.op));
  return value + " = atomic" + width + verb + place + ", " + value + ")";
}

std::string print(const Jump& j) {
  const std::string to = "goto " + std::to_string(j.target);
  if (j.condition == Condition::Always)
    return to;
  return "if " + reg(j.dst, j.is64) + " " + std::string(sign(j.condition)) + " " +
         operand(j.src, j.is64) + " " + to;
}

std::string print(const LoadPacket& l) {
  const std::string index = l.index ? reg(*l.index) + " + " : "";
  return "r0 = *(" + type(l.bytes) + " *)skb[" + index + std::to_string(l.offset) + "]";
}

} // namespace

std::string to_string(const Instruction& instruction) {
  return std::visit(
      Overloaded{
          [](const LoadImmediate& l) {
            return reg(l.dst) + " = " + std::to_string(l.value) + " ll";
          },
          [](const LoadMap& l) { return reg(l.dst) + " = map[" + std::to_string(l.map) + "]"; },
          [](const LoadMapValue& l) {
            return reg(l.dst) + " = map[" + std::to_string(l.map) + "][0] + " +
                   std::to_string(l.offset);
          },
          [](const LoadFunction& l) {
            return reg(l.dst) + " = function " + std::to_string(l.target);
          },
          [](const Load& l) {
            return reg(l.dst) + " = " + cell(l.bytes, l.base, l.offset, l.sign_extend);
          },
          [](const Store& s) { return cell(s.bytes, s.base, s.offset) + " = " + operand(s.src); },
          [](const CallHelper& c) { return "call helper " + std::to_string(c.id); },
          [](const CallLocal& c) { return "call " + std::to_string(c.target); },
          [](const CallKfunc& c) { return "call kfunc " + std::to_string(c.btf_id); },
          [](const Exit&) { return std::string("exit"); },
          [](const auto& other) { return print(other); },
      },
      instruction);
}

} // namespace pw::isa
