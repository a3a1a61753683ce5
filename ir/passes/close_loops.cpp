// Read-modify-writes that take longer than a clock are made anew so that conditions and sums stand
// side by side and the choice comes last:
//
//   %s = addi %r, %add                         %far  = "%r above %depth - %add, no carry"
//   %t = minui %s, %depth                =>    %less = "%r below %need - %add"
//   %u = select (ult %t, %need), %t,           select %far, %depth' , select %less, %r + %add,
//               (subi %t, %need)                                             %r + (%add - %need)
//
// What does not depend on the read is then done in the clocks before.
#include "ir/passes/exclusion.h"
#include "ir/passes/loops.h"
#include "ir/passes/passes.h"
#include "ir/passes/sums.h"
#include "ir/schedule/delays.h"

#include <set>

namespace pw::ir {

#define GEN_PASS_DEF_CLOSELOOPS
#include "ir/passes/passes.h.inc"

namespace {

using llvm::APInt;
using mlir::Value;
namespace arith = mlir::arith;
using Ref = Decisions::Ref;

// Late values as decisions.
class Reader {
public:
  Reader(const Loop& loop, Maker& make, Decisions& decisions, Sums& sums)
      : loop_(loop), make_(make), decisions_(decisions), sums_(sums) {}

  Ref of(Value v) { return piece(v, 0, width_of(v)); }
  Ref piece(Value v, unsigned low, unsigned width); // bits [low, low + width)

private:
  Ref condition(Value v) { return decided(of(v)); }
  Ref decided(Ref);
  Ref whole(Value v);
  Ref logic(mlir::Operation* op);
  Ref arithmetic(mlir::Operation* op);
  Ref choice(MuxOp, unsigned low, unsigned width);
  Ref joined(ConcatOp, unsigned low, unsigned width);
  Ref extended(arith::ExtUIOp, unsigned low, unsigned width);
  Ref join(Ref low, Ref high);
  Ref rebuilt(mlir::Operation* op);
  Ref bits_of(const Leaf&, unsigned low, unsigned width);

