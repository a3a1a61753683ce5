#include "tests/backends/nfp/allocate/random_function.h"

#include <algorithm>
#include <random>
#include <set>

namespace pw::nfp::test {
namespace {

using Kind = Operand::Kind;

class Generator {
public:
  Generator(std::uint32_t seed, const RandomShape& shape) : random_(seed), shape_(shape) {}

  Function run() {
    f_.name = "random";
    f_.stack_bytes = shape_.stack_bytes;
    f_.blocks.resize(shape_.blocks);
    known_.resize(shape_.blocks);
    for (BlockId b = 0; b < shape_.blocks; ++b)
      if (b == 0 || known_[b]) // else unreachable: stays empty
        make_block(b);
    return f_;
  }

private:
  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  bool chance(unsigned percent) { return below(100) < percent; }

  // Those that *l$index0 reaches.
  unsigned stack_words() const { return std::min(16u, shape_.stack_bytes / 4); }

  void make_block(BlockId b) {
    block_ = &f_.blocks[b];
    values_ = known_[b].value_or(std::set<unsigned>{});
    groups_.clear();
    if (b == 0)
      begin();
    for (unsigned n = 0; n < shape_.length; ++n)
      instruction();
    if (b + 1 == shape_.blocks)
      return end();
    const BlockId next = b + 1 + below(std::min(3u, shape_.blocks - b - 1));
    if (chance(75))
      branch(b + 1 + below(shape_.blocks - b - 1));
    if (chance(8)) {
      verdict();
      block_->branch.reset();
      block_->taken.reset();
      return;
    }
    block_->next = next;
    leave(next);
  }

  // A block knows what all blocks before it know.
  void leave(BlockId to) {
    if (!known_[to]) {
      known_[to] = values_;
      return;
    }
    std::set<unsigned> both;
    std::set_intersection(known_[to]->begin(), known_[to]->end(), values_.begin(), values_.end(),
                          std::inserter(both, both.end()));
    known_[to] = both;
  }

  void begin() {
    for (unsigned w = 0; w < stack_words(); ++w)
      emit(two(AluOp::B, local(0, std::uint8_t(w)), none(), constant(below(256))));
    for (unsigned n = 0; n < 3 + shape_.long_lived; ++n)
      load(fresh());
    long_lived_ = values_;
  }

  void end() {
    Operand sum = fresh_from(AluOp::B, none(), source());
    for (unsigned v : long_lived_)
      sum = fresh_from(AluOp::Xor, sum, virtual_value(v));
    verdict_of(sum);
  }

  void verdict() { verdict_of(source()); }
  void verdict_of(const Operand& o) { emit(two(AluOp::B, register_of(Bank::A, 0), none(), o)); }

  Operand fresh() {
    const Operand v = virtual_value(f_.values++);
    values_.insert(v.number);
    return v;
  }

  Operand known() {
    auto v = values_.begin();
    std::advance(v, below(unsigned(values_.size())));
    return virtual_value(*v);
  }

  Operand destination() { return chance(25) && values_.size() > 4 ? known() : fresh(); }

  Operand source() {
    if (chance(70))
      return known();
    if (chance(30))
      return constant(below(256));
    if (chance(40) && !groups_.empty()) {
      const unsigned g = groups_[below(unsigned(groups_.size()))];
      return transfer(g, std::uint16_t(below(f_.transfers[g].words)));
    }
    if (shape_.stack_bytes != 0 && chance(50))
      return local(0, std::uint8_t(below(stack_words())));
    return local(1, std::uint8_t(below(8)));
  }

  static Instruction two(AluOp op, Operand dst, Operand a, Operand b) {
    Instruction i;
    i.op = Op::Alu;
    i.alu = op;
    i.dst = dst;
    i.a = a;
    i.b = b;
    return i;
  }

  Operand fresh_from(AluOp op, Operand a, Operand b) {
    Operand d = virtual_value(f_.values);
    emit(two(op, d, a, b));
    return fresh();
  }

  void emit(const Instruction& i, bool follows = false) {
    block_->body.push_back(i);
    block_->body.back().follows = follows;
  }

  void load(const Operand& dst) {
    Instruction i;
    i.op = Op::LoadValue;
    i.dst = dst;
    constexpr std::uint32_t often[] = {0x0800, 0x86dd0000, 0xfffffff0, 0x12345678, 7, 0x80000001};
    i.value = chance(40) ? often[below(std::size(often))] : chance(50) ? below(300) : random_();
    emit(i);
  }

