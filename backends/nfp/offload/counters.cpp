// A number in a map value that is loaded, added to and stored again becomes an atomic addition,
// which the card can do where it can't store:
//
//   r1 = *(u64 *)(r0 + 8)          r1 = r2
//   r1 += r2                  ->   lock *(u64 *)(r0 + 8) += r1
//   *(u64 *)(r0 + 8) = r1
//
// Between load and store the number may be moved and added to, no more: the store then adds what
// it would have been if 0 had been loaded. Nothing else in the program may read or store these
// bytes, since the card keeps counters in another byte order; nor store to other bytes of the
// value, since such stores write the whole value (map_stores.cpp).
#include "backends/nfp/offload/arguments.h"
#include "backends/nfp/offload/origins.h"
#include "backends/nfp/offload/passes.h"

#include <set>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

struct Candidate {
  unsigned load, store;
};

struct Place { // in a map value
  std::uint32_t map;
  std::int64_t offset;
  unsigned bytes;
  bool operator==(const Place&) const = default;
};

std::optional<Place> place(const Facts& facts, unsigned insn, Register base, int offset,
                           unsigned bytes) {
  const Known& known = facts.before[insn][base];
  if (!known.is(Kind::MapValue) || !known.one_index || !known.constant_offset())
    return std::nullopt;
  return Place{known.index, known.low + offset, bytes};
}

// Registers that hold the loaded number plus something.
class Follower {
public:
  Follower(const Facts& facts, const Load& load, const Store& store)
      : facts_(facts), load_(load), store_(store), holding_(bit(load.dst)) {}

  bool step(unsigned insn) {
    const Instruction& i = *facts_.explored.code[insn];
    if (const auto* alu = std::get_if<Alu>(&i))
      return registers_written(i) != bit(store_.base) && arithmetic(*alu);
    if ((registers_read(i) & holding_) || (registers_written(i) & bit(store_.base)) ||
        !harmless(insn, i))
      return false;
    holding_ &= RegisterSet(~registers_written(i));
    return true;
  }

  bool finish(unsigned insn) const {
    return store_.src.reg && (holding_ & bit(*store_.src.reg)) && !(holding_ & bit(store_.base)) &&
           !(holding_ & facts_.live_after[insn]);
  }

private:
  static RegisterSet bit(Register r) { return RegisterSet(1u << r); }
  bool holds(const Operand& o) const { return o.reg && (holding_ & bit(*o.reg)); }

  bool arithmetic(const Alu& a) {
    const bool dst = a.op != AluOp::Mov && (holding_ & bit(a.dst)), src = holds(a.src);
    if (!dst && !src) {
      holding_ &= RegisterSet(~bit(a.dst));
      return true;
    }
    const bool linear = (a.op == AluOp::Mov && a.movsx == 0) ||
                        (a.op == AluOp::Add && dst != src) || (a.op == AluOp::Sub && dst && !src);
    if (!linear || (!a.is64 && load_.bytes == 8))
      return false;
    holding_ |= bit(a.dst);
    return true;
  }

  bool harmless(unsigned insn, const Instruction& i) const {
    if (const auto* store = std::get_if<Store>(&i)) {
      const Known& base = facts_.before[insn][store->base];
      return base.is(Kind::Packet) || base.is(Kind::Stack);
    }
    return std::holds_alternative<Load>(i) || std::holds_alternative<LoadImmediate>(i) ||
           std::holds_alternative<ByteSwap>(i) || std::holds_alternative<LoadMap>(i);
  }

  const Facts& facts_;
  const Load& load_;
  const Store& store_;
  RegisterSet holding_;
};

class Counters {
public:
  explicit Counters(Draft& draft) : draft_(draft), facts_(draft.facts()) {}

  bool run() {
    for (unsigned i = 0; i < facts_.before.size(); ++i)
      if (const auto* store = instruction<Store>(i))
        consider(i, *store);
    drop_conflicts();
    for (const Candidate& c : candidates_)
      convert(c);
    if (instead_.empty())
      return false;
    draft_.replace(instead_);
    return true;
  }

private:
  template <class T> const T* instruction(unsigned i) const {
    const auto& insn = facts_.explored.code[i];
    return insn && facts_.reached[i] ? std::get_if<T>(&*insn) : nullptr;
  }