  const Loop& loop_;
  Maker& make_;
  Decisions& decisions_;
  Sums& sums_;
  std::map<std::tuple<void*, unsigned, unsigned>, Ref> pieces_;
  llvm::DenseMap<Value, Ref> whole_;
};

Ref Reader::bits_of(const Leaf& l, unsigned low, unsigned width) {
  Build& build = make_.build;
  if (l.early())
    return decisions_.early(build.bits(l.offset, low, width));
  if (low == 0) {
    Leaf result;
    for (const Term& t : l.terms)
      result.terms.push_back({build.bits(t.base, 0, width), t.negative});
    if (l.offset)
      result.offset = build.bits(l.offset, 0, width);
    return decisions_.leaf(std::move(result));
  }
  return sums_.opaque(build.bits(sums_.value(l), low, width));
}

Ref Reader::join(Ref low, Ref high) {
  return decisions_.apply(low, high, [&](const Leaf& a, const Leaf& b) {
    Value v = make_.build.concat({sums_.value(a), sums_.value(b)});
    return a.early() && b.early() ? decisions_.early(v) : sums_.opaque(v);
  });
}

Ref Reader::joined(ConcatOp op, unsigned low, unsigned width) {
  std::optional<Ref> all;
  unsigned at = 0;
  for (Value v : op.getValues()) {
    unsigned end = at + width_of(v), from = std::max(low, at), to = std::min(low + width, end);
    if (from < to) {
      Ref part = piece(v, from - at, to - from);
      all = all ? join(*all, part) : part;
    }
    at = end;
  }
  return *all;
}

Ref Reader::extended(arith::ExtUIOp op, unsigned low, unsigned width) {
  unsigned inner = width_of(op.getIn());
  if (low + width <= inner)
    return piece(op.getIn(), low, width);
  if (low >= inner)
    return decisions_.early(make_.zero(width));
  return decisions_.apply(piece(op.getIn(), low, inner - low), [&](const Leaf& l) {
    Value v = make_.build.concat({sums_.value(l), make_.zero(width - (inner - low))});
    return l.early() ? decisions_.early(v) : sums_.opaque(v);
  });
}

// A bit that is cut from a late word, or the sum of such bits, is decided by, too.
Ref Reader::decided(Ref r) {
  return decisions_.apply(r, [&](const Leaf& l) {
    return l.early() ? decisions_.early(l.offset)
                     : decisions_.variable({sums_.value(l), false, {}, {}});
  });
}

Ref Reader::choice(MuxOp op, unsigned low, unsigned width) {
  Ref result = decisions_.early(make_.zero(width));
  for (auto [c, v] : llvm::zip(op.getConditions(), op.getValues()))
    result = decisions_.choose(condition(c), piece(v, low, width), result);
  return result;
}

Ref Reader::piece(Value v, unsigned low, unsigned width) {
  if (!loop_.late.contains(v))
    return decisions_.early(make_.build.bits(v, low, width));
  auto [at, fresh] = pieces_.try_emplace({v.getAsOpaquePointer(), low, width}, 0);
  if (!fresh)
    return at->second;
  mlir::Operation* op = v.getDefiningOp();
  Ref result = 0;
  if (auto select = mlir::dyn_cast<arith::SelectOp>(op))
    result = decisions_.choose(condition(select.getCondition()),
                               piece(select.getTrueValue(), low, width),
                               piece(select.getFalseValue(), low, width));
  else if (auto mux = mlir::dyn_cast<MuxOp>(op))
    result = choice(mux, low, width);
  else if (auto concat = mlir::dyn_cast<ConcatOp>(op))
    result = joined(concat, low, width);
  else if (auto bits = mlir::dyn_cast<BitsOp>(op))
    result = piece(bits.getValue(), low + unsigned(bits.getOffset()), width);
  else if (mlir::isa<arith::TruncIOp>(op))
    result = piece(op->getOperand(0), low, width);
  else if (auto extension = mlir::dyn_cast<arith::ExtUIOp>(op))
    result = extended(extension, low, width);
  else if (low == 0 && width == width_of(v))
    result = whole(v);
  else
    result = decisions_.apply(whole(v), [&](const Leaf& l) { return bits_of(l, low, width); });
  return pieces_[{v.getAsOpaquePointer(), low, width}] = result;
}

Ref Reader::logic(mlir::Operation* op) {
  Ref a = condition(op->getOperand(0)), b = condition(op->getOperand(1));
  if (mlir::isa<arith::AndIOp>(op))
    return decisions_.choose(a, b, decisions_.truth(false));
  if (mlir::isa<arith::OrIOp>(op))
    return decisions_.choose(a, decisions_.truth(true), b);
  return decisions_.choose(a, decisions_.invert(b), b);
}

Ref Reader::arithmetic(mlir::Operation* op) {
  Ref a = of(op->getOperand(0)), b = of(op->getOperand(1));
  return decisions_.apply(a, b, [&](const Leaf& x, const Leaf& y) {
    if (auto compare = mlir::dyn_cast<arith::CmpIOp>(op))
      return sums_.compare(compare.getPredicate(), x, y);
    return sums_.add(x, y, mlir::isa<arith::SubIOp>(op));
  });
}

// Goes through the choices among its operands, and is itself looked at no further.
Ref Reader::rebuilt(mlir::Operation* op) {
  auto leaf = [&](Value v, bool early) { return early ? decisions_.early(v) : sums_.opaque(v); };
  if (op->getNumOperands() == 1)
    return decisions_.apply(of(op->getOperand(0)), [&](const Leaf& x) {
      return leaf(make_.like(op, {sums_.value(x)}), x.early());
    });
  return decisions_.apply(
      of(op->getOperand(0)), of(op->getOperand(1)), [&](const Leaf& x, const Leaf& y) {
        auto factor =
            mlir::isa<arith::MulIOp>(op) && y.early() ? constant_of(y.offset) : std::nullopt;
        if (factor && !x.early())
          return sums_.scaled(x, *factor);
        return leaf(make_.like(op, {sums_.value(x), sums_.value(y)}), x.early() && y.early());
      });
}

Ref Reader::whole(Value v) {
  auto known = whole_.find(v);
  if (known != whole_.end())
    return known->second;
  mlir::Operation* op = v.getDefiningOp();
  Ref result = 0;
  bool bit = width_of(v) == 1;
  if (mlir::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op) && bit)
    result = logic(op);
  else if (mlir::isa<arith::AddIOp, arith::SubIOp, arith::CmpIOp>(op))
    result = arithmetic(op);
  else if (mlir::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::ShLIOp, arith::ShRUIOp,
                     arith::ShRSIOp, arith::MulIOp, arith::ExtSIOp>(op))
    result = rebuilt(op);
  else
    result = sums_.opaque(v);
  if (bit && !mlir::isa<ReadOp>(op)) {
    const Decisions::Node& n = decisions_.node(result);
    if (n.variable < 0 && !n.leaf.early()) // a bit decides
      result = decisions_.variable({sums_.value(n.leaf), false, {}, {}});
  }
  return whole_[v] = result;
}

// Decisions as operations.
class Writer {
public:
  Writer(Maker& make, Decisions& decisions, Sums& sums)
      : make_(make), decisions_(decisions), sums_(sums) {}

