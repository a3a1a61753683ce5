#include "tests/backends/nfp/isa/sweep.h"

#include <array>
#include <random>

namespace pw::nfp {
namespace {

using Step = Operand::Step;

Operand transfer_register(unsigned n) { return {.kind = Operand::Kind::Transfer, .number = n}; }

Operand stepping(unsigned index, Step step) {
  Operand o = local(index, 0);
  o.step = step;
  return o;
}

// Every kind of operand, with its limits.
std::vector<Operand> unrestricted_operands() {
  std::vector<Operand> all;
  for (const unsigned n : {0u, 1u, 15u, 16u, 22u, 31u}) {
    all.push_back(register_of(Bank::A, n));
    all.push_back(register_of(Bank::B, n));
    all.push_back(register_of(Bank::Both, n));
    all.push_back(transfer_register(n));
  }
  for (const unsigned n : {0u, 1u, 0x1fu, 0x20u, 0x7fu, 0x80u, 0xffu})
    all.push_back(constant(n));
  for (const unsigned index : {0u, 1u, 2u, 3u}) {
    for (const unsigned offset : {0u, 1u, 7u, 8u, 15u})
      all.push_back(local(index, static_cast<std::uint8_t>(offset)));
    all.push_back(stepping(index, Step::Increment));
    all.push_back(stepping(index, Step::Decrement));
  }
  return all;
}

const std::vector<Operand>& operands() {
  static const std::vector<Operand> all = unrestricted_operands();
  return all;
}

// One of each kind, for what only needs some operand.
const std::vector<Operand> kinds = {
    register_of(Bank::A, 3),
    register_of(Bank::B, 4),
    register_of(Bank::Both, 5),
    transfer_register(6),
    constant(7),
    local(1, 2),
    local(3, 1),
    none(),
};

constexpr std::array alu_operations = {
    AluOp::B,         AluOp::Add,           AluOp::NotB,
    AluOp::Add16,     AluOp::Popcount1,     AluOp::Popcount2,
    AluOp::Popcount3, AluOp::And,           AluOp::Add8,
    AluOp::NotAAndB,  AluOp::SubtractCarry, AluOp::FindFirstSet,
    AluOp::AAndNotB,  AluOp::AddCarry,      AluOp::Or,
    AluOp::Subtract,  AluOp::Xor,           AluOp::ReverseSubtract};

Instruction alu(Operand dst, Operand left, AluOp op, Operand right) {
  return {.op = Op::Alu, .dst = dst, .a = left, .b = right, .alu = op};
}

void add_alu(std::vector<Instruction>& out) {
  for (const Operand& left : operands())
    for (const Operand& right : operands())
      out.push_back(alu(register_of(Bank::B, 2), left, AluOp::Subtract, right));
  for (const Operand& o : operands()) {
    out.push_back(alu(o, none(), AluOp::B, register_of(Bank::A, 1)));
    out.push_back(alu(o, register_of(Bank::B, 1), AluOp::Xor, constant(9)));
  }
  for (const AluOp op : alu_operations)
    for (const Operand& dst : kinds)
      for (const Operand& left : kinds)
        for (const Operand& right : kinds) {
          out.push_back(alu(dst, left, op, right));
          out.back().set_conditions = op != AluOp::Or;
        }
}

void add_amounts(std::vector<Instruction>& out, Instruction i) {
  for (const ShiftKind kind :
       {ShiftKind::Rotate, ShiftKind::Left, ShiftKind::Right, ShiftKind::Double}) {
    i.shift = kind;
    i.indirect = false;
    for (unsigned amount = 0; amount < 33; ++amount) {
      i.amount = static_cast<std::uint8_t>(amount);
      out.push_back(i);
    }
    i.indirect = true;
    out.push_back(i);
  }
}

void add_shifts(std::vector<Instruction>& out) {
  for (unsigned op = 0; op < 7; ++op) {
    Instruction i{.op = Op::Shift, .dst = register_of(Bank::A, 1)};
    i.shift_op = static_cast<ShiftOp>(op);
    i.shift = ShiftKind::Right;
    i.amount = 3;
    for (const Operand& left : kinds)
      for (const Operand& right : kinds)
        for (const Operand& dst : kinds) {
          i.dst = dst, i.a = left, i.b = right;
          out.push_back(i);
        }
    i.set_conditions = op % 2 == 0;
    i.dst = register_of(Bank::Both, 1);
    i.b = register_of(Bank::A, 2);
    for (const Operand& left : {none(), constant(0x9c), register_of(Bank::B, 8)}) {
      i.a = left;
      add_amounts(out, i);
    }
  }
  for (const Operand& right : operands()) {
    Instruction i{.op = Op::Shift, .dst = right, .b = right};
    out.push_back(i);
    i.dst = register_of(Bank::B, 9);
    out.push_back(i);
  }
}

void add_immediates(std::vector<Instruction>& out) {
  for (const Operand& dst : operands())
    for (const unsigned value : {0u, 1u, 0xffu, 0x100u, 0x8001u, 0xffffu})
      for (unsigned mode = 0; mode < 18; ++mode) {
        Instruction i{.op = Op::Immed, .dst = dst};
        i.immediate = static_cast<std::uint16_t>(value);
        i.immediate_width = static_cast<std::uint8_t>(mode % 3);
        i.byte_shift = static_cast<std::uint8_t>(mode / 3 % 3);
        i.invert = mode >= 9;
        out.push_back(i);
      }
}

void add_fields(std::vector<Instruction>& out) {
  for (const Operand& dst : kinds)
    for (const Operand& source : operands())
      for (unsigned mask = 0; mask < 16; ++mask) {
        Instruction i{.op = Op::LdField, .dst = dst, .b = source};
        i.byte_mask = static_cast<std::uint8_t>(mask);
        i.amount = static_cast<std::uint8_t>(mask * 2 + 1);
        i.zero_others = mask % 2 != 0;
        out.push_back(i);
        i.amount = 0;
        out.push_back(i);
      }
}

void add_registers(std::vector<Instruction>& out) {
  for (const std::uint16_t csr :
       {0x18, 0x20, 0x64, 0x6c, 0x74, 0x94, 0x9c, 0xc0, 0xc4, 0x148, 0x160, 0x190, 0x7fc}) {
    out.push_back({.op = Op::CsrRead, .csr = csr});
    for (const Operand& source : operands())
      out.push_back({.op = Op::CsrWrite, .a = source, .csr = csr});
  }
}

void add_multiplications(std::vector<Instruction>& out) {
  for (unsigned kind = 0; kind < 4; ++kind)
    for (unsigned step = 0; step < 6; ++step)
      for (const Operand& x : kinds)
        for (const Operand& y : kinds) {
          Instruction i{.op = Op::Multiply};
          i.multiply = static_cast<MultiplyKind>(kind);
          i.step = static_cast<MultiplyStep>(step);
          if (step < 4)
            i.a = x, i.b = y;
          else
            i.dst = x;
          out.push_back(i);
        }
}

void add_commands(std::vector<Instruction>& out) {
  for (unsigned memory = 0; memory < 10; ++memory)
    for (const AddressMode mode : {AddressMode::Shift8A, AddressMode::Shift8B, AddressMode::Sum32})
      for (const Operand& x : operands())
        for (const Operand& y : kinds) {
          Instruction i{.op = Op::Command, .a = x, .b = y};
          i.memory = static_cast<Memory>(memory);
          i.mode = mode;
          i.data = transfer_register(static_cast<unsigned>(out.size() % 32));
          i.count = static_cast<std::uint8_t>(out.size() % 33);
          i.wide = out.size() % 3 == 0;
          i.indirect = out.size() % 5 == 0;
          i.swap_context = out.size() % 7 != 0;
          i.defer = static_cast<std::uint8_t>(i.swap_context ? out.size() % 4 : 0);
          out.push_back(i);
        }
}

void add_branches(std::vector<Instruction>& out) {
  for (const unsigned to : {0u, 1u, 0x1fffu, 0x2000u, 0x3fffu, 0x4000u})
    for (unsigned defer = 0; defer < 4; ++defer) {
      Instruction i{.op = Op::Branch, .target = {.kind = Target::Kind::Address, .number = to}};
      i.defer = static_cast<std::uint8_t>(defer);
      for (unsigned condition = 0; condition < 12; ++condition) {
        i.condition = static_cast<Condition>(condition);
        out.push_back(i);
      }
      i.condition = Condition::Always;
      out.push_back(i);
    }
}

void add_tests_of_bits(std::vector<Instruction>& out) {
  for (const Operand& o : operands())
    for (unsigned n = 0; n < 33; ++n) {
      Instruction i{.op = Op::BranchBit, .a = o};
      i.target = {.kind = Target::Kind::Address, .number = 77 * n};
      i.bit = static_cast<std::uint8_t>(n);
      i.bit_set = n % 3 == 0;
      i.defer = static_cast<std::uint8_t>(n % 4);
      out.push_back(i);
      i.op = Op::BranchByte;
      i.byte = static_cast<std::uint8_t>(n % 5);
      i.byte_value = static_cast<std::uint8_t>(n * 8 + n % 5);
      i.byte_equal = n % 2 == 0;
      out.push_back(i);
    }
}

void add_others(std::vector<Instruction>& out) {
  for (unsigned defer = 0; defer < 4; ++defer) {
    for (const Operand& o : operands())
      out.push_back({.op = Op::Return, .a = o, .defer = static_cast<std::uint8_t>(defer)});
    out.push_back({.op = Op::Arbitrate, .defer = static_cast<std::uint8_t>(defer)});
  }
  out.push_back({});
  out.push_back({.op = Op::Branch, .target = {.kind = Target::Kind::Done}});
  for (const unsigned id : {1u, 2u, 3u})
    out.push_back({.op = Op::Branch, .target = {.kind = Target::Kind::Helper, .number = id}});
}

class Random {
public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(engine_); }
  std::uint8_t byte(unsigned n) { return static_cast<std::uint8_t>(below(n)); }
  bool flag() { return below(2) != 0; }
  template <class E> E choice(unsigned n) { return static_cast<E>(below(n)); }

