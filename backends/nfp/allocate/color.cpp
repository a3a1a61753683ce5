// Graph colouring after Chaitin and Briggs: nodes that surely find a register are taken out first
// and coloured last; where none is left, the one that costs least to put into local memory goes,
// and may still find a register. A node needs a register of bank A, of bank B, of either, or one of
// the same number in both.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/interference.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>
#include <bit>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

constexpr unsigned own_registers = 23, stack_register = 22; // A22 holds the stack's address
constexpr Registers one_bank = (Registers(1) << bank_registers) - 1;

bool needs_stack_register(const Function& f) {
  for (const Block& b : f.blocks)
    for (const Instruction& i : b.body) {
      if (i.op == Op::Call)
        return true;
      for (const Operand* o : {&i.a, &i.b})
        if (o->kind == Kind::Register && o->bank != Bank::B && o->number == stack_register)
          return true;
    }
  return false;
}

Registers usable(const Function& f) {
  const Registers own = (Registers(1) << own_registers) - 1;
  Registers all = own | own << bank_registers;
  if (needs_stack_register(f))
    all &= ~register_bit(Bank::A, stack_register);
  return all;
}

class Coloring {
public:
  Coloring(Function& f, unsigned first_temporary)
      : f_(f), graph_(f), first_temporary_(first_temporary), usable_(usable(f)) {
    coalesce(f, graph_);
    collect_hints();
  }

  // The nodes without a register. While some are left, nodes that stand beside many of them are
  // tried in both banks, so that those are free to take either.
  std::vector<Node> run() {
    std::vector<Node> wide, best_wide, best = attempt(wide);
    for (unsigned round = 0; round < attempts && !best.empty(); ++round) {
      const auto next = widest_partner();
      if (!next)
        break;
      wide.push_back(*next);
      std::vector<Node> left = attempt(wide);
      if (left.size() < best.size()) {
        best = std::move(left);
        best_wide = wide;
      }
    }
    return best.empty() ? best : attempt(best_wide);
  }

  void rewrite() {
    for (Block& b : f_.blocks) {
      for (Instruction& i : b.body)
        rewrite(i);
      if (b.branch)
        rewrite(*b.branch);
    }
    f_.values = 0;
  }

  const Interference& graph() const { return graph_; }

private:
  static constexpr unsigned attempts = 12;

  std::vector<Node> attempt(const std::vector<Node>& wide) {
    Banks banks = choose_banks(f_, graph_, wide);
    bank_ = std::move(banks.bank);
    beside_ = std::move(banks.partners);
    place_.assign(graph_.values(), 0);
    stack_.clear();
    simplify();
    left_.clear();
    for (auto n = stack_.rbegin(); n != stack_.rend(); ++n)
      if (!select(*n))
        left_.push_back(*n);
    return left_;
  }

  std::optional<Node> widest_partner() const {
    std::optional<Node> widest;
    for (Node n : left_)
      for (Node m : beside_[n])
        if (m < graph_.values() && !both(m) &&
            (!widest || beside_[m].size() > beside_[*widest].size()))
          widest = m;
    return widest;
  }

  // Registers that the neighbours can keep from n at most, in the order of removal.
  struct Pressure {
    unsigned weight = 0, room = 0;
    bool low() const { return weight < room; }
  };

  bool both(Node n) const { return bank_[n] == Bank::Both; }

  unsigned weight_on(Node n, Node neighbour) const {
    if (!bank_[n]) // either bank serves: all that it has counts
      return both(neighbour) ? 2 : 1;
    if (both(n) || both(neighbour) || !bank_[neighbour])
      return 1;
    return bank_[n] == bank_[neighbour] ? 1 : 0;
  }

  unsigned room(Node n) const {
    const Registers free = usable_ & ~graph_.taken(n);
    const Registers a = free & one_bank, b = free >> bank_registers;
    if (both(n))
      return unsigned(std::popcount(a & b));
    if (!bank_[n])
      return unsigned(std::popcount(free));
    return unsigned(std::popcount(bank_[n] == Bank::A ? a : b));
  }

