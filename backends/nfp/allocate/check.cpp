#include "backends/nfp/allocate/check.h"

#include "backends/nfp/allocate/check_operands.h"
#include "backends/nfp/isa/print.h"

#include <array>
#include <bitset>
#include <utility>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

// What holds something: registers of bank A, of bank B, transfer registers in, out.
using Set = std::bitset<128>;
constexpr unsigned bank_b = 32, file_in = 64, file_out = 96, stack_register = 22;

struct State {
  Set set;
  bool flags = false, stack_base = true;
  std::array<int, 4> address{}; // instructions until ActLMAddrN is there
};

bool is_update(const Instruction& i) {
  return (i.op == Op::LdField && !i.zero_others) || (i.op == Op::Immed && i.immediate_width != 0);
}

bool fills(Memory m) {
  switch (m) {
  case Memory::Write8Swap:
  case Memory::Write32Swap:
  case Memory::Add:
  case Memory::AddImmediate:
    return false;
  default:
    return true;
  }
}

unsigned moved_words(const Instruction& i) {
  if (i.data.kind != Kind::Transfer)
    return 0;
  if (i.memory == Memory::Add || i.memory == Memory::AddImmediate)
    return i.wide ? 2 : 1;
  const bool bytes = i.memory == Memory::Read8 || i.memory == Memory::Write8Swap;
  return bytes ? (i.count + 3u) / 4 : i.count;
}

class Check {
public:
  Check(const Function& f, const FirmwareProfile& profile, UnsetReads unset)
      : f_(f), unset_(unset), at_begin_(f.blocks.size()) {
    if (f.stack_bytes > profile.stack_bytes)
      throw Failure(diagnose("PW-NFP-260", "the stack is larger than the card's"));
  }

  void run() {
    if (f_.blocks.empty())
      return;
    for (BlockId b = 0; b < f_.blocks.size(); ++b)
      check_form(b);
    State entry;
    entry.set.set(stack_register);
    meet(0, entry);
    for (bool changed = true; std::exchange(changed, false);)
      for (BlockId b = 0; b < f_.blocks.size(); ++b)
        if (at_begin_[b])
          changed |= pass(b);
    reporting_ = true;
    for (BlockId b = 0; b < f_.blocks.size(); ++b)
      if (at_begin_[b])
        pass(b);
  }

private:
  [[noreturn]] void fail(const std::string& rule, const Instruction& i) const {
    Diagnostic d = diagnose("PW-NFP-260", "program '" + f_.name + "': " + print(i) + ": " + rule);
    d.location = i.where;
    throw Failure(d);
  }

  // Where the block leads, and what stands where in it.
  void check_form(BlockId b) const {
    const Block& block = f_.blocks[b];
    const bool always = block.branch && block.branch->op == Op::Branch &&
                        block.branch->condition == Condition::Always;
    const Instruction& last = block.branch ? *block.branch : nop_;
    if (!always && block.next != b + 1)
      fail("falls through to another block than the next", last);
    if (b + 1 == f_.blocks.size() && !always)
      fail("the program runs out of its end", last);
    if (block.branch) {
      const Target wanted =
          block.taken ? Target{Target::Kind::Block, *block.taken} : Target{Target::Kind::Done};
      if (!(last.target == wanted))
        fail("branches to another block than the one it names", last);
    }
    for (std::size_t n = 0; n < block.body.size(); ++n) {
      if (n == 0 && block.body[n].follows)
        fail("follows nothing", block.body[n]);
      check_operands(block.body[n], [&](const char* rule) { fail(rule, block.body[n]); });
      if (block.body[n].op == Op::Command)
        check_command_slots(block, n);
    }
    if (block.branch) {
      check_operands(*block.branch, [&](const char* rule) { fail(rule, last); });
      check_slots(block);
    }
  }

  void check_slots(const Block& block) const {
    const Instruction& branch = *block.branch;
    const std::size_t size = block.body.size();
    if (branch.defer > 2 || branch.defer > size)
      fail("more defer slots than there are", branch);
    const std::size_t first = size - branch.defer;
    if (branch.defer > 0 && block.body[first].follows)
      fail("a defer slot begins within a sequence", branch);
    for (std::size_t n = first; n < size; ++n) {
      const Instruction& i = block.body[n];
      if (i.op == Op::Call || i.op == Op::LoadValue || i.op == Op::CsrRead ||
          (i.op == Op::Command && i.swap_context))
        fail("can't stand in a defer slot", i);
      if (branch.op == Op::Branch && branch.condition != Condition::Always &&
          (i.op == Op::Alu || i.op == Op::Shift) && i.set_conditions)
        fail("a defer slot changes what the branch has to see", i);
      if (branch.a.kind != Kind::None && same_place(i.dst, branch.a))
        fail("a defer slot changes what the branch reads", i);
    }
  }

  // What runs before the context gives way can't read what the command brings.
  void check_command_slots(const Block& block, std::size_t at) const {
    const Instruction& command = block.body[at];
    const std::size_t end = block.body.size() - (block.branch ? block.branch->defer : 0);
    if (command.defer > (command.swap_context ? 2 : 0) || at + command.defer >= end)
      fail("more defer slots than there are", command);
    for (std::size_t n = at + 1; n <= at + command.defer; ++n) {
      const Instruction& i = block.body[n];
      if (i.op == Op::Call || i.op == Op::LoadValue || i.op == Op::CsrRead || i.op == Op::Command ||
          i.op == Op::CsrWrite || i.follows)
        fail("can't stand in a defer slot", i);
      for (unsigned w = 0; w < moved_words(command); ++w) {
        Operand word = command.data;
        word.number += w;
        const bool early = fills(command.memory) ? word == i.a || word == i.b : word == i.dst;
        if (early)
          fail("a defer slot uses what the command moves", i);
      }
    }
  }

