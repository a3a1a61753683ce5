#include "backends/nfp/rules/shadow.h"

#include <algorithm>

namespace pw::nfp::rules {

using verify::Kind;
using verify::State;
using verify::Value;

MapSet Shadow::stack_sources(unsigned frame, std::int64_t offset, std::int64_t bytes) const {
  MapSet all = 0;
  if (frame >= frames.size())
    return all;
  const auto& stack = frames[frame].stack;
  for (auto b = stack.lower_bound(int(offset)); b != stack.end() && b->first < offset + bytes; ++b)
    all |= b->second.from;
  return all;
}

bool Shadow::stack_vague(unsigned frame, std::int64_t offset, std::int64_t bytes) const {
  if (frame >= frames.size())
    return false;
  const auto& stack = frames[frame].stack;
  for (auto b = stack.lower_bound(int(offset)); b != stack.end() && b->first < offset + bytes; ++b)
    if (b->second.vague)
      return true;
  return false;
}

bool Shadow::stack_zero(unsigned frame, std::int64_t offset, std::int64_t bytes) const {
  if (frame >= frames.size())
    return false;
  for (std::int64_t i = offset; i < offset + bytes; ++i) {
    const auto b = frames[frame].stack.find(int(i));
    if (b == frames[frame].stack.end() || !b->second.zero)
      return false;
  }
  return true;
}

namespace {
constexpr std::size_t most_constants = 16;

void join_constants(Constants& a, const Constants& b) {
  if (a && b)
    a->insert(b->begin(), b->end());
  if (!b || (a && a->size() > most_constants))
    a.reset();
}

std::optional<std::uint64_t> computed(const isa::Alu& a, std::uint64_t x, std::uint64_t y) {
  using enum isa::AluOp;
  const std::uint64_t mask = a.is64 ? ~std::uint64_t{0} : 0xffff'ffff;
  switch (a.op) {
  case Mov:
    return y & mask;
  case Add:
    return (x + y) & mask;
  case Sub:
    return (x - y) & mask;
  case And:
    return x & y & mask;
  case Or:
    return (x | y) & mask;
  case Xor:
    return (x ^ y) & mask;
  case Lsh:
    return x << (y & (a.is64 ? 63 : 31)) & mask;
  default:
    return std::nullopt;
  }
}
} // namespace

void join_into(Shadow& a, const Shadow& b) {
  for (std::size_t f = 0; f < a.frames.size() && f < b.frames.size(); ++f) {
    for (unsigned r = 0; r < 11; ++r) {
      a.frames[f].regs[r] |= b.frames[f].regs[r];
      a.frames[f].vague[r] |= b.frames[f].vague[r];
      join_constants(a.frames[f].constants[r], b.frames[f].constants[r]);
    }
    for (auto slot = a.frames[f].spilled.begin(); slot != a.frames[f].spilled.end();) {
      const auto other = b.frames[f].spilled.find(slot->first);
      join_constants(slot->second,
                     other == b.frames[f].spilled.end() ? Constants{} : other->second);
      slot = slot->second ? std::next(slot) : a.frames[f].spilled.erase(slot);
    }
    auto& stack = a.frames[f].stack;
    for (auto& [offset, byte] : stack)
      if (!b.frames[f].stack.contains(offset))
        byte.zero = false;
    for (const auto& [offset, byte] : b.frames[f].stack) {
      const auto [mine, fresh] =
          stack.try_emplace(offset, ShadowByte{byte.from, byte.vague, false});
      if (fresh)
        continue;
      mine->second.from |= byte.from;
      mine->second.vague |= byte.vague;
      mine->second.zero &= byte.zero;
    }
  }
  for (const auto& [map, bytes] : b.loaded)
    a.loaded[map].insert(bytes.begin(), bytes.end());
}

Constants known_constants(const Shadow& s, const State& state, unsigned reg) {
  const Value& v = state.reg(reg);
  if (v.is_scalar() && v.scalar.is_constant())
    return Constants{{v.scalar.value()}};
  return v.is_scalar() ? s.frames.back().constants[reg] : std::nullopt;
}

namespace {

constexpr std::int64_t most_bytes = 4096; // of an access at a variable place that are noted

class Step {
public:
  Step(Shadow& s, const State& before) : s_(s), before_(before) {}

