// Sources that may come from either bank take the one that their partner leaves; commands, which
// can't exchange their sources, get them in the order of the banks.
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

bool in_bank(const Operand& o, Bank bank) { return o.kind == Kind::Register && o.bank == bank; }
bool either(const Operand& o) { return o.kind == Kind::Register && o.bank == Bank::Both; }

Bank other(const Operand& o) { return in_bank(o, Bank::A) ? Bank::B : Bank::A; }

void settle_pair(Operand& a, Operand& b) {
  if (either(a))
    a.bank = in_bank(b, Bank::A) ? Bank::B : Bank::A;
  if (either(b))
    b.bank = other(a);
}

void exchange(Instruction& i) {
  std::swap(i.a, i.b);
  if (i.mode == AddressMode::Shift8A)
    i.mode = AddressMode::Shift8B;
  else if (i.mode == AddressMode::Shift8B)
    i.mode = AddressMode::Shift8A;
}

void settle(Instruction& i) {
  if (i.op == Op::LdField) {
    Operand updated = i.dst; // stays in both banks, where it is in both
    settle_pair(updated, i.b);
    return;
  }
  settle_pair(i.a, i.b);
  if (i.op == Op::Command && (in_bank(i.a, Bank::B) || in_bank(i.b, Bank::A)))
    exchange(i);
}

bool moves_to_itself(const Instruction& i) {
  if (!is_move(i) || i.dst.kind != Kind::Register || i.b.kind != Kind::Register ||
      i.dst.number != i.b.number)
    return false;
  return i.dst.bank == i.b.bank || i.b.bank == Bank::Both;
}

} // namespace

void settle_banks(Function& f) {
  for (Block& b : f.blocks) {
    for (Instruction& i : b.body)
      if (moves_to_itself(i))
        i.dst = none(); // the condition codes may be read
    for (std::size_t i = 0; i < b.body.size(); ++i) {
      if (i + 1 < b.body.size() && gives_amount(b.body[i], b.body[i + 1]) && either(b.body[i].a))
        b.body[i].a.bank = Bank::A;
      settle(b.body[i]);
    }
    if (b.branch)
      settle(*b.branch);
  }
}

namespace {

void rewrite_conditions(Function& f, bool where_dead) {
  const Places places(f);
  const Liveness live(f, places);
  for (BlockId b = 0; b < f.blocks.size(); ++b)
    walk_back(f.blocks[b], places, live.at_end(b),
              [&](Instruction& i, const Effects&, const PlaceSet& behind) {
                if ((i.op == Op::Alu || i.op == Op::Shift) && !behind.test(places.conditions()))
                  i.set_conditions = where_dead;
              });
}

} // namespace

void relax_conditions(Function& f) { rewrite_conditions(f, false); }
void normalize_conditions(Function& f) { rewrite_conditions(f, true); }

} // namespace pw::nfp
