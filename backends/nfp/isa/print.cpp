#include "backends/nfp/isa/print.h"

#include "backends/nfp/isa/encode.h"
#include "backends/nfp/isa/operands.h"

#include <array>
#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

std::string hex(std::uint64_t n) {
  static const char* digits = "0123456789abcdef";
  std::string out;
  do
    out.insert(out.begin(), digits[n % 16]);
  while ((n /= 16) != 0);
  return std::string("0x") + out;
}

std::string bracket(unsigned n) { return std::string("[") + std::to_string(n) + "]"; }

std::string local_text(const Operand& o) {
  std::string out = "*l$index" + std::to_string(o.number);
  if (o.step != Operand::Step::None)
    return out + (o.step == Operand::Step::Increment ? "++" : "--");
  return o.offset != 0 ? out + bracket(o.offset) : out;
}

std::string register_text(const Operand& o) {
  return std::string("gpr") + (o.bank == Bank::B ? 'B' : 'A') + "_" + std::to_string(o.number);
}

std::string text(const Operand& o) {
  switch (o.kind) {
  case Kind::None:
    return "--";
  case Kind::Virtual:
    return std::string("v") + std::to_string(o.number);
  case Kind::Register:
    return register_text(o);
  case Kind::Transfer:
    return o.grouped ? std::string("$xfer") + std::to_string(o.number) + bracket(o.word)
                     : std::string("$xfer_") + std::to_string(o.number);
  case Kind::Local:
    return local_text(o);
  case Kind::Constant:
    return hex(o.number);
  }
  return "?";
}

std::string both_banks(const Operand& dst) {
  return in_bank(dst, Bank::Both) ? ", gpr_wrboth" : "";
}

std::string conditions(const Instruction& i) { return i.set_conditions ? "" : ", no_cc"; }

const char* name(AluOp op) {
  static const std::map<AluOp, const char*> names = {
      {AluOp::B, "B"},
      {AluOp::Add, "+"},
      {AluOp::Popcount3, "pop_count3"},
      {AluOp::NotB, "~B"},
      {AluOp::Add16, "+16"},
      {AluOp::Popcount1, "pop_count1"},
      {AluOp::Popcount2, "pop_count2"},
      {AluOp::And, "AND"},
      {AluOp::Add8, "+8"},
      {AluOp::NotAAndB, "~AND"},
      {AluOp::SubtractCarry, "-carry"},
      {AluOp::FindFirstSet, "ffs"},
      {AluOp::AAndNotB, "AND~"},
      {AluOp::AddCarry, "+carry"},
      {AluOp::Crc, "CRC"},
      {AluOp::Or, "OR"},
      {AluOp::Subtract, "-"},
      {AluOp::Xor, "XOR"},
      {AluOp::ReverseSubtract, "B-A"},
  };
  const auto it = names.find(op);
  return it == names.end() ? "?" : it->second;
}

// The operations that are instructions of their own with one source.
std::string single_source(const Instruction& i, const std::string& right) {
  if (i.alu == AluOp::Popcount1 || i.alu == AluOp::Popcount2)
    return std::string(name(i.alu)) + "[" + right + "]";
  return std::string(name(i.alu)) + "[" + text(i.dst) + ", " + right + "]";
}

bool has_single_source(AluOp op) {
  return op == AluOp::Popcount1 || op == AluOp::Popcount2 || op == AluOp::Popcount3 ||
         op == AluOp::FindFirstSet;
}

std::string alu_text(const Instruction& i) {
  Operand left = i.a, right = i.b;
  choose_banks(left, right);
  const std::string body = has_single_source(i.alu)
                               ? single_source(i, text(right))
                               : "alu[" + text(i.dst) + ", " + text(left) + ", " + name(i.alu) +
                                     ", " + text(right) + "]";
  return body + conditions(i) + both_banks(i.dst);
}

std::string shift_name(const Instruction& i) {
  static const std::array<const char*, 8> names = {"B",    "~B", "AND", "~AND",
                                                   "AND~", "OR", "asr", "byte_align"};
  return names.at(unsigned(i.shift_op));
}

std::string amount_text(const Instruction& i) {
  static const std::array<const char*, 4> kinds = {">>rot", ">>", "<<", ">>"};
  return kinds.at(unsigned(i.shift)) + (i.indirect ? "indirect" : std::to_string(i.amount));
}