  static bool same_place(const Operand& written, const Operand& read) {
    if (written.kind != read.kind || written.number != read.number)
      return false;
    if (written.kind == Kind::Register)
      return written.bank == Bank::Both || read.bank == Bank::Both || written.bank == read.bank;
    return written.kind == Kind::Local && written.offset == read.offset;
  }

  // True if a successor has to be looked at again.
  bool pass(BlockId b) {
    State s = *at_begin_[b];
    const Block& block = f_.blocks[b];
    const std::size_t above = block.body.size() - (block.branch ? block.branch->defer : 0);
    for (std::size_t n = 0; n < above; ++n)
      step(block.body[n], s);
    if (block.branch)
      step(*block.branch, s);
    for (std::size_t n = above; n < block.body.size(); ++n)
      step(block.body[n], s);
    if (block.branch && !block.taken && reporting_)
      need(s, 0, *block.branch);
    bool changed = false;
    for (const auto& to : {block.branch ? block.taken : std::nullopt, block.next})
      if (to)
        changed |= meet(*to, s);
    return changed;
  }

  bool meet(BlockId b, const State& s) {
    if (!at_begin_[b]) {
      at_begin_[b] = s;
      return true;
    }
    State& old = *at_begin_[b];
    const bool all = unset_ == UnsetReads::Refused;
    State now = old;
    now.set = all ? old.set & s.set : old.set | s.set;
    now.flags = old.flags && s.flags;
    now.stack_base = old.stack_base && s.stack_base;
    for (unsigned n = 0; n < 4; ++n)
      now.address[n] = std::max(old.address[n], s.address[n]);
    const bool changed = now.set != old.set || now.flags != old.flags ||
                         now.stack_base != old.stack_base || now.address != old.address;
    old = now;
    return changed;
  }

  void need(const State& s, unsigned place, const Instruction& i) const {
    if (reporting_ && !s.set.test(place))
      fail("reads a register that no instruction before has written on all paths", i);
  }

  void read(const Operand& o, const State& s, const Instruction& i) const {
    if (o.kind == Kind::Register) {
      if (o.bank != Bank::B)
        need(s, o.number, i);
      if (o.bank != Bank::A)
        need(s, bank_b + o.number, i);
    } else if (o.kind == Kind::Transfer) {
      need(s, file_in + o.number, i);
    }
    local_address(o, s, i);
  }

  void local_address(const Operand& o, const State& s, const Instruction& i) const {
    if (reporting_ && o.kind == Kind::Local && s.address[o.number] > 0)
      fail("uses an address of local memory before its write has taken effect", i);
  }

  void write(const Operand& o, State& s, const Instruction& i) const {
    if (o.kind == Kind::Register) {
      if (o.bank != Bank::B)
        s.set.set(o.number);
      if (o.bank != Bank::A)
        s.set.set(bank_b + o.number);
      if (o.bank != Bank::B && o.number == stack_register)
        s.stack_base = false;
    } else if (o.kind == Kind::Transfer) {
      s.set.set(file_out + o.number);
    }
    local_address(o, s, i);
  }

  void step(const Instruction& i, State& s) const {
    if (reporting_ && !s.flags && uses_flags(i))
      fail("reads condition codes that are unset on some path", i);
    read(i.a, s, i);
    read(i.b, s, i);
    if (is_update(i) && i.dst.kind != Kind::Transfer)
      read(i.dst, s, i);
    for (unsigned w = 0; w < (i.op == Op::Command ? moved_words(i) : 0); ++w)
      if (fills(i.memory))
        s.set.set(file_in + i.data.number + w);
      else
        need(s, file_out + i.data.number + w, i);
    write(i.dst, s, i);
    if ((i.op == Op::Alu || i.op == Op::Shift) && i.set_conditions)
      s.flags = true;
    for (int& wait : s.address)
      wait -= wait > 0;
    if (i.op == Op::CsrWrite)
      address_write(i, s);
    if (i.op == Op::Call)
      call(i, s);
  }

  static bool uses_flags(const Instruction& i) {
    return i.op == Op::Branch
               ? i.condition != Condition::Always
               : i.op == Op::Alu && (i.alu == AluOp::AddCarry || i.alu == AluOp::SubtractCarry);
  }

  static void address_write(const Instruction& i, State& s) {
    constexpr std::array<unsigned, 4> csr = {0x64, 0x6c, 0x94, 0x9c};
    for (unsigned n = 0; n < 4; ++n)
      if (csr[n] == i.csr)
        s.address[n] = 3;
  }

  void call(const Instruction& i, State& s) const {
    if (reporting_ && !s.stack_base)
      fail("the stack's address is lost", i);
    for (int& wait : s.address)
      wait = 0; // the call's own words, and the helper's
    for (unsigned n = 0; n < 12; ++n) {
      s.set.set(n, n < 2);
      s.set.set(bank_b + n, n < 2);
    }
    for (unsigned n = file_in; n < 128; ++n)
      s.set.reset(n);
    s.flags = false;
  }

  const Function& f_;
  const UnsetReads unset_;
  const Instruction nop_;
  bool reporting_ = false;
  std::vector<std::optional<State>> at_begin_;
};

} // namespace

void check_code(const Function& f, const FirmwareProfile& profile, UnsetReads unset) {
  Check(f, profile, unset).run();
}

} // namespace pw::nfp
