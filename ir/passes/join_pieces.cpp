// Shifts by constants, masks and joins of bits that don't overlap are wires: bits and concats, no
// logic.
//
//   %h = shli (extui %a : i8 to i32), 8
//   %w = ori %h, (extui %b : i8 to i32)     =>   %w = concat %b, %a, 0 : i32
#include "ir/passes/build.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_JOINPIECES
#include "ir/passes/passes.h.inc"

namespace {

using llvm::APInt;
using mlir::Value;
namespace arith = mlir::arith;

// Bits [offset, offset + width) of a value, or a constant.
struct Piece {
  Value from; // null: constant
  unsigned offset = 0;
  APInt constant;
  unsigned width = 0;

  bool is(bool ones) const { return !from && (ones ? constant.isAllOnes() : constant.isZero()); }
  Piece part(unsigned at, unsigned bits) const {
    return {from, offset + at, from ? APInt() : constant.extractBits(bits, at), bits};
  }
};

using Pieces = std::vector<Piece>; // low first

constexpr std::size_t most_pieces = 64;

Pieces slice(const Pieces& all, unsigned offset, unsigned width) {
  Pieces result;
  unsigned at = 0;
  for (const Piece& p : all) {
    unsigned from = std::max(at, offset), to = std::min(at + p.width, offset + width);
    if (from < to)
      result.push_back(p.part(from - at, to - from));
    at += p.width;
  }
  return result;
}

void append(Pieces& all, const Piece& p) {
  if (!all.empty()) {
    Piece& last = all.back();
    if (!last.from && !p.from) {
      last.constant = p.constant.concat(last.constant);
      last.width += p.width;
      return;
    }
    if (last.from && last.from == p.from && last.offset + last.width == p.offset) {
      last.width += p.width;
      return;
    }
  }
  all.push_back(p);
}

void append(Pieces& all, const Pieces& more) {
  for (const Piece& p : more)
    append(all, p);
}

Piece zeros(unsigned width) { return {{}, 0, APInt(width, 0), width}; }

class Joiner {
public:
  explicit Joiner(ProgramOp program) : block_(program.getBody().front()), build_(block_) {}

  void run() {
    for (mlir::Operation& op : llvm::make_early_inc_range(block_))
      if (op.getNumResults() && op.getResult(0).getType().isInteger())
        visit(op);
  }

private:
  void visit(mlir::Operation& op);
  Pieces whole(Value v) { return {{v, 0, APInt(), width_of(v)}}; }
  const Pieces& of(Value v) { return pieces_.find(v)->second; }
  std::optional<Pieces> derive(mlir::Operation& op);
  std::optional<Pieces> shifted(mlir::Operation& op);
  std::optional<Pieces> logic(mlir::Operation& op);
  std::optional<Pieces> sum(mlir::Operation& op);
  Pieces combine(mlir::Operation& op, const Piece& a, const Piece& b);
  Value value(const Piece& p) {
    return p.from ? build_.bits(p.from, p.offset, p.width) : build_.constant(p.constant);
  }
  Value value(const Pieces& all);

