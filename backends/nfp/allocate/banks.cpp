// Two sources of one instruction must come from different banks: two colours on the graph of such
// pairs. Where circles of odd length leave an edge within one colour, one of its ends gets both
// banks, which costs no word but a register more.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/interference.h"

#include <algorithm>
#include <deque>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

class BankChoice {
public:
  BankChoice(Function& f, const Interference& graph)
      : graph_(graph), fixed_a_(graph.values()), fixed_b_(fixed_a_ + 1), edges_(fixed_b_ + 1),
        bank_(fixed_b_ + 1) {
    for (Block& b : f.blocks) {
      for (Instruction& i : b.body)
        add(i);
      for (std::size_t i = 0; i + 1 < b.body.size(); ++i)
        if (gives_amount(b.body[i], b.body[i + 1]))
          fix(b.body[i]);
      if (b.branch)
        add(*b.branch);
    }
    for (auto& list : edges_) {
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
  }

  Banks run(const std::vector<Node>& wide) {
    for (Node n : wide)
      bank_[n] = Bank::Both;
    component(fixed_a_);
    component(fixed_b_);
    for (Node n : by_degree())
      if (!bank_[n] && !edges_[n].empty())
        component(n);
    mend();
    release();
    bank_.resize(graph_.values());
    return {std::move(bank_), std::move(edges_)};
  }

private:
  void add(Instruction& i) {
    const SourcePair pair = source_pair(i);
    if (!pair.first || !pair.second)
      return;
    const auto a = end_of(*pair.first), b = end_of(*pair.second);
    if (!a || !b)
      return;
    edges_[*a].push_back(*b);
    edges_[*b].push_back(*a);
  }

  // The amount of an indirect shift is what stands in the field of bank A.
  void fix(const Instruction& i) {
    const auto a = end_of(i.a), b = end_of(i.b);
    for (const auto& [end, fixed] : {std::pair{a, fixed_b_}, std::pair{b, fixed_a_}})
      if (end && *end < fixed_a_) {
        edges_[*end].push_back(fixed);
        edges_[fixed].push_back(*end);
      }
  }

  std::optional<Node> end_of(const Operand& o) const {
    if (o.kind == Kind::Virtual)
      return graph_.node(o.number);
    if (o.kind == Kind::Register && o.bank != Bank::Both)
      return o.bank == Bank::A ? fixed_a_ : fixed_b_;
    return std::nullopt;
  }

  std::vector<Node> by_degree() const {
    std::vector<Node> nodes(graph_.values());
    for (Node n = 0; n < nodes.size(); ++n)
      nodes[n] = n;
    std::stable_sort(nodes.begin(), nodes.end(),
                     [&](Node x, Node y) { return edges_[x].size() > edges_[y].size(); });
    return nodes;
  }

  static Bank other(Bank b) { return b == Bank::A ? Bank::B : Bank::A; }

  void component(Node seed) {
    if (bank_[seed] && seed != fixed_a_ && seed != fixed_b_)
      return;
    bank_[seed] = seed == fixed_b_ ? Bank::B : Bank::A;
    std::deque<Node> queue = {seed};
    std::vector<Node> members; // both-bank nodes don't hand colours on
    while (!queue.empty()) {
      const Node n = queue.front();
      queue.pop_front();
      members.push_back(n);
      for (Node m : edges_[n])
        if (!bank_[m] && m != fixed_a_ && m != fixed_b_) {
          bank_[m] = other(*bank_[n]);
          queue.push_back(m);
        }
    }
    if (seed < fixed_a_)
      balance(members);
  }

  // The colours of a whole component may be exchanged: the bank with less in it takes more.
  void balance(const std::vector<Node>& members) {
    long here = 0;
    for (Node n : members)
      here += bank_[n] == Bank::A ? long(graph_.neighbours(n).size()) + 1
                                  : -long(graph_.neighbours(n).size()) - 1;
    if ((here > 0) == (surplus_ > 0))
      for (Node n : members)
        bank_[n] = other(*bank_[n]);
    surplus_ += (here > 0) == (surplus_ > 0) ? -here : here;
  }

  unsigned bad(Node n) const {
    if (bank_[n] == Bank::Both)
      return 0;
    return unsigned(std::count_if(edges_[n].begin(), edges_[n].end(),
                                  [&](Node m) { return bank_[m] == bank_[n]; }));
  }

  void mend() {
    improve();
    for (;;) {
      Node worst = 0;
      unsigned most = 0;
      for (Node n = 0; n < fixed_a_; ++n)
        if (const unsigned count = bad(n); count > most) {
          most = count;
          worst = n;
        }
      if (most == 0)
        return;
      bank_[worst] = Bank::Both;
    }
  }

  // Beside nodes of both banks only, either bank serves.
  void release() {
    for (Node n = 0; n < fixed_a_; ++n)
      if (bank_[n] && bank_[n] != Bank::Both &&
          std::all_of(edges_[n].begin(), edges_[n].end(),
                      [&](Node m) { return bank_[m] == Bank::Both; }))
        bank_[n].reset();
  }

  // Single nodes change sides while that makes more edges good.
  void improve() {
    for (unsigned round = 0; round < 8; ++round) {
      bool any = false;
      for (Node n = 0; n < fixed_a_; ++n) {
        if (!bank_[n] || bank_[n] == Bank::Both || edges_[n].empty())
          continue;
        const unsigned before = bad(n);
        bank_[n] = other(*bank_[n]);
        if (bad(n) < before)
          any = true;
        else
          bank_[n] = other(*bank_[n]);
      }
      if (!any)
        return;
    }
  }

  const Interference& graph_;
  const Node fixed_a_, fixed_b_; // stand for all registers of a bank
  std::vector<std::vector<Node>> edges_;
  std::vector<std::optional<Bank>> bank_;
  long surplus_ = 0; // of bank A
};

} // namespace

Banks choose_banks(Function& f, const Interference& graph, const std::vector<Node>& wide) {
  return BankChoice(f, graph).run(wide);
}

} // namespace pw::nfp