  Operand operand() {
    switch (below(7)) {
    case 0:
      return none();
    case 1:
      return constant(below(256));
    case 2:
      return local(below(4), byte(flag() ? 8 : 16));
    case 3:
      return stepping(below(4), choice<Step>(3));
    case 4:
      return transfer_register(below(32));
    default:
      return register_of(choice<Bank>(3), below(32));
    }
  }

  Instruction instruction() {
    Instruction i{.op = choice<Op>(unsigned(Op::Arbitrate) + 1)};
    i.dst = operand(), i.a = operand(), i.b = operand();
    i.data = transfer_register(below(32));
    i.alu = alu_operations[below(alu_operations.size())];
    i.shift_op = choice<ShiftOp>(7), i.shift = choice<ShiftKind>(4);
    i.amount = byte(32), i.indirect = flag(), i.set_conditions = flag();
    i.immediate = static_cast<std::uint16_t>(below(0x10000));
    i.immediate_width = byte(3), i.byte_shift = byte(3), i.invert = flag();
    i.byte_mask = byte(16), i.zero_others = flag();
    i.csr = static_cast<std::uint16_t>(flag() ? 0x64 : 0x9c);
    i.multiply = choice<MultiplyKind>(4), i.step = choice<MultiplyStep>(6);
    i.memory = choice<Memory>(10), i.count = byte(33), i.wide = flag(), i.swap_context = flag();
    i.mode = std::array{AddressMode::Shift8A, AddressMode::Shift8B, AddressMode::Sum32}[below(3)];
    i.condition = flag() ? Condition::Always : choice<Condition>(12);
    i.target = {.kind = Target::Kind::Address, .number = below(0x4000)};
    i.bit = byte(32), i.byte = byte(4), i.byte_value = byte(255), i.bit_set = flag();
    i.byte_equal = flag(), i.defer = byte(4);
    return i;
  }

private:
  std::mt19937 engine_;
};

} // namespace

std::vector<Instruction> systematic_instructions() {
  std::vector<Instruction> out;
  add_alu(out);
  add_shifts(out);
  add_immediates(out);
  add_fields(out);
  add_registers(out);
  add_multiplications(out);
  add_commands(out);
  add_branches(out);
  add_tests_of_bits(out);
  add_others(out);
  return out;
}

std::vector<Instruction> random_instructions(std::uint32_t seed, std::size_t count) {
  Random random(seed);
  std::vector<Instruction> out;
  for (std::size_t n = 0; n < count; ++n)
    out.push_back(random.instruction());
  return out;
}

} // namespace pw::nfp