  void simplify() {
    std::vector<Pressure> pressure(graph_.values());
    std::vector<std::vector<Node>> around(graph_.values());
    std::vector<Node> low, left;
    for (unsigned v = 0; v < graph_.values(); ++v)
      if (graph_.is_node(v) && graph_.uses(v) != 0) {
        around[v] = graph_.neighbours(v);
        pressure[v].room = room(v);
        for (Node m : around[v])
          pressure[v].weight += weight_on(v, m);
        (pressure[v].low() ? low : left).push_back(v);
      }
    std::vector<bool> gone(graph_.values());
    const auto remove = [&](Node n) {
      gone[n] = true;
      stack_.push_back(n);
      for (Node m : around[n]) {
        if (gone[m])
          continue;
        const bool was_low = pressure[m].low();
        pressure[m].weight -= weight_on(m, n);
        if (!was_low && pressure[m].low())
          low.push_back(m);
      }
    };
    for (;;) {
      while (!low.empty()) {
        const Node n = low.back();
        low.pop_back();
        if (!gone[n])
          remove(n);
      }
      std::erase_if(left, [&](Node n) { return gone[n]; });
      if (left.empty())
        return;
      remove(*std::min_element(left.begin(), left.end(), [&](Node x, Node y) {
        return cost(x) * (pressure[y].weight + 1) < cost(y) * (pressure[x].weight + 1);
      }));
    }
  }

  // Of local memory: accesses, and never for values that a spill made.
  double cost(Node n) const { return n >= first_temporary_ ? 1e9 : graph_.uses(n); }

  bool select(Node n) {
    Registers taken = ~usable_ | graph_.taken(n);
    for (Node m : graph_.neighbours(n))
      taken |= place_[m];
    const Registers own = pick(n, ~taken, taken);
    place_[n] = own;
    return own != 0;
  }

  Registers pick(Node n, Registers free, Registers taken) const {
    const Registers a = free & one_bank, b = free >> bank_registers;
    if (both(n)) {
      const Registers hinted = hints_of(n) & a & b;
      return lowest(hinted ? hinted : a & b) * (1 | Registers(1) << bank_registers);
    }
    Registers wanted = free;
    if (bank_[n])
      wanted &= bank_[n] == Bank::A ? one_bank : one_bank << bank_registers;
    if (const Registers hinted = hints_of(n) & wanted)
      return hinted & -hinted;
    // Registers that would serve others better stay free, and pairs whole for nodes of both banks.
    for (const Registers better : {~wishes_around(n) & std::rotl(taken, bank_registers),
                                   ~wishes_around(n), std::rotl(taken, bank_registers)})
      if (const Registers best = wanted & better)
        return best & -best;
    return wanted & -wanted;
  }

  // Registers that neighbours without one yet would like to have.
  Registers wishes_around(Node n) const {
    Registers all = 0;
    for (Node m : graph_.neighbours(n))
      if (!place_[m])
        all |= hints_[m];
    return all;
  }

  static Registers lowest(Registers set) { return set & -set; }

  // Registers that would make moves vanish.
  Registers hints_of(Node n) const {
    Registers all = hints_[n];
    for (Node m : partners_[n])
      all |= place_[m];
    if (both(n))
      all |= all >> bank_registers;
    return all;
  }

  void collect_hints() {
    hints_.resize(graph_.values());
    partners_.resize(graph_.values());
    for (const Block& b : f_.blocks)
      for (const Instruction& i : b.body)
        if (is_move(i)) {
          hint(i.dst, i.b);
          hint(i.b, i.dst);
        }
  }

  void hint(const Operand& value, const Operand& other) {
    if (value.kind != Kind::Virtual)
      return;
    const Node n = graph_.node(value.number);
    if (other.kind == Kind::Virtual)
      partners_[n].push_back(graph_.node(other.number));
    else if (other.kind == Kind::Register)
      for (Bank bank : {Bank::A, Bank::B})
        if (other.bank == bank || other.bank == Bank::Both)
          hints_[n] |= register_bit(bank, other.number);
  }

  void rewrite(Instruction& i) {
    for (Operand* o : {&i.dst, &i.a, &i.b})
      if (o->kind == Kind::Virtual)
        *o = register_at(place_[graph_.node(o->number)]);
  }

  static Operand register_at(Registers place) {
    const bool a = place & one_bank, b = place >> bank_registers;
    const unsigned number = unsigned(std::countr_zero(place)) % bank_registers;
    return register_of(a && b ? Bank::Both : a ? Bank::A : Bank::B, number);
  }

  Function& f_;
  Interference graph_;
  const unsigned first_temporary_;
  const Registers usable_;
  std::vector<std::optional<Bank>> bank_;
  std::vector<Registers> place_, hints_;
  std::vector<std::vector<Node>> partners_;
  std::vector<std::vector<Node>> beside_; // in one instruction
  std::vector<Node> stack_, left_;
};

} // namespace

void color(Function& f, const FirmwareProfile& profile) {
  const unsigned first_temporary = f.values;
  for (;;) {
    Coloring coloring(f, first_temporary);
    const std::vector<Node> left = coloring.run();
    if (left.empty())
      return coloring.rewrite();
    spill(f, coloring.graph(), left, profile);
    legalize(f);
  }
}

} // namespace pw::nfp
