#include "backends/nfp/isa/encode.h"

#include "backends/nfp/isa/operands.h"

#include <array>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;
using Bits = std::uint64_t;

constexpr unsigned write_both = 41, source_extension = 42, destination_extension = 43;
constexpr unsigned no_conditions = 40, high_destination_bank = 36;

Bits bit(bool set, unsigned position) { return Bits{set} << position; }

Bits field(const Instruction& i, unsigned value, unsigned msb, unsigned lsb, const char* name) {
  if (value >> (msb - lsb + 1) != 0)
    not_encodable(std::string(name) + " " + std::to_string(value) + " has no room", i);
  return Bits{value} << lsb;
}

Bits extensions(const Sources& s, const Operand& dst) {
  return bit(extended(s.left) || extended(s.right), source_extension) |
         bit(extended(dst), destination_extension) | bit(in_bank(dst, Bank::Both), write_both);
}

bool takes_left(AluOp op) {
  switch (op) {
  case AluOp::B:
  case AluOp::NotB:
  case AluOp::Popcount1:
  case AluOp::Popcount2:
  case AluOp::Popcount3:
  case AluOp::FindFirstSet:
    return false;
  default:
    return true;
  }
}

void need_right(const Instruction& i) {
  if (i.b.kind == Kind::None)
    not_encodable("no right source", i);
}

void check_alu(const Instruction& i) {
  need_right(i);
  if (i.alu == AluOp::Crc)
    not_encodable("CRC steps are not part of the code generator's instructions", i);
  if (takes_left(i.alu) == (i.a.kind == Kind::None))
    not_encodable(takes_left(i.alu) ? "no left source" : "a left source that is not used", i);
  if ((i.alu == AluOp::Popcount1 || i.alu == AluOp::Popcount2) && i.dst.kind != Kind::None)
    not_encodable("the first steps of a population count have no destination", i);
}

Bits alu(const Instruction& i) {
  check_alu(i);
  const Sources s = arrange(i, i.a, i.b);
  return 0x00a0'0000'0000 | unrestricted(i, s.field_a()) |
         Bits{unrestricted(i, s.field_b())} << 10 | Bits{unrestricted_destination(i, i.dst)} << 20 |
         bit(s.swap, 30) | field(i, unsigned(i.alu), 35, 31, "operation") |
         bit(in_bank(i.dst, Bank::B), high_destination_bank) |
         bit(!i.set_conditions, no_conditions) | extensions(s, i.dst);
}

unsigned shift_amount(const Instruction& i) {
  const bool moves = i.shift != ShiftKind::Rotate;
  if (i.indirect) {
    if (!moves)
      not_encodable("rotations have no indirect amount", i);
    return 0;
  }
  if (i.amount > 31 || (moves && i.amount == 0))
    not_encodable("an amount of " + std::to_string(i.amount), i);
  return i.shift == ShiftKind::Left ? 32 - i.amount : i.amount;
}

// The top bit of a restricted constant has a place of its own.
Bits high_constant_bit(const Sources& s) {
  return bit((is_constant(s.left) && s.left.number >= 128) ||
                 (is_constant(s.right) && s.right.number >= 128),
             18);
}

bool shift_takes_left(const Instruction& i) {
  if (i.shift == ShiftKind::Double)
    return true;
  return i.shift_op != ShiftOp::B && i.shift_op != ShiftOp::NotB &&
         i.shift_op != ShiftOp::Arithmetic;
}

void check_shift(const Instruction& i) {
  if (i.shift == ShiftKind::Double && i.shift_op != ShiftOp::B)
    not_encodable("a double shift with another operation", i);
  if (i.shift_op == ShiftOp::Arithmetic && i.shift != ShiftKind::Right)
    not_encodable("an arithmetic shift that is not one to the right", i);
  if (i.shift_op == ShiftOp::ByteAlign)
    not_encodable("byte alignment is not part of the code generator's instructions", i);
  if (shift_takes_left(i) == (i.a.kind == Kind::None))
    not_encodable(shift_takes_left(i) ? "no left source" : "a left source that is not used", i);
  need_right(i);
}

Bits shift(const Instruction& i) {
  check_shift(i);
  const Sources s = arrange(i, i.a, i.b);
  return 0x0080'0000'0000 | restricted(i, s.field_a()) | Bits{unsigned(i.shift)} << 8 |
         Bits{restricted(i, s.field_b())} << 10 | high_constant_bit(s) | bit(s.swap, 19) |
         Bits{restricted_destination(i, i.dst)} << 20 | Bits{shift_amount(i)} << 28 |
         Bits{unsigned(i.shift_op)} << 33 | bit(in_bank(i.dst, Bank::B), high_destination_bank) |
         bit(!i.set_conditions, no_conditions) | extensions(s, i.dst);
}

void check_immediate(const Instruction& i) {
  if (i.immediate_width > 2 || i.byte_shift > 2)
    not_encodable("no such width or byte shift", i);
  if (i.immediate_width == 1 && i.immediate > 0xff)
    not_encodable("a byte of more than 8 bits", i);
  if (i.immediate_width == 2 && i.byte_shift == 1)
    not_encodable("a word in the middle", i);
}

