#include "tests/backends/nfp/allocate/machine.h"

#include <bit>
#include <stdexcept>

namespace pw::nfp::test {
namespace {

using Kind = Operand::Kind;

constexpr std::uint32_t stack_base = 0x400, vector_base = 0x100;

bool is_filled(Memory m) {
  return m != Memory::Write8Swap && m != Memory::Write32Swap && m != Memory::Add &&
         m != Memory::AddImmediate;
}

unsigned words_of(const Instruction& i) {
  if (i.memory == Memory::Add || i.memory == Memory::AddImmediate)
    return i.data.kind == Kind::None ? 0 : i.wide ? 2 : 1;
  return i.memory == Memory::Read8 || i.memory == Memory::Write8Swap ? (i.count + 3u) / 4 : i.count;
}

std::uint32_t required(const std::optional<std::uint32_t>& w, const char* what) {
  if (!w)
    throw std::runtime_error(std::string("unset: ") + what);
  return *w;
}

} // namespace

std::vector<std::string> Machine::run() {
  address_[0].now = stack_base;
  address_[1].now = vector_base;
  a_[22] = stack_base;
  for (unsigned n = 0; n < 8; ++n)
    local_[vector_base + 4 * n] = answer(n);
  for (std::optional<BlockId> at = 0; at;) {
    const Block& b = f_.blocks.at(*at);
    const std::size_t above = b.body.size() - (b.branch ? b.branch->defer : 0);
    for (std::size_t i = 0; i < above; ++i)
      step(b.body[i]);
    const bool taken = b.branch && (++executed_, branches(*b.branch));
    for (std::size_t i = above; i < b.body.size(); ++i)
      step(b.body[i]);
    at = taken ? b.taken : b.next;
  }
  note(std::string("verdict ") + std::to_string(required(a_[0], "verdict")));
  return seen_;
}

void Machine::note(const std::string& what) { seen_.push_back(what); }

std::uint32_t Machine::answer(std::uint32_t question) const {
  std::uint32_t h = question * 0x9e3779b1u ^ seed_ * 0x85ebca6bu ^ epoch_ * 0xc2b2ae35u;
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  return h ^ h >> 13;
}

void Machine::step(const Instruction& i) {
  ++executed_;
  for (Address& a : address_)
    if (a.wait > 0 && --a.wait == 0)
      a.now = a.later;
  switch (i.op) {
  case Op::Nop:
  case Op::Arbitrate:
    return;
  case Op::Alu:
    return run_alu(i);
  case Op::Shift:
    return run_shift(i);
  case Op::Immed:
    return run_immed(i);
  case Op::LdField:
    return run_ld_field(i);
  case Op::CsrRead:
    csr_ = answer(i.csr); // may go when nothing needs it: not written down
    return;
  case Op::CsrWrite:
    return run_csr_write(i);
  case Op::Multiply:
    return run_multiply(i);
  case Op::Command:
    return run_command(i);
  case Op::LoadValue:
    return write(i.dst, i.value);
  case Op::Call:
    return run_call(i);
  default:
    throw std::runtime_error("instruction in a body");
  }
}

void Machine::run_csr_write(const Instruction& i) {
  const std::uint32_t value = read(i.a);
  const std::map<unsigned, unsigned> indices = {{0x64, 0}, {0x6c, 1}, {0x94, 2}, {0x9c, 3}};
  const auto index = indices.find(i.csr);
  if (index == indices.end())
    return note(std::string("csr ") + std::to_string(i.csr) + " = " + std::to_string(value));
  Address& a = address_[index->second];
  a.later = value & ~3u;
  a.wait = 4; // three instructions between
}

void Machine::set_flags(std::uint32_t result, bool c, bool v) {
  flags_ = {std::int32_t(result) < 0, result == 0, c, v};
}

std::uint32_t Machine::alu_result(const Instruction& i, std::uint32_t a, std::uint32_t b) {
  const auto add = [&](std::uint32_t x, std::uint32_t y, bool carry) {
    const std::uint64_t wide = std::uint64_t(x) + y + carry;
    const auto r = std::uint32_t(wide);
    if (i.set_conditions)
      set_flags(r, wide >> 32, (~(x ^ y) & (x ^ r)) >> 31);
    return r;
  };
  const auto logic = [&](std::uint32_t r) {
    if (i.set_conditions)
      set_flags(r, false, false);
    return r;
  };
  switch (i.alu) {
  case AluOp::B:
    return logic(b);
  case AluOp::NotB:
    return logic(~b);
  case AluOp::Add:
    return add(a, b, false);
  case AluOp::AddCarry:
    return add(a, b, flags_.c);
  case AluOp::Subtract:
    return add(a, ~b, true);
  case AluOp::SubtractCarry:
    return add(a, ~b, flags_.c);
  case AluOp::ReverseSubtract:
    return add(b, ~a, true);
  case AluOp::And:
    return logic(a & b);
  case AluOp::Or:
    return logic(a | b);
  case AluOp::Xor:
    return logic(a ^ b);
  case AluOp::NotAAndB:
    return logic(~a & b);
  case AluOp::AAndNotB:
    return logic(a & ~b);
  case AluOp::Add16:
    return add(a, b & 0xffff, false);
  case AluOp::Add8:
    return add(a, b & 0xff, false);
  default:
    throw std::runtime_error("alu operation");
  }
}

void Machine::run_alu(const Instruction& i) {
  const std::uint32_t a = i.a.kind == Kind::None ? 0 : read(i.a);
  const std::uint32_t b = i.b.kind == Kind::None ? 0 : read(i.b);
  last_a_ = a;
  last_result_ = alu_result(i, a, b);
  write(i.dst, last_result_);
}

std::uint32_t Machine::shifted(const Instruction& i, std::uint32_t a, std::uint32_t b,
                               unsigned amount) const {
  switch (i.shift) {
  case ShiftKind::Rotate:
    return std::rotr(b, int(amount));
  case ShiftKind::Right:
    if (i.shift_op == ShiftOp::Arithmetic)
      return std::uint32_t(std::int64_t(std::int32_t(last_result_) < 0
                                            ? std::uint64_t(b) | 0xffffffff00000000u
                                            : std::uint64_t(b)) >>
                           amount);
    return b >> amount;
  case ShiftKind::Left:
    return b << amount;
  case ShiftKind::Double:
    return std::uint32_t((std::uint64_t(a) << 32 | b) >> amount);
  }
  return 0;
}

void Machine::run_shift(const Instruction& i) {
  const std::uint32_t a = i.a.kind == Kind::None ? 0 : read(i.a);
  const unsigned amount = i.indirect ? last_a_ & 31 : i.amount;
  const std::uint32_t b = shifted(i, a, read(i.b), amount);
  std::uint32_t r = b;
  switch (i.shift_op) {
  case ShiftOp::NotB:
    r = ~b;
    break;
  case ShiftOp::And:
    r = a & b;
    break;
  case ShiftOp::NotAAndB:
    r = ~a & b;
    break;
  case ShiftOp::AAndNotB:
    r = a & ~b;
    break;
  case ShiftOp::Or:
    r = a | b;
    break;
  default:
    break;
  }
  if (i.set_conditions)
    set_flags(r, false, false);
  last_a_ = a;
  last_result_ = r;
  write(i.dst, r);
}

void Machine::run_immed(const Instruction& i) {
  if (csr_) {
    write(i.dst, *csr_);
    csr_.reset();
    return;
  }
  std::uint32_t value = std::uint32_t(i.immediate) << (8 * i.byte_shift);
  if (i.invert)
    value = ~value;
  if (i.immediate_width != 0) {
    const std::uint32_t mask = (i.immediate_width == 1 ? 0xffu : 0xffffu) << (8 * i.byte_shift);
    value = (old_value(i.dst) & ~mask) | (value & mask);
  }
  last_result_ = value;
  write(i.dst, value);
}

void Machine::run_ld_field(const Instruction& i) {
  const std::uint32_t b = std::rotr(read(i.b), int(i.amount));
  std::uint32_t mask = 0;
  for (unsigned n = 0; n < 4; ++n)
    if (i.byte_mask >> n & 1)
      mask |= 0xffu << (8 * n);
  const std::uint32_t old = i.zero_others ? 0 : old_value(i.dst);
  last_result_ = (old & ~mask) | (b & mask);
  write(i.dst, last_result_);
}

void Machine::run_multiply(const Instruction& i) {
  if (i.step != MultiplyStep::Last && i.step != MultiplyStep::Last2) {
    product_a_ = read(i.a);
    product_b_ = read(i.b);
    return;
  }
  const std::uint64_t product = std::uint64_t(product_a_) * product_b_;
  write(i.dst, std::uint32_t(i.step == MultiplyStep::Last ? product : product >> 32));
}

void Machine::run_command(const Instruction& i) {
  const std::uint32_t a = read(i.a), b = read(i.b);
  const std::uint64_t address = i.mode == AddressMode::Sum32     ? std::uint64_t(a + b)
                                : i.mode == AddressMode::Shift8A ? (std::uint64_t(a) << 8) + b
                                                                 : (std::uint64_t(b) << 8) + a;
  std::string text = std::string("command ") + std::to_string(int(i.memory)) + " at " +
                     std::to_string(address) + " count " + std::to_string(i.count);
  if (i.indirect)
    text += std::string(" override ") + std::to_string(last_result_);
  for (unsigned w = 0; w < words_of(i); ++w)
    if (is_filled(i.memory))
      transfer(i.data, w, false) = answer(std::uint32_t(address) + 4 * w);
    else
      text +=
          std::string(" ") + std::to_string(required(transfer(i.data, w, true), "written word"));
  if (!is_filled(i.memory)) {
    note(text);
    ++epoch_;
  }
}

void Machine::run_call(const Instruction& i) {
  std::string text =
      std::string("call ") + std::to_string(i.helper) + " table " + std::to_string(i.value);
  for (unsigned n = 0; n < 2; ++n) {
    const Word w = local_[address_[0].now + 4 * n];
    text += w ? std::string(" ") + std::to_string(*w) : " -";
  }
  if (i.helper == update_helper)
    for (const unsigned n : {update_flags_low, update_flags_high})
      for (const auto* bank : {&a_, &b_})
        text += " flags " + std::to_string(required((*bank)[n], "flags"));
  if (i.helper == event_helper)
    for (unsigned n = event_first; n < event_end; ++n)
      for (const auto* bank : {&a_, &b_})
        text += " event " + std::to_string(required((*bank)[n], "an event's argument"));
  if (required(a_[22], "stack base") != stack_base)
    throw std::runtime_error("stack base lost");
  note(text);
  ++epoch_;
  for (unsigned n = 0; n < 12; ++n)
    a_[n] = b_[n] = std::nullopt;
  in_.fill(std::nullopt);
  out_.fill(std::nullopt);
  for (auto& [place, word] : groups_)
    word.reset();
  for (unsigned n = 0; n < 2; ++n)
    a_[n] = b_[n] = answer(1000 + n);
}

bool Machine::holds(Condition c) const {
  switch (c) {
  case Condition::Equal:
    return flags_.z;
  case Condition::Negative:
    return flags_.n;
  case Condition::CarrySet:
    return flags_.c;
  case Condition::OverflowSet:
    return flags_.v;
  case Condition::GreaterEqual:
    return flags_.n == flags_.v;
  case Condition::LessEqual:
    return flags_.z || flags_.n != flags_.v;
  case Condition::Always:
    return true;
  default:
    return !holds(Condition(unsigned(c) ^ 1u));
  }
}

bool Machine::branches(const Instruction& i) {
  for (Address& a : address_)
    if (a.wait > 0 && --a.wait == 0)
      a.now = a.later;
  if (i.op == Op::BranchBit)
    return (read(i.a) >> i.bit & 1) == (i.bit_set ? 1u : 0u);
  if (i.op == Op::BranchByte)
    return ((read(i.a) >> (8 * i.byte) & 0xff) == i.byte_value) == i.byte_equal;
  return holds(i.condition);
}

Machine::Word& Machine::transfer(const Operand& o, unsigned word, bool out) {
  if (o.grouped)
    return groups_[{o.number, o.word + word}];
  return (out ? out_ : in_).at(o.number + word);
}

Machine::Word& Machine::memory(const Operand& o) {
  const Address& a = address_.at(o.number);
  if (a.wait != 0)
    throw std::runtime_error("local memory address used too early");
  return local_[a.now | 4u * o.offset];
}

std::uint32_t Machine::read(const Operand& o) {
  switch (o.kind) {
  case Kind::Virtual:
    return required(values_[o.number], "value");
  case Kind::Constant:
    return o.number;
  case Kind::Transfer:
    return required(transfer(o, 0, false), "transfer register");
  case Kind::Local:
    return required(memory(o), "local memory");
  case Kind::Register:
    return required(o.bank == Bank::B ? b_.at(o.number) : a_.at(o.number), "register");
  case Kind::None:
    break;
  }
  throw std::runtime_error("no source");
}

std::uint32_t Machine::old_value(const Operand& o) { return read(o); }

void Machine::write(const Operand& o, std::uint32_t value) {
  switch (o.kind) {
  case Kind::None:
    return;
  case Kind::Virtual:
    values_[o.number] = value;
    return;
  case Kind::Transfer:
    transfer(o, 0, true) = value;
    return;
  case Kind::Local:
    memory(o) = value;
    return;
  case Kind::Register:
    if (o.bank != Bank::B)
      a_.at(o.number) = value;
    if (o.bank != Bank::A)
      b_.at(o.number) = value;
    return;
  case Kind::Constant:
    throw std::runtime_error("constant written");
  }
}

} // namespace pw::nfp::test
