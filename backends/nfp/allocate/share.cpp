// Each value is computed once: an instruction whose result a dominating one has already goes; two
// that don't dominate each other become one in the nearest block before both (a word less; on some
// ways it runs for nothing). Copies and small constants are read where they come from.
#include "backends/nfp/allocate/constants.h"
#include "backends/nfp/allocate/fingerprint.h"
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"
#include "backends/nfp/allocate/values.h"

#include <algorithm>
#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

constexpr unsigned largest_constant = 255, largest_address = 127;

class Dominance {
public:
  explicit Dominance(const Function& f) : idom_(immediate_dominators(f)), depth_(idom_.size()) {
    for (BlockId b : reverse_post_order(f))
      if (b != 0)
        depth_[b] = depth_[idom_[b]] + 1;
  }
  bool dominates(BlockId a, BlockId b) const { return common(a, b) == a; }
  BlockId common(BlockId a, BlockId b) const {
    while (a != b)
      if (depth_[a] >= depth_[b])
        a = idom_[a];
      else
        b = idom_[b];
    return a;
  }

private:
  std::vector<BlockId> idom_;
  std::vector<unsigned> depth_;
};

class Sharing {
public:
  explicit Sharing(Function& f)
      : f_(f), defs_(f), dominance_(f), same_as_(f.values), gone_(f.blocks.size()),
        conditions_live_(f.blocks.size()), seen_(f.values), order_(f.blocks.size()),
        settled_at_(f.values) {
    number_blocks();
    merges_.resize(f.values);
    for (const Block& b : f.blocks)
      for (const Instruction& i : b.body)
        if (is_move(i) && i.b.kind == Kind::Virtual &&
            (i.dst.kind != Kind::Virtual || defs_.values[i.dst.number].count > 1))
          merges_[i.b.number] = true;
    const Places places(f);
    const Liveness live(f, places);
    for (BlockId b = 0; b < f.blocks.size(); ++b) {
      gone_[b].resize(f.blocks[b].body.size());
      conditions_live_[b].resize(f.blocks[b].body.size() + 1);
      std::size_t n = f.blocks[b].body.size() + (f.blocks[b].branch ? 1 : 0);
      walk_back(f.blocks[b], places, live.at_end(b),
                [&](const Instruction&, const Effects&, const PlaceSet& behind) {
                  conditions_live_[b][--n] = behind.test(places.conditions());
                });
    }
  }

  void run() {
    for (BlockId b : reverse_post_order(f_)) {
      for (std::size_t n = 0; n < f_.blocks[b].body.size(); ++n)
        visit(b, n);
      if (f_.blocks[b].branch)
        replace(*f_.blocks[b].branch);
    }
    rebuild();
  }

private:
  struct Leader {
    unsigned value;
    BlockId block;
    std::optional<std::size_t> place; // none: has been moved to the block's end
  };

  // Definitions of a value stand before this place of the order at the latest: from here on the
  // value is what it will be.
  void number_blocks() {
    const std::vector<BlockId> order = reverse_post_order(f_);
    for (unsigned n = 0; n < order.size(); ++n) {
      order_[order[n]] = n;
      for (const Instruction& i : f_.blocks[order[n]].body)
        if (i.dst.kind == Kind::Virtual)
          settled_at_[i.dst.number] = n;
    }
  }

  void visit(BlockId b, std::size_t n) {
    Instruction& i = f_.blocks[b].body[n];
    replace(i);
    share(b, n);
    if (i.dst.kind == Kind::Virtual)
      ++seen_[i.dst.number];
  }

  void share(BlockId b, std::size_t n) {
    const Instruction& i = f_.blocks[b].body[n];
    const auto& body = f_.blocks[b].body;
    if (i.follows || (n + 1 < body.size() && body[n + 1].follows) || !is_pure(i))
      return;
    const bool removable = !(writes_conditions(i) && conditions_live_[b][n]);
    if (is_copy(i)) {
      if (removable) {
        same_as_[i.dst.number] = i.b;
        gone_[b][n] = true;
      }
      return;
    }
    const Leader own{i.dst.number, b, n};
    auto& leaders = leaders_[print_of(i)];
    if (removable && !merges_[i.dst.number])
      for (Leader& leader : leaders)
        if (join(leader, own, i, n))
          return;
    leaders.push_back(own);
  }

  // True if `own` is computed by the leader from now on.
  bool join(Leader& leader, const Leader& own, const Instruction& i, std::size_t n) {
    const BlockId at = dominance_.common(leader.block, own.block);
    if (at != leader.block) {
      if (!movable(leader) || !available(i, at))
        return false;
      lift(leader, at);
    }
    same_as_[own.value] = virtual_value(leader.value);
    gone_[own.block][n] = true;
    return true;
  }

  void lift(Leader& leader, BlockId at) {
    Instruction moved;
    if (leader.place) {
      moved = f_.blocks[leader.block].body[*leader.place];
      gone_[leader.block][*leader.place] = true;
      if (writes_conditions(moved))
        moved.set_conditions = false;
    } else {
      auto& list = at_end_[leader.block];
      const auto old = std::find_if(list.begin(), list.end(), [&](const Instruction& i) {
        return i.dst.number == leader.value;
      });
      moved = std::move(*old);
      list.erase(old);
    }
    leader.block = at;
    leader.place.reset();
    moved_[leader.value] = at;
    at_end_[at].push_back(std::move(moved));
  }