std::string shift_text(const Instruction& i) {
  Operand left = i.a, right = i.b;
  choose_banks(left, right);
  const std::string tail =
      text(right) + ", " + amount_text(i) + "]" + conditions(i) + both_banks(i.dst);
  if (i.shift == ShiftKind::Double)
    return "dbl_shf[" + text(i.dst) + ", " + text(left) + ", " + tail;
  if (i.shift_op == ShiftOp::Arithmetic)
    return "asr[" + text(i.dst) + ", " + tail;
  return "alu_shf[" + text(i.dst) + ", " + text(left) + ", " + shift_name(i) + ", " + tail;
}

std::string immed_name(const Instruction& i) {
  if (i.immediate_width == 1)
    return "immed_b" + std::to_string(i.byte_shift);
  if (i.immediate_width == 2)
    return "immed_w" + std::to_string(i.byte_shift / 2);
  return "immed";
}

Word32 immediate_value(const Instruction& i) {
  const Word32 value = i.invert ? ~Word32{i.immediate} : Word32{i.immediate};
  if (i.immediate_width == 0)
    return value;
  return value & (i.immediate_width == 1 ? 0xff : 0xffff);
}

std::string immed_text(const Instruction& i) {
  if (i.dst.kind == Kind::None && i.immediate == 0)
    return "nop";
  std::string out = immed_name(i) + "[" + text(i.dst) + ", " + hex(immediate_value(i));
  if (i.immediate_width == 0 && i.byte_shift != 0)
    out += ", <<" + std::to_string(i.byte_shift * 8);
  return out + "]" + both_banks(i.dst);
}

std::string ld_field_text(const Instruction& i) {
  Operand left = i.dst, right = i.b;
  choose_banks(left, right);
  std::string mask;
  for (unsigned bit = 4; bit-- > 0;)
    mask += (i.byte_mask >> bit & 1) != 0 ? '1' : '0';
  return std::string(i.zero_others ? "ld_field_w_clr[" : "ld_field[") + text(left) + ", " + mask +
         ", " + text(right) + (i.amount != 0 ? ", >>rot" + std::to_string(i.amount) : "") + "]" +
         both_banks(i.dst);
}

std::string csr_name(unsigned address) {
  static const std::map<unsigned, const char*> names = {
      {0x18, "CtxEnables"},    {0x20, "CSRCtxPtr"},    {0x64, "ActLMAddr0"},
      {0x6c, "ActLMAddr1"},    {0x74, "XferIndex"},    {0x94, "ActLMAddr2"},
      {0x9c, "ActLMAddr3"},    {0xc0, "TimestampLow"}, {0xc4, "TimestampHgh"},
      {0x148, "PseudoRndNum"}, {0x160, "MiscControl"}, {0x190, "CmdIndirectRef0"},
  };
  const auto it = names.find(address);
  return it == names.end() ? hex(address) : it->second;
}

std::string multiply_text(const Instruction& i) {
  static const std::array<const char*, 4> kinds = {"start", "24x8", "16x16", "32x32"};
  static const std::array<const char*, 6> steps = {"step1", "step2", "step3",
                                                   "step4", "last",  "last2"};
  Operand left = i.a, right = i.b;
  choose_banks(left, right);
  const bool result = i.step == MultiplyStep::Last || i.step == MultiplyStep::Last2;
  std::string out = "mul_step[";
  if (result) // a result without a destination is the number of "no destination"
    out += (i.dst.kind == Kind::None ? "0x0" : text(i.dst)) + ", --], ";
  else
    out += text(left) + ", " + text(right) + "], ";
  out += kinds.at(unsigned(i.multiply));
  if (i.multiply != MultiplyKind::Start)
    out += std::string("_") + steps.at(unsigned(i.step));
  return out + conditions(i) + both_banks(i.dst);
}

std::string memory_name(const Instruction& i) {
  static const std::array<const char*, 8> names = {"read8",       "read32",      "read32_le",
                                                   "read32_swap", "read_le",     "read_swap_le",
                                                   "write8_swap", "write32_swap"};
  if (i.memory == Memory::Add)
    return i.wide ? "add64" : "add";
  if (i.memory == Memory::AddImmediate)
    return i.wide ? "add64_imm" : "add_imm";
  return names.at(unsigned(i.memory));
}