  void instruction() {
    switch (below(17)) {
    case 16:
      return put_together();
    case 14:
    case 15:
      return again();
    case 0:
      return load(destination());
    case 1:
      return shift();
    case 2:
      return indirect_shift();
    case 3:
      return ld_field();
    case 4:
      return wide_add();
    case 5:
      return read_memory();
    case 6:
      return chance(50) ? write_memory() : multiply();
    case 7:
      return chance(40) ? call() : csr();
    case 8:
      return move_value();
    case 9:
      if (shape_.stack_bytes != 0)
        return emit(two(AluOp::B, local(0, std::uint8_t(below(stack_words()))), none(), known()));
      return move_value();
    default:
      return plain();
    }
  }

  void plain() {
    constexpr AluOp ops[] = {AluOp::Add, AluOp::Subtract, AluOp::And,      AluOp::Or,
                             AluOp::Xor, AluOp::AAndNotB, AluOp::NotAAndB, AluOp::ReverseSubtract};
    const Operand a = source(), b = source();
    emit(two(ops[below(std::size(ops))], destination(), a, b));
    computed_.push_back(block_->body.back());
  }

  // What an earlier instruction computes, again.
  void again() {
    if (computed_.empty())
      return plain();
    Instruction i = computed_[below(unsigned(computed_.size()))];
    for (const Operand* o : {&i.a, &i.b})
      if ((o->kind == Kind::Virtual && !values_.count(o->number)) || o->kind == Kind::Transfer)
        return plain();
    i.dst = fresh();
    emit(i);
  }

  void move_value() {
    const Operand s = known();
    emit(two(AluOp::B, destination(), none(), s));
  }

  void wide_add() {
    const Operand a = source(), b = source(), c = source(), d = source();
    const bool add = chance(50);
    const Operand low = fresh_from(add ? AluOp::Add : AluOp::Subtract, a, b);
    emit(two(add ? AluOp::AddCarry : AluOp::SubtractCarry, destination(), c, chance(30) ? low : d));
  }

  void shift() {
    Instruction i;
    i.op = Op::Shift;
    constexpr ShiftOp ops[] = {ShiftOp::B, ShiftOp::And, ShiftOp::Or, ShiftOp::AAndNotB};
    i.shift = ShiftKind(below(4));
    i.amount = std::uint8_t(1 + below(31));
    i.shift_op = i.shift == ShiftKind::Double ? ShiftOp::B : ops[below(4)];
    i.b = source();
    if (i.shift_op != ShiftOp::B || i.shift == ShiftKind::Double)
      i.a = source();
    i.dst = destination();
    emit(i);
  }

  void indirect_shift() {
    const Operand amount = known(), value = known();
    emit(two(AluOp::Or, none(), amount, value));
    Instruction i;
    i.op = Op::Shift;
    i.indirect = true;
    i.shift = ShiftKind::Right;
    i.shift_op = chance(50) ? ShiftOp::Arithmetic : ShiftOp::B;
    i.b = value;
    i.dst = destination();
    emit(i, true);
  }

  void ld_field() {
    Instruction i;
    i.op = Op::LdField;
    i.zero_others = chance(50);
    i.b = source();
    i.dst = i.zero_others ? destination() : known();
    i.byte_mask = std::uint8_t(1 + below(14));
    i.amount = std::uint8_t(8 * below(4));
    emit(i);
  }

  // A word of fields of others.
  void put_together() {
    Instruction i;
    i.op = Op::LdField;
    i.zero_others = true;
    i.amount = std::uint8_t(8 * below(4));
    i.b = source();
    i.byte_mask = std::uint8_t(1 + below(14));
    i.dst = fresh();
    emit(i);
    Instruction part = i;
    if (chance(50))
      part.b = source();
    part.byte_mask = std::uint8_t(chance(70) ? 15 & ~i.byte_mask : 1 + below(14));
    part.dst = fresh();
    emit(part);
    emit(two(chance(50) ? AluOp::Or : AluOp::Add, fresh(), i.dst, part.dst));
    values_.erase(part.dst.number);
    if (chance(60))
      values_.erase(i.dst.number);
  }