  void operator()(const isa::Alu& a) const {
    s_.top().constants[a.dst] = constants_of(a);
    s_.top().vague[a.dst] = vague_result(a);
    MapSet& dst = s_.top().regs[a.dst];
    const MapSet src = a.src.reg && a.op != isa::AluOp::Neg ? s_.top().regs[*a.src.reg] : 0;
    const bool clears = a.op == isa::AluOp::Xor && a.src.reg == a.dst;
    dst = clears ? 0 : a.op == isa::AluOp::Mov ? src : dst | src;
  }
  void operator()(const isa::ByteSwap& x) const {
    s_.top().vague[x.dst] = true;
    s_.top().constants[x.dst].reset();
  }
  void operator()(const isa::LoadImmediate& x) const {
    set(x.dst, 0, false);
    s_.top().constants[x.dst] = Constants{{std::uint64_t(x.value)}};
  }
  void operator()(const isa::LoadMap& x) const { set(x.dst, 0, false); }
  void operator()(const isa::LoadMapValue& x) const { set(x.dst, 0, false); }
  void operator()(const isa::LoadFunction& x) const { set(x.dst, 0, false); }

  void operator()(const isa::Load& l) const {
    const Value base = before_.reg(l.base);
    if (base.kind != Kind::MapValue && base.kind != Kind::Stack)
      return set(l.dst, 0, false);
    const std::int64_t first = base.min_offset() + l.offset;
    const std::int64_t bytes = base.max_offset() - base.min_offset() + l.bytes;
    MapSet from = 0;
    if (base.kind == Kind::MapValue && bytes <= most_bytes) {
      from = map_set(base.index);
      for (std::int64_t i = std::max<std::int64_t>(first, 0); i < first + bytes; ++i)
        s_.loaded[base.index].insert(std::uint32_t(i));
    } else if (base.kind == Kind::Stack && bytes <= most_bytes) {
      from = s_.stack_sources(base.frame, first, bytes);
    }
    const bool vague = base.kind == Kind::Stack && l.bytes == 8 && bytes == 8 &&
                       s_.stack_vague(base.frame, first, 8);
    set(l.dst, from, vague);
    if (base.kind == Kind::Stack && base.frame < s_.frames.size() && base.constant_offset() &&
        l.bytes == 8)
      if (const auto& slots = s_.frames[base.frame].spilled; slots.contains(int(first)))
        s_.top().constants[l.dst] = slots.at(int(first));
  }

  void operator()(const isa::Store& st) const {
    const Value base = before_.reg(st.base);
    if (base.kind != Kind::Stack || base.frame >= s_.frames.size())
      return;
    const std::int64_t bytes = base.max_offset() - base.min_offset() + st.bytes;
    drop_spilled(base, st.offset, st.bytes);
    if (bytes > most_bytes)
      return;
    if (st.bytes == 8 && base.constant_offset() && st.src.reg)
      if (Constants known = known_constants(s_, before_, *st.src.reg))
        s_.frames[base.frame].spilled[int(base.offset + st.offset)] = std::move(known);
    const bool zero = st.src.reg ? before_.reg(*st.src.reg).is_null() : st.src.imm == 0;
    const MapSet from = st.src.reg ? s_.top().regs[*st.src.reg] : 0;
    const bool vague = st.src.reg && s_.top().vague[*st.src.reg];
    const std::int64_t first = base.min_offset() + st.offset;
    for (std::int64_t i = first; i < first + bytes; ++i) {
      ShadowByte& b = s_.frames[base.frame].stack[int(i)];
      b = base.constant_offset() ? ShadowByte{from, vague, zero}
                                 : ShadowByte{b.from | from, b.vague || vague, false};
    }
  }

  void operator()(const isa::Atomic& a) const {
    const Value base = before_.reg(a.base);
    if (base.kind == Kind::Stack)
      forget(base, a.offset, a.bytes);
    if (a.fetch)
      set(a.op == isa::AtomicOp::CmpXchg ? 0 : a.src, 0, false);
  }

  void operator()(const isa::CallHelper& c) const {
    const bool reads_only = c.id == BPF_FUNC_map_lookup_elem || c.id == BPF_FUNC_map_update_elem ||
                            c.id == BPF_FUNC_map_delete_elem || c.id == BPF_FUNC_perf_event_output;
    for (unsigned r = 1; r <= 5 && !reads_only; ++r)
      if (before_.reg(r).kind == Kind::Stack)
        forget(before_.reg(r), 0, most_bytes);
    clear_results();
  }
  void operator()(const isa::CallKfunc&) const { clear_results(); }
  void operator()(const isa::LoadPacket&) const { clear_results(); }
  void operator()(const isa::CallLocal&) const {}
  // What is compared with a constant as 64 bits is known then, on one of the ways at least.
  void operator()(const isa::Jump& j) const {
    using enum isa::Condition;
    const bool narrows = j.condition == Eq || j.condition == Ne || j.condition == Gt ||
                         j.condition == Ge || j.condition == Lt || j.condition == Le;
    if (narrows && j.is64 && (!j.src.reg || constant(*j.src.reg)))
      s_.top().vague[j.dst] = false;
  }
  void operator()(const isa::Exit&) const {}

private:
  void set(unsigned reg, MapSet from, bool vague) const {
    s_.top().regs[reg] = from;
    s_.top().vague[reg] = vague;
    s_.top().constants[reg].reset();
  }

