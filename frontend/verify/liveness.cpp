// Which registers and directly accessed stack slots may still be read, per block, backwards.
#include "frontend/verify/cfg.h"
#include "frontend/verify/helpers.h"

#include <algorithm>

namespace pw::verify {
namespace {

using namespace isa;

struct Effect {
  std::uint16_t uses = 0, defines = 0;
  std::optional<int> loads, stores; // slots from r10, 8 bytes
};

std::uint16_t bit(Register r) { return std::uint16_t(1u << r); }
std::uint16_t bit(const Operand& o) { return o.reg ? bit(*o.reg) : 0; }
constexpr std::uint16_t clobbered = 0x3f; // r0 .. r5

std::uint16_t arguments(unsigned n) { return std::uint16_t(((1u << n) - 1) << 1); }

Effect of_call(unsigned arguments_read) { return {arguments(arguments_read), clobbered, {}, {}}; }

Effect of_local(const CallLocal& c, const std::map<unsigned, Function>& done) {
  const auto callee = done.find(c.target);
  Effect e = of_call(5);
  if (callee != done.end() && !callee->second.blocks.empty())
    e.uses &= callee->second.blocks[0].live_in;
  return e;
}

Effect effect(const Instruction& insn, const std::map<unsigned, Function>& done) {
  struct Visitor {
    const std::map<unsigned, Function>& done;
    Effect operator()(const Alu& a) const {
      const bool reads_dst = a.op != AluOp::Mov;
      const std::uint16_t src = a.op == AluOp::Neg ? 0 : bit(a.src);
      return {std::uint16_t((reads_dst ? bit(a.dst) : 0) | src), bit(a.dst), {}, {}};
    }
    Effect operator()(const ByteSwap& s) const { return {bit(s.dst), bit(s.dst), {}, {}}; }
    Effect operator()(const LoadImmediate& l) const { return {0, bit(l.dst), {}, {}}; }
    Effect operator()(const LoadMap& l) const { return {0, bit(l.dst), {}, {}}; }
    Effect operator()(const LoadMapValue& l) const { return {0, bit(l.dst), {}, {}}; }
    Effect operator()(const LoadFunction& l) const { return {0, bit(l.dst), {}, {}}; }
    Effect operator()(const Load& l) const {
      Effect e{bit(l.base), bit(l.dst), {}, {}};
      if (l.base == 10 && l.bytes == 8 && l.offset % 8 == 0)
        e.loads = l.offset;
      return e;
    }
    Effect operator()(const Store& s) const {
      Effect e{std::uint16_t(bit(s.base) | bit(s.src)), 0, {}, {}};
      if (s.base == 10 && s.bytes == 8 && s.offset % 8 == 0)
        e.stores = s.offset;
      return e;
    }
    Effect operator()(const Atomic& a) const {
      const bool compares = a.op == AtomicOp::CmpXchg;
      Effect e{std::uint16_t(bit(a.base) | bit(a.src) | (compares ? 1 : 0)), 0, {}, {}};
      if (a.fetch)
        e.defines = compares ? 1 : bit(a.src);
      return e;
    }
    Effect operator()(const Jump& j) const {
      if (j.condition == Condition::Always)
        return {};
      return {std::uint16_t(bit(j.dst) | bit(j.src)), 0, {}, {}};
    }
    Effect operator()(const CallHelper& c) const { return of_call(argument_count(c.id)); }
    Effect operator()(const CallLocal& c) const { return of_local(c, done); }
    Effect operator()(const CallKfunc&) const { return of_call(5); }
    Effect operator()(const isa::Exit&) const { return {1, 0, {}, {}}; }
    Effect operator()(const LoadPacket& l) const {
      return {std::uint16_t(bit(6) | (l.index ? bit(*l.index) : 0)), clobbered, {}, {}};
    }
  };
  return std::visit(Visitor{done}, insn);
}

} // namespace

std::uint16_t defined_registers(const Instruction& insn) { return effect(insn, {}).defines; }

namespace {

// The register that an instruction changes to something that is no copy of r10 (calls: see below).
std::optional<Register> overwritten(const Instruction& insn) {
  if (const auto* alu = std::get_if<Alu>(&insn))
    return alu->dst;
  if (const auto* load = std::get_if<Load>(&insn))
    return load->dst;
  if (const auto* load = std::get_if<LoadImmediate>(&insn))
    return load->dst;
  if (const auto* load = std::get_if<LoadMap>(&insn))
    return load->dst;
  if (const auto* load = std::get_if<LoadMapValue>(&insn))
    return load->dst;
  return std::nullopt;
}

// The lowest place that a copy of r10 is moved to. In the order of the text: a register that is
// used for numbers later doesn't count.
int lowest_copy(const Code& code, const Function& f) {
  int lowest = 0;
  std::set<Register> copies;
  for (unsigned i = f.first; i < f.end; ++i) {
    if (!code[i])
      continue;
    const auto* alu = std::get_if<Alu>(&*code[i]);
    if (alu && alu->op == AluOp::Mov && alu->src.reg == Register(10))
      copies.insert(alu->dst);
    else if (alu && alu->op == AluOp::Add && !alu->src.reg && copies.contains(alu->dst))
      lowest = std::min(lowest, int(std::clamp<std::int64_t>(alu->src.imm, -512, 0)));
    else if (auto reg = overwritten(*code[i]))
      copies.erase(*reg);
    else if (std::holds_alternative<CallHelper>(*code[i]) ||
             std::holds_alternative<CallLocal>(*code[i]))
      copies.erase(copies.begin(), copies.upper_bound(5));
  }
  return lowest;
}

unsigned deepest(const Code& code, const Function& f) {
  int lowest = lowest_copy(code, f);
  for (unsigned i = f.first; i < f.end; ++i) {
    if (!code[i])
      continue;
    if (const auto* load = std::get_if<Load>(&*code[i]); load && load->base == 10)
      lowest = std::min<int>(lowest, load->offset);
    if (const auto* store = std::get_if<Store>(&*code[i]); store && store->base == 10)
      lowest = std::min<int>(lowest, store->offset);
  }
  return unsigned(-lowest);
}

// Offsets from r10 that are computed for use elsewhere (rX = r10; rX += imm).
void collect_taken(const Code& code, Function& f) {
  std::set<int> taken;
  std::set<Register> copies;
  for (unsigned i = f.first; i < f.end; ++i) {
    if (!code[i])
      continue;
    const auto* alu = std::get_if<Alu>(&*code[i]);
    if (alu && alu->op == AluOp::Mov && alu->src.reg == Register(10))
      copies.insert(alu->dst);
    else if (alu && alu->op == AluOp::Add && !alu->src.reg && copies.contains(alu->dst))
      taken.insert(int(std::clamp<std::int64_t>(alu->src.imm, -512, 0)));
    if (const auto* load = std::get_if<Load>(&*code[i]); load && load->base == 10)
      f.loaded.insert(load->offset);
  }
  f.taken.assign(taken.begin(), taken.end());
  f.stack_bytes = deepest(code, f);
}

struct LiveSet {
  std::uint16_t regs = 0;
  std::set<int> slots;
};

class Backwards {
public:
  Backwards(const Code& code, Function& f, const std::map<unsigned, Function>& done)
      : code_(code), f_(f) {
    for (unsigned i = f.first; i < f.end; ++i)
      effects_.push_back(code[i] ? effect(*code[i], done) : Effect{});
  }

