#include "backends/nfp/offload/origins.h"

#include <algorithm>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

int joined(int a, int b) {
  if (a == b || b == no_origin)
    return a;
  return a == no_origin ? b : ambiguous_origin;
}

void join_into(Origins& a, const Origins& b) {
  for (unsigned r = 0; r < 10; ++r)
    a.regs[r] = joined(a.regs[r], b.regs[r]);
  for (const auto& [offset, origin] : b.slots) {
    const auto [it, fresh] = a.slots.try_emplace(offset, origin);
    it->second = joined(it->second, origin);
  }
}

class Flow {
public:
  Flow(const Facts& facts, Origins& state, unsigned insn) : facts_(facts), s_(state), insn_(insn) {}

  void operator()(const Alu& a) {
    const int src = a.src.reg ? reg(*a.src.reg) : no_origin;
    if (a.op == AluOp::Mov)
      s_.regs[a.dst] = src;
    else if (a.op == AluOp::Add || a.op == AluOp::Sub)
      s_.regs[a.dst] = joined(s_.regs[a.dst], src);
    else
      s_.regs[a.dst] = no_origin;
  }
  void operator()(const Load& l) {
    const auto slot = stack_place(l.base, l.offset);
    if (!facts_.before[insn_][l.base].may_be(Kind::Stack))
      s_.regs[l.dst] = no_origin;
    else if (!slot)
      s_.regs[l.dst] = l.bytes == 8 ? ambiguous_origin : no_origin;
    else
      s_.regs[l.dst] = l.bytes == 8 && s_.slots.contains(*slot) ? s_.slots[*slot] : no_origin;
  }
  void operator()(const Store& store) {
    if (!facts_.before[insn_][store.base].may_be(Kind::Stack))
      return;
    const auto slot = stack_place(store.base, store.offset);
    if (!slot) { // anywhere
      for (auto& [offset, origin] : s_.slots)
        origin = ambiguous_origin;
      return;
    }
    std::erase_if(s_.slots, [&](const auto& known) {
      return known.first < *slot + int(store.bytes) && *slot < known.first + 8;
    });
    if (store.bytes == 8 && store.src.reg && reg(*store.src.reg) != no_origin)
      s_.slots[*slot] = reg(*store.src.reg);
  }
  void operator()(const CallHelper& c) {
    call(no_origin);
    if (c.id != BPF_FUNC_map_lookup_elem)
      return;
    const int site = int(insn_); // pointers that it found before are others
    for (int& origin : s_.regs)
      origin = origin == site ? ambiguous_origin : origin;
    for (auto& [offset, origin] : s_.slots)
      origin = origin == site ? ambiguous_origin : origin;
    s_.regs[0] = site;
  }
  void operator()(const CallLocal&) { call(ambiguous_origin); }
  void operator()(const CallKfunc&) { call(ambiguous_origin); }
  void operator()(const LoadMapValue& l) { s_.regs[l.dst] = ambiguous_origin; }
  template <class T> void operator()(const T& t) {
    const RegisterSet written = registers_written(t);
    for (unsigned r = 0; r < 10; ++r)
      if (written >> r & 1)
        s_.regs[r] = no_origin;
  }

private:
  int reg(Register r) const { return r < 10 ? s_.regs[r] : no_origin; }
  void call(int result) {
    std::fill(s_.regs.begin(), s_.regs.begin() + 6, no_origin);
    s_.regs[0] = result;
  }
  std::optional<int> stack_place(Register base, int offset) const {
    const Known& k = facts_.before[insn_][base];
    if (!k.is(Kind::Stack) || !k.own_frame || !k.constant_offset())
      return std::nullopt;
    return int(k.low) + offset;
  }

  const Facts& facts_;
  Origins& s_;
  unsigned insn_;
};

class Solver {
public:
  Solver(const Facts& facts, const verify::Function& f, std::vector<Origins>& out)
      : facts_(facts), f_(f), out_(out), entry_(f.blocks.size()), seen_(f.blocks.size()) {}

  void run() {
    if (f_.first != 0) // arguments of a subprogram
      std::fill(entry_[0].regs.begin() + 1, entry_[0].regs.begin() + 6, ambiguous_origin);
    std::vector<unsigned> work{0};
    seen_[0] = true;
    while (!work.empty()) {
      const unsigned b = work.back();
      work.pop_back();
      const Origins end = flow(f_.blocks[b]);
      for (const unsigned next : f_.blocks[b].successors) {
        Origins joined = entry_[next];
        join_into(joined, end);
        if (seen_[next] && joined == entry_[next])
          continue;
        entry_[next] = joined;
        seen_[next] = true;
        work.push_back(next);
      }
    }
  }

private:
  Origins flow(const verify::Block& block) {
    Origins state = entry_[f_.block_at.at(block.first)];
    for (unsigned i = block.first; i <= block.last && i < out_.size(); ++i) {
      if (!facts_.explored.code[i])
        continue;
      out_[i] = state;
      Flow step(facts_, state, i);
      std::visit(step, *facts_.explored.code[i]);
    }
    return state;
  }

  const Facts& facts_;
  const verify::Function& f_;
  std::vector<Origins>& out_;
  std::vector<Origins> entry_;
  std::vector<bool> seen_;
};

} // namespace

std::vector<Origins> find_origins(const Facts& facts) {
  std::vector<Origins> out(facts.before.size());
  for (const auto& [first, function] : facts.explored.graph->functions())
    if (first < out.size())
      Solver(facts, function, out).run();
  return out;
}

} // namespace pw::nfp::offload