  bool movable(const Leader& leader) const {
    if (!leader.place)
      return true;
    return !merges_[leader.value] &&
           !(writes_conditions(f_.blocks[leader.block].body[*leader.place]) &&
             conditions_live_[leader.block][*leader.place]);
  }

  bool is_settled(const Operand& o) const {
    switch (o.kind) {
    case Kind::None:
    case Kind::Constant:
      return true;
    case Kind::Virtual:
      // With several definitions: no more to come, as there are no cycles.
      return defs_.values[o.number].count == 1 || seen_[o.number] == defs_.values[o.number].count;
    default:
      return false;
    }
  }

  // The same wherever its sources are known.
  bool is_pure(const Instruction& i) const {
    if (i.dst.kind != Kind::Virtual || defs_.values[i.dst.number].count != 1)
      return false;
    if (i.op == Op::LoadValue)
      return true;
    const bool form = (i.op == Op::Alu && !reads_conditions(i)) ||
                      (i.op == Op::Shift && !i.indirect && i.shift_op != ShiftOp::Arithmetic) ||
                      (i.op == Op::LdField && i.zero_others);
    return form && is_settled(i.a) && is_settled(i.b);
  }

  static bool is_copy(const Instruction& i) { return is_move(i) && i.b.kind == Kind::Virtual; }

  bool available(const Instruction& i, BlockId at) const {
    return known(i.a, at) && known(i.b, at);
  }
  bool known(const Operand& o, BlockId at) const {
    if (o.kind != Kind::Virtual)
      return true;
    if (defs_.values[o.number].count > 1)
      return settled_at_[o.number] <= order_[at];
    const auto leader = moved_.find(o.number);
    const BlockId block = leader != moved_.end() ? leader->second : defs_.values[o.number].block;
    return dominance_.dominates(block, at);
  }

  Fingerprint print_of(Instruction i) const {
    i.dst = none();
    i.set_conditions = false;
    if (const auto value = loaded_constant(i)) {
      const Instruction plain = i;
      i = {};
      i.op = Op::LoadValue;
      i.value = *value;
      i.set_conditions = false;
    }
    Fingerprint print;
    append_fingerprint(i, print);
    if (i.op == Op::Alu && is_commutative(i.alu)) {
      Instruction other = i;
      std::swap(other.a, other.b);
      Fingerprint exchanged;
      append_fingerprint(other, exchanged);
      print = std::min(print, exchanged);
    }
    return print;
  }

  void replace(Instruction& i) const {
    for (Operand* o : {&i.a, &i.b})
      while (o->kind == Kind::Virtual && same_as_[o->number])
        *o = *same_as_[o->number];
    fold(i, i.a, i.b);
    fold(i, i.b, i.a);
    load(i);
  }

  // A copy of a constant is the constant, where that is one word as well.
  void load(Instruction& i) const {
    if (!is_move(i) || i.b.kind != Kind::Virtual || i.set_conditions)
      return;
    const Definition& d = defs_.values[i.b.number];
    Instruction load;
    load.op = Op::LoadValue;
    load.dst = i.dst;
    load.where = i.where;
    load.value = d.constant.value_or(0);
    if (d.count == 1 && d.constant && value_words(load).size() == 1)
      i = load;
  }

  void fold(const Instruction& i, Operand& o, const Operand& partner) const {
    if (o.kind != Kind::Virtual || partner.kind == Kind::Constant)
      return;
    if (i.op != Op::Alu && i.op != Op::Shift && i.op != Op::LdField && i.op != Op::Command)
      return;
    const Definition& d = defs_.values[o.number];
    const unsigned limit = i.op == Op::Command ? largest_address : largest_constant;
    if (d.count == 1 && d.constant && *d.constant <= limit)
      o = constant(*d.constant);
  }

  void rebuild() {
    for (BlockId b = 0; b < f_.blocks.size(); ++b) {
      std::vector<Instruction> body;
      for (std::size_t n = 0; n < f_.blocks[b].body.size(); ++n)
        if (!gone_[b][n])
          body.push_back(std::move(f_.blocks[b].body[n]));
      for (Instruction& i : at_end_[b])
        body.push_back(std::move(i));
      f_.blocks[b].body = std::move(body);
    }
  }

  Function& f_;
  const Definitions defs_;
  const Dominance dominance_;
  std::vector<std::optional<Operand>> same_as_;
  std::vector<std::vector<bool>> gone_, conditions_live_;
  std::vector<unsigned> seen_;       // definitions so far, by value
  std::vector<unsigned> order_;      // of blocks
  std::vector<unsigned> settled_at_; // by value, in that order
  std::map<Fingerprint, std::vector<Leader>> leaders_;
  std::map<unsigned, BlockId> moved_; // values that are computed elsewhere now
  std::map<BlockId, std::vector<Instruction>> at_end_;
  std::vector<bool> merges_; // values that are copied to one with several definitions
};

} // namespace

void share_values(Function& f) { Sharing(f).run(); }

} // namespace pw::nfp