  void consider(unsigned at, const Store& store) {
    const auto where = place(facts_, at, store.base, store.offset, store.bytes);
    if (!where || store.bytes < 4 || where->offset % store.bytes != 0)
      return;
    const unsigned first = facts_.block_of(at).first;
    for (unsigned i = at; i-- > first;) {
      const auto* load = instruction<Load>(i);
      if (load && !load->sign_extend && load->base == store.base && load->dst != load->base &&
          place(facts_, i, load->base, load->offset, load->bytes) == where) {
        if (follow(i, at, *load, store))
          candidates_.push_back({i, at});
        return;
      }
    }
  }

  bool follow(unsigned from, unsigned to, const Load& load, const Store& store) const {
    Follower follower(facts_, load, store);
    for (unsigned i = from + 1; i < to; ++i)
      if (facts_.explored.code[i] && !follower.step(i))
        return false;
    return follower.finish(to);
  }

  // 4-byte words of map values that something else reads or stores.
  using Words = std::set<std::pair<std::uint32_t, std::int64_t>>;
  Words other_uses() const {
    std::set<unsigned> ours;
    for (const Candidate& c : candidates_)
      ours.insert({c.load, c.store});
    Words words;
    for (unsigned i = 0; i < facts_.before.size(); ++i) {
      if (ours.contains(i))
        continue;
      if (const auto* load = instruction<Load>(i))
        add_words(words, i, load->base, load->offset, load->bytes);
      else if (const auto* store = instruction<Store>(i))
        add_words(words, i, store->base, store->offset, store->bytes);
      else if (const auto* call = instruction<CallHelper>(i); call && is_map_call(*call))
        for (const Register r : {2, 3})
          add_words(words, i, r, 0, 0);
    }
    return words;
  }

  // bytes 0: all that there are.
  void add_words(Words& words, unsigned insn, Register base, int offset, unsigned bytes) const {
    const Known& known = facts_.before[insn][base];
    if (!known.may_be(Kind::MapValue))
      return;
    const bool all = bytes == 0 || !known.constant_offset() || !known.one_index;
    const std::int64_t first = all ? 0 : known.low + offset;
    const std::int64_t last = all ? draft_.object.maps.at(known.index).value_size : first + bytes;
    for (std::int64_t word = first / 4; word * 4 < last; ++word)
      words.insert({known.index, word});
  }

  std::set<std::uint32_t> written_otherwise() const {
    std::set<unsigned> ours;
    for (const Candidate& c : candidates_)
      ours.insert(c.store);
    return written_maps(facts_, ours);
  }

  void drop_conflicts() {
    for (std::size_t before = candidates_.size() + 1; before != candidates_.size();) {
      before = candidates_.size();
      const Words words = other_uses();
      const std::set<std::uint32_t> written = written_otherwise();
      std::erase_if(candidates_, [&](const Candidate& c) {
        const Load& load = *instruction<Load>(c.load);
        const Place p = *place(facts_, c.load, load.base, load.offset, load.bytes);
        return written.contains(p.map) || words.contains({p.map, p.offset / 4}) ||
               words.contains({p.map, (p.offset + p.bytes - 1) / 4});
      });
    }
  }

  // The first addition to the loaded number, if nothing else is done with it before, becomes a
  // move.
  bool fold(const Candidate& c, Register loaded) {
    for (unsigned i = c.load + 1; i < c.store; ++i) {
      const auto& insn = facts_.explored.code[i];
      if (!insn || !(registers_read(*insn) >> loaded & 1))
        continue;
      const auto* alu = std::get_if<Alu>(&*insn);
      if (!alu || alu->op != AluOp::Add || alu->dst != loaded)
        return false;
      Sequence move;
      if (alu->src.reg)
        move.move(alu->is64, loaded, *alu->src.reg);
      else
        move.alu_imm(alu->is64, BPF_MOV, loaded, std::int32_t(alu->src.imm));
      instead_[i] = move.take();
      return true;
    }
    return false;
  }

  void convert(const Candidate& c) {
    const Load& load = *instruction<Load>(c.load);
    const Store& store = *instruction<Store>(c.store);
    Sequence zero, add;
    if (!fold(c, load.dst))
      zero.set(load.dst, 0);
    add.atomic_add(store.bytes, store.base, store.offset, *store.src.reg);
    instead_[c.load] = zero.take();
    instead_[c.store] = add.take();
    draft_.note(c.store, "PW-NFP-304",
                "load, addition and store of a map value become one atomic addition",
                "the card doesn't store to map values, but adds to them");
  }

  Draft& draft_;
  const Facts& facts_;
  std::vector<Candidate> candidates_;
  std::map<unsigned, Insns> instead_;
};

} // namespace

bool rewrite_counters(Draft& draft) { return Counters(draft).run(); }

} // namespace pw::nfp::offload