std::string address_text(const Instruction& i) {
  Operand left = i.a, right = i.b;
  choose_banks(left, right);
  if (i.mode == AddressMode::Sum32)
    return text(left) + ", " + text(right);
  if (i.mode == AddressMode::Shift8A)
    return text(left) + ", <<8, " + text(right);
  return text(right) + ", <<8, " + text(left);
}

// The number in the word: for additions it only says how wide they are.
unsigned shown_length(const Instruction& i, bool numbers) {
  if (i.memory == Memory::Add || i.memory == Memory::AddImmediate)
    return i.wide ? 5 : 1;
  return numbers ? ((i.count - 1u) & 7) + 1 : i.count;
}

std::string command_text(const Instruction& i, bool numbers) {
  const std::string data = i.data.kind == Kind::None ? "$xfer_0" : text(i.data);
  std::string out = "mem[" + memory_name(i) + ", " + data + ", " + address_text(i) + ", " +
                    std::to_string(shown_length(i, numbers)) + "]";
  if (i.indirect)
    out += ", indirect_ref";
  if (i.swap_context)
    out += ", ctx_swap[sig1]";
  return out;
}

std::string target_text(const Instruction& i, bool numbers) {
  if (numbers)
    return std::string(".") + std::to_string(address_field(i));
  switch (i.target.kind) {
  case Target::Kind::Done:
    return ".next_packet";
  case Target::Kind::Helper:
    return std::string(".helper_") + std::to_string(i.target.number);
  case Target::Kind::Block:
    return std::string(".block_") + std::to_string(i.target.number);
  case Target::Kind::Address:
    return std::string(".") + std::to_string(i.target.number);
  case Target::Kind::None:
    break;
  }
  return ".?";
}

std::string branch_name(Condition c) {
  static const std::array<const char*, 12> names = {"beq", "bne", "bmi", "bpl", "bcs", "bcc",
                                                    "bvs", "bvc", "bge", "blt", "ble", "bgt"};
  return c == Condition::Always ? "br" : names.at(unsigned(c));
}

std::string branch_bit_text(const Instruction& i, bool numbers) {
  return std::string(i.bit_set ? "br_bset[" : "br_bclr[") + text(i.a) + ", " +
         std::to_string(i.bit) + ", " + target_text(i, numbers) + "]";
}

std::string branch_byte_text(const Instruction& i, bool numbers) {
  return std::string(i.byte_equal ? "br=byte[" : "br!=byte[") + text(i.a) + ", " +
         std::to_string(i.byte) + ", " + hex(i.byte_value) + ", " + target_text(i, numbers) + "]";
}

std::string body(const Instruction& i, bool numbers) {
  switch (i.op) {
  case Op::Nop:
    return "nop";
  case Op::Alu:
    return alu_text(i);
  case Op::Shift:
    return shift_text(i);
  case Op::Immed:
    return immed_text(i);
  case Op::LdField:
    return ld_field_text(i);
  case Op::CsrRead:
    return "local_csr_rd[" + csr_name(i.csr) + "]";
  case Op::CsrWrite:
    return "local_csr_wr[" + csr_name(i.csr) + ", " + text(i.a) + "]";
  case Op::Multiply:
    return multiply_text(i);
  case Op::Command:
    return command_text(i, numbers);
  case Op::Branch:
    return branch_name(i.condition) + "[" + target_text(i, numbers) + "]";
  case Op::BranchBit:
    return branch_bit_text(i, numbers);
  case Op::BranchByte:
    return branch_byte_text(i, numbers);
  case Op::Return:
    return "rtn[" + text(i.a) + "]";
  case Op::Arbitrate:
    return "ctx_arb[voluntary]";
  case Op::LoadValue:
    return "load[" + text(i.dst) + ", " + hex(i.value) + "]";
  case Op::LoadLabel:
    return "load_addr[" + text(i.dst) + ", " + target_text(i, numbers) + "]";
  case Op::Call:
    return std::string("call[.helper_") + std::to_string(i.helper) + ", table " +
           std::to_string(i.value) + "]";
  }
  return "?";
}

std::string whole(const Instruction& i, bool numbers) {
  return body(i, numbers) + (i.defer != 0 ? ", defer" + bracket(i.defer) : "");
}

} // namespace

std::string print(const Instruction& i) { return whole(i, false); }
std::string disassembly(const Instruction& i) { return whole(i, true); }

} // namespace pw::nfp