  mlir::Block& block_;
  Build build_;
  llvm::DenseMap<Value, Pieces> pieces_;
};

Value Joiner::value(const Pieces& all) {
  std::vector<Value> parts;
  for (const Piece& p : all)
    parts.push_back(value(p));
  // A zero extension says the same in fewer words.
  if (parts.size() > 1 && all.back().is(false)) {
    unsigned width = 0;
    for (const Piece& p : all)
      width += p.width;
    parts.pop_back();
    return build_.resize(build_.concat(parts), width);
  }
  return build_.concat(parts);
}

void Joiner::visit(mlir::Operation& op) {
  Value result = op.getResult(0);
  build_.at(op.getLoc());
  auto found = derive(op);
  if (!found || found->size() > most_pieces) {
    pieces_[result] = whole(result);
    if (auto c = constant_of(result))
      pieces_[result] = {{{}, 0, *c, c->getBitWidth()}};
    return;
  }
  pieces_[result] = *found;
  Value wires = value(*found);
  if (wires == result)
    return;
  pieces_[wires] = *found;
  pieces_.erase(result);
  result.replaceAllUsesWith(wires);
  op.erase();
}

std::optional<Pieces> Joiner::derive(mlir::Operation& op) {
  unsigned width = width_of(op.getResult(0));
  if (mlir::isa<arith::ExtUIOp>(op)) {
    Pieces all = of(op.getOperand(0));
    append(all, zeros(width - width_of(op.getOperand(0))));
    return all;
  }
  if (mlir::isa<arith::TruncIOp>(op))
    return slice(of(op.getOperand(0)), 0, width);
  if (auto bits = mlir::dyn_cast<BitsOp>(op))
    return slice(of(bits.getValue()), unsigned(bits.getOffset()), width);
  if (auto concat = mlir::dyn_cast<ConcatOp>(op)) {
    Pieces all;
    for (Value v : concat.getValues())
      append(all, of(v));
    return all;
  }
  if (mlir::isa<arith::ShLIOp, arith::ShRUIOp>(op))
    return shifted(op);
  if (mlir::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
    return logic(op);
  if (mlir::isa<arith::AddIOp>(op))
    return sum(op);
  return {};
}

std::optional<Pieces> Joiner::shifted(mlir::Operation& op) {
  auto by = constant_of(op.getOperand(1));
  unsigned width = width_of(op.getResult(0));
  if (!by)
    return {};
  if (by->uge(width))
    return Pieces{zeros(width)};
  auto n = unsigned(by->getZExtValue());
  if (n == 0)
    return of(op.getOperand(0));
  Pieces all;
  if (mlir::isa<arith::ShLIOp>(op)) {
    all = {zeros(n)};
    append(all, slice(of(op.getOperand(0)), 0, width - n));
  } else {
    all = slice(of(op.getOperand(0)), n, width - n);
    append(all, zeros(n));
  }
  return all;
}

// One range of bits of a logic operation, in which each operand is one piece.
Pieces Joiner::combine(mlir::Operation& op, const Piece& a, const Piece& b) {
  bool both = mlir::isa<arith::AndIOp>(op), either = mlir::isa<arith::OrIOp>(op);
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    if (x.is(false))
      return {both ? x : y};
    if (x.is(true) && (both || either))
      return {both ? y : x};
  }
  if (!a.from && !b.from) {
    APInt c = both     ? a.constant & b.constant
              : either ? a.constant | b.constant
                       : a.constant ^ b.constant;
    return {{{}, 0, c, a.width}};
  }
  Value x = value(a), y = value(b);
  mlir::OpBuilder& at = build_.behind({x, y});
  Value v = both     ? at.createOrFold<arith::AndIOp>(op.getLoc(), x, y)
            : either ? at.createOrFold<arith::OrIOp>(op.getLoc(), x, y)
                     : at.createOrFold<arith::XOrIOp>(op.getLoc(), x, y);
  pieces_.try_emplace(v, whole(v));
  return {{v, 0, APInt(), a.width}};
}

// Ranges in which an operand is all zeros or all ones need no logic.
Pieces runs(const Pieces& all) {
  Pieces result;
  for (const Piece& p : all) {
    if (p.from) {
      result.push_back(p);
      continue;
    }
    for (unsigned at = 0; at < p.width;) {
      APInt rest = p.constant.lshr(at);
      unsigned n = std::min(p.width - at, rest[0] ? rest.countr_one() : rest.countr_zero());
      result.push_back(p.part(at, n));
      at += n;
    }
  }
  return result;
}

bool trivial(const Piece& a, const Piece& b, bool exclusive) {
  for (const Piece* p : {&a, &b})
    if (p->is(false) || (p->is(true) && !exclusive))
      return true;
  return false;
}

std::optional<Pieces> Joiner::logic(mlir::Operation& op) {
  Pieces a = runs(of(op.getOperand(0))), b = runs(of(op.getOperand(1)));
  const unsigned width = width_of(op.getResult(0));
  bool exclusive = mlir::isa<arith::XOrIOp>(op), any = false;
  Pieces left, right;
  for (unsigned at = 0, i = 0, j = 0, x = 0, y = 0; at < width;) {
    unsigned n = std::min(a[i].width - x, b[j].width - y);
    Piece p = a[i].part(x, n), q = b[j].part(y, n);
    any |= trivial(p, q, exclusive);
    left.push_back(p);
    right.push_back(q);
    at += n;
    if ((x += n) == a[i].width)
      ++i, x = 0;
    if ((y += n) == b[j].width)
      ++j, y = 0;
  }
  if (!any)
    return {};
  Pieces all, rest;
  for (std::size_t i = 0; i < left.size();) {
    if (trivial(left[i], right[i], exclusive)) {
      append(all, combine(op, left[i], right[i]));
      ++i;
      continue;
    }
    Pieces l, r; // neighbours that need logic share one operation
    for (; i < left.size() && !trivial(left[i], right[i], exclusive); ++i) {
      append(l, left[i]);
      append(r, right[i]);
    }
    if (l.size() == 1 && r.size() == 1) {
      append(all, combine(op, l[0], r[0]));
      continue;
    }
    Value x = value(l), y = value(r);
    for (Value v : {x, y})
      pieces_.try_emplace(v, whole(v));
    append(all, combine(op, whole(x)[0], whole(y)[0]));
  }
  return all;
}

// A sum without carries: in every range one operand is zero.
std::optional<Pieces> Joiner::sum(mlir::Operation& op) {
  const Pieces &a = of(op.getOperand(0)), &b = of(op.getOperand(1));
  Pieces all;
  const unsigned width = width_of(op.getResult(0));
  for (unsigned at = 0, i = 0, j = 0, x = 0, y = 0; at < width;) {
    unsigned n = std::min(a[i].width - x, b[j].width - y);
    Piece p = a[i].part(x, n), q = b[j].part(y, n);
    if (!p.is(false) && !q.is(false))
      return {};
    append(all, p.is(false) ? q : p);
    at += n;
    if ((x += n) == a[i].width)
      ++i, x = 0;
    if ((y += n) == b[j].width)
      ++j, y = 0;
  }
  return all;
}

struct Pass : impl::JoinPiecesBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      Joiner(program).run();
  }
};

} // namespace
} // namespace pw::ir
