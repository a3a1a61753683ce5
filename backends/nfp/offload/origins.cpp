#include "backends/nfp/offload/origins.h"

#include <algorithm>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

// Where states meet.
class Joiner {
public:
  Joiner(const Facts& facts, OriginMap& map) : facts_(facts), map_(map) {}

  int joined(int a, int b) {
    if (a == b || b == no_origin)
      return a;
    if (a == no_origin)
      return b;
    if (a < 0 || b < 0 || !same_map(unsigned(a), unsigned(b)))
      return ambiguous_origin;
    map_.shared[unsigned(std::max(a, b))] = unsigned(std::min(a, b));
    changed_ = true;
    return std::min(a, b);
  }

  void join_into(Origins& a, const Origins& b) {
    for (unsigned r = 0; r < 10; ++r)
      a.regs[r] = joined(a.regs[r], b.regs[r]);
    for (const auto& [offset, origin] : b.slots) {
      const auto [it, fresh] = a.slots.try_emplace(offset, origin);
      it->second = joined(it->second, origin);
    }
  }

  bool changed() const { return changed_; } // lookups were found to be one origin

private:
  bool same_map(unsigned a, unsigned b) const {
    const Known &first = facts_.before[a][1], &second = facts_.before[b][1];
    return first.is(Kind::Map) && second.is(Kind::Map) && first.one_index && second.one_index &&
           first.index == second.index;
  }

  const Facts& facts_;
  OriginMap& map_;
  bool changed_ = false;
};

class Flow {
public:
  Flow(const Facts& facts, const OriginMap& map, Origins& state, unsigned insn)
      : facts_(facts), map_(map), s_(state), insn_(insn) {}

  void operator()(const Alu& a) {
    const int src = a.src.reg ? reg(*a.src.reg) : no_origin;
    if (a.op == AluOp::Mov)
      s_.regs[a.dst] = src;
    else if (a.op == AluOp::Add || a.op == AluOp::Sub)
      s_.regs[a.dst] = sum(s_.regs[a.dst], src);
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
    const int site = int(map_.of_lookup(insn_)); // pointers that it found before are others
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
  static int sum(int a, int b) {
    if (a == no_origin || b == no_origin)
      return a == no_origin ? b : a;
    return ambiguous_origin;
  }
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
  const OriginMap& map_;
  Origins& s_;
  unsigned insn_;
};

class Solver {
public:
  Solver(const Facts& facts, const verify::Function& f, OriginMap& out)
      : facts_(facts), f_(f), out_(out), joiner_(facts, out), entry_(f.blocks.size()),
        seen_(f.blocks.size()) {}

  // False: lookups were found to be one origin, and it has to be done again.
  bool run() {
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
        joiner_.join_into(joined, end);
        if (seen_[next] && joined == entry_[next])
          continue;
        entry_[next] = joined;
        seen_[next] = true;
        work.push_back(next);
      }
    }
    return !joiner_.changed();
  }

private:
  Origins flow(const verify::Block& block) {
    Origins state = entry_[f_.block_at.at(block.first)];
    for (unsigned i = block.first; i <= block.last && i < out_.before.size(); ++i) {
      if (!facts_.explored.code[i])
        continue;
      out_.before[i] = state;
      Flow step(facts_, out_, state, i);
      std::visit(step, *facts_.explored.code[i]);
    }
    return state;
  }

  const Facts& facts_;
  const verify::Function& f_;
  OriginMap& out_;
  Joiner joiner_;
  std::vector<Origins> entry_;
  std::vector<bool> seen_;
};

} // namespace

unsigned OriginMap::of_lookup(unsigned insn) const {
  for (auto it = shared.find(insn); it != shared.end(); it = shared.find(insn))
    insn = it->second;
  return insn;
}

std::vector<unsigned> OriginMap::lookups(unsigned origin) const {
  std::vector<unsigned> all{origin};
  for (const auto& [lookup, other] : shared)
    if (of_lookup(lookup) == origin)
      all.push_back(lookup);
  return all;
}

std::set<std::uint32_t> written_maps(const Facts& facts, const std::set<unsigned>& but) {
  std::set<std::uint32_t> maps;
  for (unsigned i = 0; i < facts.before.size(); ++i) {
    const auto& insn = facts.explored.code[i];
    const auto* store = insn && facts.reached[i] ? std::get_if<Store>(&*insn) : nullptr;
    if (store && !but.contains(i) && facts.before[i][store->base].may_be(Kind::MapValue))
      maps.insert(facts.before[i][store->base].index);
  }
  return maps;
}

OriginMap find_origins(const Facts& facts) {
  OriginMap out;
  out.before.resize(facts.before.size());
  for (const auto& [first, function] : facts.explored.graph->functions())
    if (first < out.before.size())
      while (!Solver(facts, function, out).run())
        ;
  return out;
}

} // namespace pw::nfp::offload