  Value of(Ref);

private:
  struct Share {
    Ref result;
    std::vector<llvm::ConstantRange> where;
  };
  Value split(Ref);
  Value busiest(Ref);
  void count(Ref, std::map<void*, std::pair<unsigned, Value>>&, std::set<Ref>& seen);
  std::vector<Share> shares(Ref, Value of);
  void bounds(Ref, Value of, std::set<std::uint64_t>&, std::set<Ref>& seen);
  Value lies_in(Value, const std::vector<llvm::ConstantRange>&);

  Maker& make_;
  Decisions& decisions_;
  Sums& sums_;
  std::map<Ref, Value> made_;
};

Value Writer::of(Ref r) {
  Value& v = made_[r];
  if (v)
    return v;
  Decisions::Node n = decisions_.node(r);
  if (n.variable < 0)
    return v = sums_.value(n.leaf);
  if (Value by_range = split(r))
    return made_[r] = by_range;
  Value holds = decisions_.decider(r).holds;
  Value t = of(n.t), f = of(n.f);
  return made_[r] = make_.select(holds, t, f);
}

// How many different ranges decide, by what is looked at.
void Writer::count(Ref r, std::map<void*, std::pair<unsigned, Value>>& found, std::set<Ref>& seen) {
  Decisions::Node n = decisions_.node(r);
  if (n.variable < 0 || !seen.insert(r).second)
    return;
  const Variable& v = decisions_.decider(r);
  if (v.range) {
    auto& [times, of] = found[v.of.getAsOpaquePointer()];
    ++times;
    of = v.of;
  }
  count(n.t, found, seen);
  count(n.f, found, seen);
}

Value Writer::busiest(Ref r) {
  std::map<void*, std::pair<unsigned, Value>> found;
  std::set<Ref> seen;
  count(r, found, seen);
  Value best;
  unsigned most = 2;
  for (auto& [p, entry] : found)
    if (entry.first > most || (entry.first == most && !best)) {
      most = entry.first;
      best = entry.second;
    }
  return most > 2 ? best : Value();
}

void Writer::bounds(Ref r, Value of, std::set<std::uint64_t>& all, std::set<Ref>& seen) {
  Decisions::Node n = decisions_.node(r);
  if (n.variable < 0 || !seen.insert(r).second)
    return;
  const Variable& v = decisions_.decider(r);
  if (v.of == of && v.range)
    for (const APInt& b : {v.range->getLower(), v.range->getUpper()})
      all.insert(b.getZExtValue());
  bounds(n.t, of, all, seen);
  bounds(n.f, of, all, seen);
}

// What comes of each stretch of values, equal ones together.
std::vector<Writer::Share> Writer::shares(Ref r, Value of) {
  std::set<std::uint64_t> all = {0};
  std::set<Ref> seen;
  bounds(r, of, all, seen);
  unsigned width = width_of(of);
  std::vector<Share> found;
  for (auto at = all.begin(); at != all.end(); ++at) {
    auto next = std::next(at);
    APInt low(width, *at), end = next == all.end() ? APInt(width, 0) : APInt(width, *next);
    Ref result = decisions_.where(r, of, low);
    auto same = llvm::find_if(found, [&](const Share& s) { return s.result == result; });
    if (same == found.end())
      same = found.insert(found.end(), {result, {}});
    same->where.push_back(llvm::ConstantRange::getNonEmpty(low, end));
  }
  return found;
}

Value Writer::lies_in(Value v, const std::vector<llvm::ConstantRange>& where) {
  using P = arith::CmpIPredicate;
  Value any;
  for (const llvm::ConstantRange& r : where) {
    APInt low = r.getLower(), last = r.getUpper() - 1;
    Value here;
    if (low == last)
      here = make_.compare(P::eq, v, make_.constant(low));
    else if (low.isZero())
      here = make_.compare(P::ule, v, make_.constant(last));
    else if (last.isAllOnes())
      here = make_.compare(P::uge, v, make_.constant(low));
    else
      here = make_.both(make_.compare(P::uge, v, make_.constant(low)),
                        make_.compare(P::ule, v, make_.constant(last)));
    any = any ? make_.either(any, here) : here;
  }
  return any;
}

// Three or more constant ranges of one value: a choice by stretches, all at once.
Value Writer::split(Ref r) {
  constexpr std::size_t most_stretches = 24;
  Value by = busiest(r);
  if (!by || width_of(by) > 64)
    return {};
  std::vector<Share> found = shares(r, by);
  std::size_t stretches = 0;
  for (const Share& s : found)
    stretches += s.where.size();
  if (stretches > most_stretches || found.size() < 2)
    return {};
  std::vector<Value> conditions, values;
  for (const Share& s : found) {
    values.push_back(of(s.result));
    conditions.push_back(lies_in(by, s.where));
  }
  if (found.size() == 2)
    return found[0].where.size() <= found[1].where.size()
               ? make_.select(conditions[0], values[0], values[1])
               : make_.select(conditions[1], values[1], values[0]);
  return make_.build.mux(conditions, values);
}

// Where in a word its fields begin.
void borders(Value v, int shift, unsigned width, std::set<unsigned>& all) {
  auto at = [&](int bit) {
    if (bit > 0 && bit < int(width))
      all.insert(unsigned(bit));
  };
  mlir::Operation* op = v.getDefiningOp();
  if (mlir::isa<arith::SelectOp>(op)) {
    borders(op->getOperand(1), shift, width, all);
    borders(op->getOperand(2), shift, width, all);
  } else if (auto mux = mlir::dyn_cast<MuxOp>(op)) {
    for (Value w : mux.getValues())
      borders(w, shift, width, all);
  } else if (auto concat = mlir::dyn_cast<ConcatOp>(op)) {
    for (Value w : concat.getValues()) {
      at(shift);
      borders(w, shift, width, all);
      shift += int(width_of(w));
      at(shift);
    }
  } else if (auto bits = mlir::dyn_cast<BitsOp>(op)) {
    borders(bits.getValue(), shift - int(bits.getOffset()), width, all);
  } else if (mlir::isa<arith::ExtUIOp>(op)) {
    borders(op->getOperand(0), shift, width, all);
  }
}

class Closer {
public:
  Closer(mlir::Block& block, const Loop& loop)
      : loop_(loop), build_(block), make_(build_), decisions_(make_), sums_(make_, decisions_),
        reader_(loop, make_, decisions_, sums_), writer_(make_, decisions_, sums_) {}

