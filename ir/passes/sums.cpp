#include "ir/passes/sums.h"

namespace pw::ir {

using llvm::APInt;
using llvm::ConstantRange;
using mlir::Value;
namespace arith = mlir::arith;
using P = arith::CmpIPredicate;
using Ref = Decisions::Ref;

namespace {

unsigned width_of_leaf(const Leaf& l) { return width_of(l.early() ? l.offset : l.terms[0].base); }

bool is_signed(P p) { return p == P::slt || p == P::sle || p == P::sgt || p == P::sge; }

P swapped(P p) {
  switch (p) {
  case P::ult:
    return P::ugt;
  case P::ule:
    return P::uge;
  case P::ugt:
    return P::ult;
  case P::uge:
    return P::ule;
  case P::slt:
    return P::sgt;
  case P::sle:
    return P::sge;
  case P::sgt:
    return P::slt;
  case P::sge:
    return P::sle;
  default:
    return p;
  }
}

} // namespace

Value Sums::offset(const Leaf& l, unsigned width) {
  return l.offset ? l.offset : make_.zero(width);
}

Value Sums::value(const Leaf& l) { return l.early() ? l.offset : sum(l); }

Value Sums::sum(const Leaf& l) {
  unsigned width = width_of_leaf(l);
  const Term &a = l.terms[0], b = l.terms.back();
  if (l.terms.size() == 1)
    return a.negative ? make_.sub(offset(l, width), a.base)
           : l.offset ? make_.add(a.base, l.offset)
                      : a.base;
  if (l.offset || (a.negative && b.negative))
    return compressed(l);
  return a.negative   ? make_.sub(b.base, a.base)
         : b.negative ? make_.sub(a.base, b.base)
                      : make_.add(a.base, b.base);
}

// Three numbers become two without carries. A negative one is inverted, and the 1 that is then
// missing is in the number that is known before.
Value Sums::compressed(const Leaf& l) {
  unsigned width = width_of_leaf(l);
  APInt ones(width, 0);
  std::vector<Value> v;
  for (const Term& t : l.terms) {
    ones += t.negative;
    v.push_back(t.negative ? make_.inverse(t.base) : t.base);
  }
  Value early = offset(l, width);
  v.push_back(ones.isZero() ? early : make_.add(early, make_.constant(ones)));
  Value x = make_.exclusive_or(v[0], v[1]);
  Value low = make_.exclusive_or(x, v[2]);
  Value high = make_.either(make_.both(v[0], v[1]), make_.both(x, v[2]));
  Build& build = make_.build;
  return make_.add(low, build.concat({build.constant(1, 0), build.bits(high, 0, width - 1)}));
}

Ref Sums::add(const Leaf& a, const Leaf& b, bool subtract) {
  unsigned width = width_of_leaf(a);
  Leaf result = a;
  for (Term t : b.terms) {
    t.negative ^= subtract;
    auto opposite = llvm::find_if(
        result.terms, [&](const Term& u) { return u.base == t.base && u.negative != t.negative; });
    if (opposite != result.terms.end())
      result.terms.erase(opposite);
    else
      result.terms.push_back(t);
  }
  if (b.offset) {
    Value mine = offset(result, width);
    result.offset = subtract ? make_.sub(mine, b.offset) : make_.add(mine, b.offset);
  }
  if (result.terms.size() <= 2) {
    if (result.early() && !result.offset)
      result.offset = make_.zero(width);
    return decisions_.leaf(std::move(result));
  }
  Value x = value(a), y = value(b);
  return opaque(subtract ? make_.sub(x, y) : make_.add(x, y));
}

// A factor of up to two powers of two, added or subtracted, needs no multiplier.
Ref Sums::scaled(const Leaf& l, const APInt& factor) {
  unsigned width = width_of_leaf(l);
  Build& build = make_.build;
  auto shifted = [&](Value v, unsigned by) {
    return by ? build.concat({make_.zero(by), build.bits(v, 0, width - by)}) : v;
  };
  unsigned low = factor.countr_zero();
  if (factor.isZero())
    return decisions_.early(make_.zero(width));
  APInt odd = factor.lshr(low);
  Leaf result;
  bool plain = l.terms.size() == 1;
  auto term = [&](unsigned by, bool negative) {
    if (by < width)
      result.terms.push_back({shifted(l.terms[0].base, by), negative != l.terms[0].negative});
  };
  if (plain && odd.isOne()) {
    term(low, false);
  } else if (plain && (odd - 1).isPowerOf2()) {
    term(low, false);
    term(low + (odd - 1).logBase2(), false);
  } else if (plain && (odd + 1).isPowerOf2() && !(odd + 1).isZero()) {
    term(low, true);
    term(low + (odd + 1).logBase2(), false);
  } else {
    return opaque(
        build.behind({value(l)})
            .createOrFold<arith::MulIOp>(build.where(), value(l), make_.constant(factor)));
  }
  if (l.offset)
    result.offset = build.mul(l.offset, make_.constant(factor));
  return decisions_.leaf(std::move(result));
}

Ref Sums::inside(Value v, const ConstantRange& range) {
  if (range.isFullSet() || range.isEmptySet())
    return decisions_.truth(range.isFullSet());
  APInt low = range.getLower(), last = range.getUpper() - 1;
  if (last.isAllOnes() || last.isMaxSignedValue()) // "at least" is "not below"
    if (!range.isSingleElement() && !low.isZero() && !low.isMinSignedValue())
      return decisions_.invert(inside(v, range.inverse()));
  Value holds;
  if (range.isSingleElement())
    holds = make_.compare(P::eq, v, make_.constant(low));
  else if (low.isZero())
    holds = make_.compare(P::ule, v, make_.constant(last));
  else if (low.isMinSignedValue())
    holds = make_.compare(P::sle, v, make_.constant(last));
  else {
    Value above = make_.compare(P::uge, v, make_.constant(low));
    Value below = make_.compare(P::ule, v, make_.constant(last));
    holds = range.isWrappedSet() ? make_.either(above, below) : make_.both(above, below);
  }
  return decisions_.variable({holds, false, v, range});
}

// low <= leaf <= high around the end of the numbers: the base lies between two numbers known
// before, which may lie around the end, too.
Ref Sums::inside(const Leaf& l, Value low, Value high) {
  const Term& t = l.terms[0];
  Value begin = low, end = high;
  if (t.negative) {
    Value from = offset(l, width_of(low));
    begin = make_.sub(from, high);
    end = make_.sub(from, low);
  } else if (l.offset) {
    begin = make_.sub(low, l.offset);
    end = make_.sub(high, l.offset);
  }
  auto b = constant_of(begin), e = constant_of(end);
  if (b && e)
    return inside(t.base, ConstantRange::getNonEmpty(*b, *e + 1));
  Value around = make_.compare(P::ult, end, begin);
  Value above = make_.compare(P::uge, t.base, begin), below = make_.compare(P::ule, t.base, end);
  Value holds =
      make_.either(make_.both(above, below), make_.both(around, make_.either(above, below)));
  return decisions_.variable({holds, false, {}, {}});
}

Ref Sums::equal(const Leaf& l, Value v) {
  const Term& t = l.terms[0];
  Value k = v;
  if (t.negative)
    k = make_.sub(offset(l, width_of(v)), v);
  else if (l.offset)
    k = make_.sub(v, l.offset);
  if (auto c = constant_of(k))
    return inside(t.base, ConstantRange(*c));
  return decisions_.variable({make_.compare(P::eq, t.base, k), false, {}, {}});
}

// x + d above x: the sum does not wrap around, so x is below -d.
Ref Sums::wraps(P how, const Leaf& a, const Leaf& b) {
  unsigned width = width_of_leaf(a);
  Value x = offset(a, width), y = offset(b, width);
  auto above = [&](const Leaf& small, Value from, Value to) {
    Leaf biased = small;
    if (is_signed(how))
      biased.offset = make_.add(from, make_.constant(APInt::getSignedMinValue(width)));
    return compare(P::ult, biased, {{}, make_.sub(from, to)});
  };
  switch (how) {
  case P::eq:
  case P::ne:
    return decisions_.early(make_.compare(how, x, y));
  case P::ugt:
  case P::sgt:
    return above(b, y, x);
  case P::ule:
  case P::sle:
    return decisions_.invert(above(b, y, x));
  case P::ult:
  case P::slt:
    return above(a, x, y);
  default:
    return decisions_.invert(above(a, x, y));
  }
}

Ref Sums::compare(P how, const Leaf& a, const Leaf& b) {
  if (a.early() && b.early())
    return decisions_.early(make_.compare(how, a.offset, b.offset));
  if (a.early())
    return compare(swapped(how), b, a);
  if (!b.early() && same_terms(a, b))
    return wraps(how, a, b);
  if (!b.early() || a.terms.size() > 1) {
    Value holds = make_.compare(how, value(a), value(b));
    return decisions_.variable({holds, false, {}, {}});
  }
  Value bound = b.offset;
  unsigned width = width_of(bound);
  switch (how) {
  case P::eq:
    return equal(a, bound);
  case P::ne:
    return decisions_.invert(equal(a, bound));
  case P::ugt:
    return decisions_.invert(compare(P::ule, a, b));
  case P::sgt:
    return decisions_.invert(compare(P::sle, a, b));
  case P::ult:
    return decisions_.invert(compare(P::uge, a, b));
  case P::slt:
    return decisions_.invert(compare(P::sge, a, b));
  default:
    break;
  }
  bool low_bound = how == P::uge || how == P::sge;
  APInt least = is_signed(how) ? APInt::getSignedMinValue(width) : APInt::getZero(width);
  APInt most = is_signed(how) ? APInt::getSignedMaxValue(width) : APInt::getAllOnes(width);
  if (!a.offset && !a.terms[0].negative) {
    if (auto c = constant_of(bound))
      return inside(a.terms[0].base, low_bound ? ConstantRange::getNonEmpty(*c, most + 1)
                                               : ConstantRange::getNonEmpty(least, *c + 1));
    return decisions_.variable({make_.compare(how, a.terms[0].base, bound), false, {}, {}});
  }
  return low_bound ? inside(a, bound, make_.constant(most))
                   : inside(a, make_.constant(least), bound);
}

} // namespace pw::ir
