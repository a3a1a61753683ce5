#include "backends/nfp/allocate/places.h"

#include <algorithm>

namespace pw::nfp {

Places::Places(const Function& f) : values_(f.values) {
  Place next = group_begin();
  for (const TransferGroup& g : f.transfers) {
    first_word_.push_back(next);
    next += g.words;
  }
  conditions_ = next;
}

unsigned Places::group_of(Place p) const {
  return unsigned(std::upper_bound(first_word_.begin(), first_word_.end(), p) -
                  first_word_.begin()) -
         1;
}

bool is_read(Memory m) {
  return m == Memory::Read8 || m == Memory::Read32 || m == Memory::Read32Le ||
         m == Memory::Read32Swap || m == Memory::ReadLe || m == Memory::ReadSwapLe;
}

bool reads_conditions(const Instruction& i) {
  if (i.op == Op::Branch)
    return i.condition != Condition::Always;
  return i.op == Op::Alu && (i.alu == AluOp::AddCarry || i.alu == AluOp::SubtractCarry);
}

bool writes_conditions(const Instruction& i) {
  return (i.op == Op::Alu || i.op == Op::Shift) && i.set_conditions;
}

unsigned transfer_words(const Instruction& i) {
  if (i.data.kind != Operand::Kind::Transfer)
    return 0;
  switch (i.memory) {
  case Memory::Read8:
  case Memory::Write8Swap:
    return (i.count + 3u) / 4;
  case Memory::Add:
  case Memory::AddImmediate:
    return i.wide ? 2 : 1;
  default:
    return i.count;
  }
}

bool updates_destination(const Instruction& i) {
  return (i.op == Op::LdField && !i.zero_others) || (i.op == Op::Immed && i.immediate_width != 0);
}

bool is_move(const Instruction& i) {
  return i.op == Op::Alu && i.alu == AluOp::B && i.a.kind == Operand::Kind::None &&
         i.dst.kind != Operand::Kind::None && i.b.kind != Operand::Kind::Constant;
}

SourcePair source_pair(Instruction& i) {
  switch (i.op) {
  case Op::Alu:
  case Op::Shift:
  case Op::Multiply:
  case Op::Command:
    return {&i.a, &i.b};
  case Op::LdField:
    return {&i.dst, &i.b}; // the destination stands in a source's field
  case Op::CsrWrite:
  case Op::BranchBit:
  case Op::BranchByte:
  case Op::Return:
    return {&i.a, nullptr};
  default:
    return {};
  }
}

bool has_restricted_fields(const Instruction& i) {
  return i.op == Op::Shift || i.op == Op::LdField || i.op == Op::BranchBit ||
         i.op == Op::BranchByte || i.op == Op::Command;
}

bool gives_amount(const Instruction& giver, const Instruction& next) {
  return giver.op == Op::Alu && next.op == Op::Shift && next.indirect;
}

bool has_side_effect(const Instruction& i) {
  if (i.dst.kind == Operand::Kind::Local || i.a.step != Operand::Step::None ||
      i.b.step != Operand::Step::None)
    return true;
  switch (i.op) {
  case Op::Command:
    return !is_read(i.memory);
  case Op::CsrWrite:
  case Op::Branch:
  case Op::BranchBit:
  case Op::BranchByte:
  case Op::Return:
  case Op::Arbitrate:
  case Op::Call:
    return true;
  default:
    return false;
  }
}

namespace {

void add_operand(const Operand& o, bool as_destination, const Places& places,
                 std::vector<Place>& out) {
  using Kind = Operand::Kind;
  if (o.kind == Kind::Virtual)
    out.push_back(places.value(o.number));
  else if (o.kind == Kind::Transfer)
    out.push_back(o.grouped ? places.group_word(o.number, o.word)
                            : places.transfer(as_destination, o.number));
  else if (o.kind == Kind::Register) {
    if (o.bank != Bank::B)
      out.push_back(places.reg(Bank::A, o.number));
    if (o.bank != Bank::A)
      out.push_back(places.reg(Bank::B, o.number));
  }
}

void add_data(const Instruction& i, const Places& places, Effects& out) {
  const bool filled = is_read(i.memory);
  for (unsigned w = 0; w < transfer_words(i); ++w) {
    Operand word = i.data;
    if (word.grouped)
      word.word = std::uint16_t(word.word + w);
    else
      word.number += w;
    add_operand(word, !filled, places, filled ? out.writes : out.reads);
  }
}

void add_call(const Instruction& i, const Places& places, Effects& out) {
  const auto takes = [&](unsigned first, unsigned end) {
    for (unsigned n = first; n < end; ++n)
      for (const Bank bank : {Bank::A, Bank::B})
        out.reads.push_back(places.reg(bank, n));
  };
  if (i.helper == update_helper)
    takes(update_flags_low, update_flags_high + 1);
  if (i.helper == event_helper)
    takes(event_first, event_end);
  for (unsigned n = 0; n < lost_registers; ++n)
    for (Bank bank : {Bank::A, Bank::B})
      out.writes.push_back(places.reg(bank, n));
  for (unsigned n = 0; n < transfer_registers; ++n)
    for (bool file : {false, true})
      out.writes.push_back(places.transfer(file, n));
  out.writes.push_back(places.conditions());
}

} // namespace

void effects(const Instruction& i, const Places& places, Effects& out) {
  out.reads.clear();
  out.writes.clear();
  add_operand(i.a, false, places, out.reads);
  add_operand(i.b, false, places, out.reads);
  if (updates_destination(i))
    add_operand(i.dst, true, places, out.reads);
  add_operand(i.dst, true, places, out.writes);
  if (i.op == Op::Command)
    add_data(i, places, out);
  if (i.op == Op::Call)
    add_call(i, places, out);
  if (i.target.kind == Target::Kind::Done)
    out.reads.push_back(places.reg(Bank::A, 0));
  if (reads_conditions(i))
    out.reads.push_back(places.conditions());
  if (writes_conditions(i))
    out.writes.push_back(places.conditions());
}

Instruction move(const Operand& dst, const Operand& src, const SourceLocation& where) {
  Instruction i;
  i.op = Op::Alu;
  i.alu = AluOp::B;
  i.dst = dst;
  i.b = src;
  i.set_conditions = false;
  i.where = where;
  return i;
}

} // namespace pw::nfp