  Instruction command(Memory memory, unsigned words) {
    Instruction i;
    i.op = Op::Command;
    i.memory = memory;
    i.count = std::uint8_t(words);
    i.mode = chance(50) ? AddressMode::Sum32 : AddressMode::Shift8A;
    i.a = known();
    i.b = chance(40) ? constant(below(128)) : known();
    return i;
  }

  unsigned group(unsigned words, bool out) {
    f_.transfers.push_back({words, out});
    return unsigned(f_.transfers.size()) - 1;
  }

  void read_memory() {
    const unsigned words = 1 + below(8);
    Instruction i = command(Memory::Read32Swap, words);
    const unsigned g = group(words, false);
    i.data = transfer(g, 0);
    emit(i);
    groups_.push_back(g);
    for (unsigned n = below(3); n > 0; --n) {
      const Operand d = virtual_value(f_.values);
      emit(two(AluOp::B, d, none(), transfer(g, std::uint16_t(below(words)))));
      fresh();
    }
  }

  void write_memory() {
    const unsigned words = 1 + below(4), g = group(words, true);
    for (unsigned w = 0; w < words; ++w)
      emit(two(AluOp::B, transfer(g, std::uint16_t(w)), none(), source()));
    Instruction i = command(Memory::Write32Swap, words);
    i.data = transfer(g, 0);
    emit(i);
  }

  void multiply() {
    Instruction i;
    i.op = Op::Multiply;
    i.multiply = MultiplyKind::Start;
    i.a = known();
    i.b = chance(20) ? i.a : known();
    emit(i);
    i.multiply = MultiplyKind::M32x32;
    for (MultiplyStep s :
         {MultiplyStep::Step1, MultiplyStep::Step2, MultiplyStep::Step3, MultiplyStep::Step4}) {
      i.step = s;
      emit(i, true);
    }
    i.a = i.b = none();
    i.step = MultiplyStep::Last;
    i.dst = fresh();
    emit(i, true);
    i.step = MultiplyStep::Last2;
    i.dst = fresh();
    emit(i, true);
  }

  void csr() {
    Instruction i;
    i.op = Op::CsrRead;
    i.csr = 0x148;
    emit(i);
    Instruction take;
    take.op = Op::Immed;
    take.dst = destination();
    emit(take, true);
  }

  void call() {
    groups_.clear();
    Instruction i;
    i.op = Op::Call;
    i.helper = chance(20) ? event_helper : 1 + below(3);
    i.value = 1 + below(4);
    if (i.helper == event_helper)
      for (unsigned n = event_first; n < event_end; ++n)
        emit(two(AluOp::B, register_of(Bank::Both, n), none(), constant(below(200))));
    if (i.helper == update_helper)
      for (const unsigned n : {update_flags_low, update_flags_high})
        emit(two(AluOp::B, register_of(Bank::Both, n), none(), constant(below(3))));
    emit(i);
    for (unsigned n = 0; n < 2; ++n) {
      const Operand d = virtual_value(f_.values);
      emit(two(AluOp::B, d, none(), register_of(Bank::Both, n)));
      fresh();
    }
  }

  void branch(BlockId to) {
    Instruction i;
    if (chance(60)) {
      emit(two(AluOp::Subtract, none(), source(), source()));
      i.op = Op::Branch;
      i.condition = Condition(below(12));
    } else if (chance(50)) {
      i.op = Op::BranchBit;
      i.a = known();
      i.bit = std::uint8_t(below(32));
      i.bit_set = chance(50);
    } else {
      i.op = Op::BranchByte;
      i.a = known();
      i.byte = std::uint8_t(below(4));
      i.byte_value = std::uint8_t(below(4));
      i.byte_equal = chance(50);
    }
    i.target = {Target::Kind::Block, to};
    block_->branch = i;
    block_->taken = to;
    leave(to);
  }

  std::mt19937 random_;
  const RandomShape shape_;
  Function f_;
  Block* block_ = nullptr;
  std::vector<std::optional<std::set<unsigned>>> known_;
  std::set<unsigned> values_, long_lived_;
  std::vector<unsigned> groups_;
  std::vector<Instruction> computed_;
};

} // namespace

Function random_function(std::uint32_t seed, const RandomShape& shape) {
  return Generator(seed, shape).run();
}

} // namespace pw::nfp::test