// The destination stands in a source field, the low byte of the value in the other one.
Bits immed(const Instruction& i) {
  check_immediate(i);
  const unsigned dst = unrestricted_destination(i, i.dst);
  const unsigned low = 0x300u | (i.immediate & 0xff);
  const bool swapped = in_bank(i.dst, Bank::B);
  return 0x00f0'0000'0000 | (swapped ? low : dst) | Bits{swapped ? dst : low} << 10 |
         Bits{unsigned(i.immediate >> 8)} << 20 | Bits{i.immediate_width} << 29 |
         bit(i.invert, 31) | Bits{i.byte_shift} << 33 |
         bit(in_bank(i.dst, Bank::Both), write_both) | bit(extended(i.dst), source_extension) |
         bit(extended(i.dst), destination_extension);
}

// The destination is the left source, too: its other bytes stay.
Bits ld_field(const Instruction& i) {
  if (i.dst.kind == Kind::None || is_constant(i.dst))
    not_encodable("no destination", i);
  need_right(i);
  const Sources s = arrange(i, i.dst, i.b);
  return 0x00c0'0000'0000 | restricted(i, s.field_a()) | Bits{restricted(i, s.field_b())} << 10 |
         high_constant_bit(s) | bit(s.swap, 19) | bit(i.zero_others, 20) |
         field(i, i.byte_mask, 27, 24, "byte mask") | field(i, i.amount, 32, 28, "rotation") |
         extensions(s, i.dst);
}

Bits csr_address(const Instruction& i) {
  if (i.csr % 4 != 0)
    not_encodable("a control register between two", i);
  return field(i, i.csr / 4u, 32, 22, "control register");
}

Bits csr_read(const Instruction& i) { return 0x00fc'0000'0000 | csr_address(i); }

Bits csr_write(const Instruction& i) {
  if (i.a.kind == Kind::None)
    not_encodable("no source", i);
  const bool in_b = in_bank(i.a, Bank::B);
  const unsigned source = unrestricted(i, i.a);
  return 0x00fc'0020'0000 | csr_address(i) | (in_b ? 0x300u : source) |
         Bits{in_b ? source : 0x300u} << 10 | bit(extended(i.a), source_extension);
}

Bits multiply_step(const Instruction& i) {
  const Sources s = arrange(i, i.a, i.b);
  return unrestricted(i, s.field_a()) | Bits{unrestricted(i, s.field_b())} << 10 | bit(s.swap, 30) |
         extensions(s, none());
}

Bits multiply_result(const Instruction& i) {
  return unrestricted_destination(i, i.dst) | bit(in_bank(i.dst, Bank::B), 23) |
         extensions({}, i.dst);
}

Bits multiply(const Instruction& i) {
  const bool result = i.step == MultiplyStep::Last || i.step == MultiplyStep::Last2;
  if (i.multiply == MultiplyKind::Start && i.step != MultiplyStep::Step1)
    not_encodable("a start with a step", i);
  if (result == (i.a.kind != Kind::None) || result == (i.b.kind != Kind::None))
    not_encodable("steps have two sources, results have none", i);
  if (!result && i.dst.kind != Kind::None)
    not_encodable("a step has no destination", i);
  return 0x00f8'0000'0000 | (result ? multiply_result(i) : multiply_step(i)) |
         Bits{unsigned(i.step)} << 20 | Bits{unsigned(i.multiply)} << 31 |
         bit(!i.set_conditions, no_conditions);
}

struct CommandCode {
  unsigned target, token;
};
constexpr std::array<CommandCode, 10> command_codes = {{
    {0x43, 1}, // Read8
    {0x5c, 0}, // Read32
    {0x5c, 1}, // Read32Le
    {0x5c, 2}, // Read32Swap
    {0x40, 1}, // ReadLe
    {0x40, 3}, // ReadSwapLe
    {0x42, 2}, // Write8Swap
    {0x5f, 2}, // Write32Swap
    {0x47, 0}, // Add
    {0x47, 2}, // AddImmediate
}};

bool adds(const Instruction& i) {
  return i.memory == Memory::Add || i.memory == Memory::AddImmediate;
}

// With an override the field is not used; it then holds what fits, as the driver writes it.
unsigned length_field(const Instruction& i) {
  if (adds(i))
    return i.wide ? 4 : 0;
  if (i.count < 1 || i.count > 32 || (i.count > 8 && !i.indirect))
    not_encodable("a length of " + std::to_string(i.count), i);
  return (i.count - 1) & 7;
}

unsigned swap_field(const Instruction& i) {
  if (i.defer > 2 || (!i.swap_context && i.defer != 0))
    not_encodable("that many deferred instructions", i);
  return i.swap_context ? i.defer : 3;
}

unsigned command_address(const Instruction& i, const Operand& o, Bank wrong) {
  if (o.kind == Kind::None || in_bank(o, wrong))
    not_encodable("commands take their left address from bank A and their right one from bank B",
                  i);
  if (extended(o) || (is_constant(o) && o.number > 127))
    not_encodable("an address that commands don't reach", i);
  return restricted(i, o);
}