  void run() {
    std::vector<unsigned> work;
    for (unsigned b = 0; b < f_.blocks.size(); ++b)
      work.push_back(b);
    std::vector<bool> waiting(f_.blocks.size(), true);
    while (!work.empty()) {
      const unsigned b = work.back();
      work.pop_back();
      waiting[b] = false;
      if (!update(b))
        continue;
      for (unsigned p : f_.blocks[b].predecessors)
        if (!waiting[p]) {
          waiting[p] = true;
          work.push_back(p);
        }
    }
  }

private:
  LiveSet out_of(unsigned b) const {
    LiveSet out;
    for (unsigned s : f_.blocks[b].successors) {
      out.regs |= f_.blocks[s].live_in;
      out.slots.insert(f_.blocks[s].slots_in.begin(), f_.blocks[s].slots_in.end());
    }
    return out;
  }

  bool update(unsigned b) {
    Block& block = f_.blocks[b];
    LiveSet live = out_of(b);
    for (unsigned i = block.last + 1; i-- > block.first;) {
      const Effect& e = effects_[i - f_.first];
      live.regs = std::uint16_t((live.regs & ~e.defines) | e.uses);
      if (e.stores)
        live.slots.erase(*e.stores);
      if (e.loads)
        live.slots.insert(*e.loads);
    }
    live.regs &= ~bit(10);
    if (live.regs == block.live_in && live.slots == block.slots_in)
      return false;
    block.live_in = live.regs;
    block.slots_in = std::move(live.slots);
    return true;
  }

  const Code& code_;
  Function& f_;
  std::vector<Effect> effects_;
};

} // namespace

bool Function::slot_live(const std::set<int>& direct, int offset) const {
  if (direct.contains(offset))
    return true;
  // Memory whose address went elsewhere may be read through it. What is also loaded directly is a
  // variable of its own; its direct loads decide.
  return !taken.empty() && offset >= taken.front() && !loaded.contains(offset);
}

void find_live(const Code& code, Function& f, const std::map<unsigned, Function>& done) {
  collect_taken(code, f);
  Backwards(code, f, done).run();
}

} // namespace pw::verify