  Constants constants_of(const isa::Alu& a) const {
    const Constants x =
        a.op == isa::AluOp::Mov ? Constants{{0}} : known_constants(s_, before_, a.dst);
    const Constants y = a.src.reg ? known_constants(s_, before_, *a.src.reg)
                                  : Constants{{std::uint64_t(std::int64_t(a.src.imm))}};
    Constants all{std::in_place};
    if (!x || !y || a.movsx != 0)
      return std::nullopt;
    for (const std::uint64_t left : *x)
      for (const std::uint64_t right : *y) {
        const auto result = computed(a, left, right);
        if (!result || all->size() > most_constants)
          return std::nullopt;
        all->insert(*result);
      }
    return all;
  }

  void clear_results() const {
    for (unsigned r = 0; r <= 5; ++r)
      set(r, 0, r == 0);
  }

  bool constant(unsigned reg) const {
    return before_.reg(reg).is_scalar() && before_.reg(reg).scalar.is_constant();
  }

  // Would Linux's verifier lose sight of the upper half of the result? It forgets all about results
  // of negations and 64-bit divisions, before 6.10 also about those of two numbers that aren't
  // constants; else 32-bit results are known to be such.
  bool vague_result(const isa::Alu& a) const {
    using enum isa::AluOp;
    const bool by_constant = !a.src.reg || constant(*a.src.reg);
    const bool dst = s_.top().vague[a.dst], src = a.src.reg && s_.top().vague[*a.src.reg];
    const std::uint64_t amount = !by_constant ? 0
                                 : a.src.reg  ? before_.reg(*a.src.reg).scalar.value()
                                              : std::uint64_t(a.src.imm);
    switch (a.op) {
    case Mov:
      return a.is64 && src;
    case Neg:
      return true;
    case Div:
    case Mod:
    case Sdiv:
    case Smod:
      return a.is64 || !by_constant;
    case And:
      return a.is64 && dst && (by_constant ? amount >> 32 != 0 : src);
    case Add:
    case Sub:
      return a.is64 ? dst || src : !before_.reg(a.dst).is_scalar();
    case Rsh:
      return !by_constant || (a.is64 && dst && amount < 32);
    default:
      return a.src.reg != a.dst && (!by_constant || (a.is64 && dst));
    }
  }

  // Registers that an access of so many bytes may touch.
  void drop_spilled(const Value& base, std::int64_t offset, std::int64_t bytes) const {
    auto& slots = s_.frames[base.frame].spilled;
    slots.erase(slots.lower_bound(int(base.min_offset() + offset) - 7),
                slots.lower_bound(int(base.max_offset() + offset + bytes)));
  }

  void forget(const Value& base, std::int64_t offset, std::int64_t bytes) const {
    if (base.frame >= s_.frames.size())
      return;
    drop_spilled(base, offset, bytes);
    auto& stack = s_.frames[base.frame].stack;
    const auto first = stack.lower_bound(int(base.min_offset() + offset));
    stack.erase(first, stack.lower_bound(int(base.max_offset() + offset + bytes)));
  }

  Shadow& s_;
  const State& before_;
};

} // namespace

void step(Shadow& s, const State& before, const isa::Instruction& instruction) {
  std::visit(Step(s, before), instruction);
}

void follow(Shadow& s, verify::EdgeKind kind, std::size_t frames) {
  using enum verify::EdgeKind;
  ShadowFrame callee;
  switch (kind) {
  case Call:
    std::copy_n(s.top().regs.begin() + 1, 5, callee.regs.begin() + 1);
    std::copy_n(s.top().vague.begin() + 1, 5, callee.vague.begin() + 1);
    std::copy_n(s.top().constants.begin() + 1, 5, callee.constants.begin() + 1);
    s.frames.push_back(callee);
    break;
  case Body: // of bpf_loop: the context is its third argument
    callee.regs[2] = s.top().regs[3];
    s.frames.push_back(callee);
    break;
  case Return: {
    const MapSet result = s.top().regs[0];
    const bool vague = s.top().vague[0];
    const Constants constants = s.top().constants[0];
    s.frames.pop_back();
    if (s.frames.empty())
      break;
    std::fill_n(s.top().regs.begin(), 6, MapSet{0});
    s.top().regs[0] = result;
    s.top().vague[0] = vague;
    std::fill_n(s.top().constants.begin(), 6, std::nullopt);
    s.top().constants[0] = constants;
    break;
  }
  default:
    break;
  }
  s.frames.resize(frames);
}

} // namespace pw::nfp::rules