unsigned data_field(const Instruction& i) {
  if (i.data.kind == Kind::None)
    return 0;
  if (i.data.kind != Kind::Transfer)
    not_encodable("data outside the transfer registers", i);
  return unrestricted(i, i.data) & 0x1f;
}

Bits command(const Instruction& i) {
  arrange(i, i.a, i.b);
  const CommandCode& code = command_codes.at(unsigned(i.memory));
  return command_address(i, i.a, Bank::B) | Bits{swap_field(i)} << 8 |
         Bits{command_address(i, i.b, Bank::A)} << 10 | Bits{code.token} << 18 |
         Bits{data_field(i)} << 20 | Bits{length_field(i)} << 25 | bit(i.swap_context, 28) |
         Bits{code.target} << 32 | bit(i.indirect, 41) | Bits{unsigned(i.mode)} << 42;
}

Bits target_bits(const Instruction& i) {
  const unsigned address = address_field(i);
  return Bits{address & 0x1fff} << 22 | bit(address >> 13 & 1, 40);
}

Bits defer_bits(const Instruction& i, unsigned most) {
  if (i.defer > most)
    not_encodable("that many deferred instructions", i);
  return Bits{i.defer} << 20;
}

Bits branch(const Instruction& i) {
  const bool always = i.condition == Condition::Always;
  return 0x00d8'0000'8020 | unsigned(i.condition) | bit(!always, 8) | defer_bits(i, 2) |
         target_bits(i);
}

// A register and a constant, in the register's bank.
Bits tested(const Instruction& i, unsigned number) {
  if (i.a.kind == Kind::None || is_constant(i.a))
    not_encodable("nothing to test", i);
  const Sources s = arrange(i, i.a, constant(number));
  return restricted(i, s.field_a()) | Bits{restricted(i, s.field_b())} << 10 |
         bit(extended(i.a), source_extension);
}

// The hardware rotates right and looks at the top bit.
Bits branch_bit(const Instruction& i) {
  if (i.bit > 31)
    not_encodable("no such bit", i);
  return 0x00d0'0000'0000 | tested(i, i.bit + 1u) | bit(i.bit_set, 18) | defer_bits(i, 3) |
         target_bits(i);
}

Bits branch_byte(const Instruction& i) {
  return 0x00c8'0000'0000 | tested(i, i.byte_value) | field(i, i.byte, 9, 8, "byte") |
         bit(i.byte_value >= 128, 18) | bit(i.byte_equal, 19) | defer_bits(i, 3) | target_bits(i);
}

Bits return_to(const Instruction& i) {
  if (i.a.kind == Kind::None || is_constant(i.a))
    not_encodable("no address", i);
  const Sources s = arrange(i, i.a, constant(0));
  return 0x00e8'0000'0000 | unrestricted(i, s.field_a()) |
         Bits{unrestricted(i, s.field_b())} << 10 | defer_bits(i, 3) |
         bit(extended(i.a), source_extension);
}

// Event mask 1: of its own accord.
Bits arbitrate(const Instruction& i) { return 0x00e0'0000'0001 | defer_bits(i, 2); }

bool may_defer(Op op) {
  return op == Op::Command || op == Op::Branch || op == Op::BranchBit || op == Op::BranchByte ||
         op == Op::Return || op == Op::Arbitrate;
}

} // namespace

unsigned address_field(const Instruction& i) {
  switch (i.target.kind) {
  case Target::Kind::Done:
    return 0;
  case Target::Kind::Helper:
    return unsigned(field(i, 15000 + i.target.number, 13, 0, "helper"));
  case Target::Kind::Address:
    return unsigned(field(i, i.target.number, 13, 0, "address"));
  case Target::Kind::None:
  case Target::Kind::Block:
    break;
  }
  not_encodable("a target without an address", i);
}

std::uint64_t encode(const Instruction& i) {
  if (i.defer != 0 && !may_defer(i.op))
    not_encodable("nothing to defer", i);
  switch (i.op) {
  case Op::Nop:
    return 0x00f0'000c'0300;
  case Op::Alu:
    return alu(i);
  case Op::Shift:
    return shift(i);
  case Op::Immed:
    return immed(i);
  case Op::LdField:
    return ld_field(i);
  case Op::CsrRead:
    return csr_read(i);
  case Op::CsrWrite:
    return csr_write(i);
  case Op::Multiply:
    return multiply(i);
  case Op::Command:
    return command(i);
  case Op::Branch:
    return branch(i);
  case Op::BranchBit:
    return branch_bit(i);
  case Op::BranchByte:
    return branch_byte(i);
  case Op::Return:
    return return_to(i);
  case Op::Arbitrate:
    return arbitrate(i);
  case Op::LoadValue:
  case Op::LoadLabel:
  case Op::Call:
    break;
  }
  not_encodable("a pseudo instruction", i);
}

} // namespace pw::nfp