  // Whether the loop was made anew.
  bool run() {
    try {
      for (WriteOp write : loop_.writes)
        remake(write);
    } catch (const TooManyDecisions&) {
      return false;
    }
    if (time() >= loop_time(loop_) - 0.01)
      return false;
    replace();
    return true;
  }

private:
  struct New {
    WriteOp write;
    Value enable, data;
  };
  void remake(WriteOp);
  double time();
  void replace();

  const Loop& loop_;
  Build build_;
  Maker make_;
  Decisions decisions_;
  Sums sums_;
  Reader reader_;
  Writer writer_;
  std::vector<New> made_;
};

void Closer::remake(WriteOp write) {
  build_.at(write.getLoc());
  New made{write, write.getEnable(), write.getData()};
  if (loop_.late.contains(made.enable))
    made.enable = writer_.of(reader_.of(made.enable));
  if (loop_.late.contains(made.data)) {
    unsigned width = width_of(made.data);
    std::set<unsigned> all = {0};
    borders(made.data, 0, width, all);
    std::vector<Value> parts;
    for (auto at = all.begin(); at != all.end(); ++at) {
      unsigned end = std::next(at) == all.end() ? width : *std::next(at);
      parts.push_back(writer_.of(reader_.piece(made.data, *at, end - *at)));
    }
    made.data = build_.concat(parts);
  }
  made_.push_back(made);
}

double Closer::time() {
  Loop loop = loop_;
  for (mlir::Operation& op : *loop.writes[0]->getBlock())
    if (llvm::any_of(op.getOperands(), [&](Value v) { return loop.late.contains(v); }))
      for (Value v : op.getResults())
        if (v.getType().isInteger())
          loop.late.insert(v);
  llvm::DenseMap<Value, double> known;
  double longest = 0;
  for (New& n : made_)
    for (Value v : {n.enable, n.data})
      longest = std::max(longest, arrival(v, loop, known));
  return longest + schedule::delay_of(loop.writes[0].getOperation()).through;
}

// Conditions that others look at, too, are those that the loop has made.
void Closer::replace() {
  for (New& n : made_) {
    Value old = n.write.getData();
    if (old != n.data)
      old.replaceAllUsesWith(n.data);
    n.write.getEnableMutable().assign(n.enable);
    n.write.getDataMutable().assign(n.data);
  }
}

struct Pass : impl::CloseLoopsBase<Pass> {
  void runOnOperation() override {
    const double period = schedule::usable_period(assumed_clock);
    for (auto program : getOperation().getOps<ProgramOp>()) {
      mlir::Block& block = program.getBody().front();
      for (const Loop& loop : find_loops(block))
        if (loop_time(loop) > period && Closer(block, loop).run())
          sort_block(block);
    }
  }
};

} // namespace
} // namespace pw::ir
