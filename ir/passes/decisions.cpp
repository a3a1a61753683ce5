#include "ir/passes/decisions.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

constexpr std::size_t most_nodes = 3000, most_variables = 40;
constexpr unsigned early_rank = 1u
                                << 20; // decided last: what is known before merges into the leaves
constexpr unsigned leaf_rank = ~0u;

} // namespace

bool same_terms(const Leaf& a, const Leaf& b) {
  return a.terms.size() == b.terms.size() &&
         std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(),
                    [](const Term& x, const Term& y) {
                      return x.base == y.base && x.negative == y.negative;
                    });
}

Decisions::Ref Decisions::leaf(Leaf l) {
  if (l.offset)
    if (auto c = constant_of(l.offset))
      l.offset = c->isZero() && !l.early() ? Value() : make_.constant(*c);
  std::vector<const void*> key = {l.offset.getAsOpaquePointer()};
  for (const Term& t : l.terms) {
    key.push_back(t.base.getAsOpaquePointer());
    key.push_back(t.negative ? this : nullptr);
  }
  auto [at, fresh] = leaves_.try_emplace(key, Ref(nodes_.size()));
  if (fresh)
    nodes_.push_back({-1, 0, 0, std::move(l)});
  return at->second;
}

Decisions::Ref Decisions::inner(int variable, Ref t, Ref f) {
  if (t == f)
    return t;
  auto [at, fresh] = inner_.try_emplace({variable, t, f}, Ref(nodes_.size()));
  if (fresh)
    nodes_.push_back({variable, t, f, {}});
  if (nodes_.size() > most_nodes)
    throw TooManyDecisions();
  return at->second;
}

Decisions::Ref Decisions::variable(Variable v) {
  if (constant_of(v.holds))
    return early(v.holds);
  auto [at, fresh] = variable_of_.try_emplace(v.holds.getAsOpaquePointer(), int(variables_.size()));
  if (fresh)
    variables_.push_back(std::move(v));
  if (variables_.size() > most_variables)
    throw TooManyDecisions();
  return inner(at->second, truth(true), truth(false));
}

unsigned Decisions::rank(Ref r) const {
  int v = nodes_[r].variable;
  if (v < 0)
    return leaf_rank;
  return unsigned(v) + (variables_[std::size_t(v)].early ? early_rank : 0);
}

Decisions::Ref Decisions::half(Ref r, unsigned top, bool which) const {
  if (rank(r) != top)
    return r;
  return which ? nodes_[r].t : nodes_[r].f;
}

// The choice goes into the numbers where the leaves differ in nothing else.
Decisions::Ref Decisions::choose_early(Value c, Ref t, Ref f) {
  if (t == f)
    return t;
  unsigned top = std::min(rank(t), rank(f));
  if (top < early_rank) {
    int v = nodes_[rank(t) == top ? t : f].variable;
    Ref yes = choose_early(c, half(t, top, true), half(f, top, true));
    return inner(v, yes, choose_early(c, half(t, top, false), half(f, top, false)));
  }
  if (top == leaf_rank && same_terms(nodes_[t].leaf, nodes_[f].leaf)) {
    Leaf a = nodes_[t].leaf, b = nodes_[f].leaf;
    Value zero =
        a.offset && b.offset ? Value() : make_.zero(width_of(a.offset ? a.offset : b.offset));
    Value offset = make_.select(c, a.offset ? a.offset : zero, b.offset ? b.offset : zero);
    return leaf({a.terms, offset});
  }
  return choose(variable({c, true, {}, {}}), t, f);
}

Decisions::Ref Decisions::choose(Ref c, Ref t, Ref f) {
  if (t == f)
    return t;
  auto known = chosen_.find({c, t, f});
  if (known != chosen_.end())
    return known->second;
  Ref result = 0;
  if (rank(c) == leaf_rank) {
    Value e = nodes_[c].leaf.offset;
    auto fixed = constant_of(e);
    result = fixed ? (fixed->isOne() ? t : f) : choose_early(e, t, f);
  } else {
    unsigned top = std::min({rank(c), rank(t), rank(f)});
    int v = -1;
    for (Ref r : {c, t, f})
      if (rank(r) == top)
        v = nodes_[r].variable;
    Ref yes = choose(half(c, top, true), half(t, top, true), half(f, top, true));
    Ref no = choose(half(c, top, false), half(t, top, false), half(f, top, false));
    result = inner(v, yes, no);
  }
  chosen_[{c, t, f}] = result;
  return result;
}

Decisions::Ref Decisions::apply(Ref a, const One& f) {
  return apply(a, truth(true), [&](const Leaf& x, const Leaf&) { return f(x); });
}

// What the leaves become may itself be a diagram, whose variables find their place by choose().
Decisions::Ref Decisions::apply(Ref a, Ref b, const Two& f) {
  std::map<std::pair<Ref, Ref>, Ref> done;
  std::function<Ref(Ref, Ref)> run = [&](Ref x, Ref y) {
    auto known = done.find({x, y});
    if (known != done.end())
      return known->second;
    unsigned top = std::min(rank(x), rank(y));
    Ref result = 0;
    if (top == leaf_rank) {
      Leaf left = nodes_[x].leaf, right = nodes_[y].leaf;
      result = f(left, right);
    } else {
      int v = nodes_[rank(x) == top ? x : y].variable;
      Ref yes = run(half(x, top, true), half(y, top, true));
      Ref no = run(half(x, top, false), half(y, top, false));
      result = choose(inner(v, truth(true), truth(false)), yes, no);
    }
    return done[{x, y}] = result;
  };
  return run(a, b);
}

Decisions::Ref Decisions::where(Ref r, Value of, const llvm::APInt& x) {
  std::map<Ref, Ref> done;
  return where(r, of, x, done);
}

Decisions::Ref Decisions::where(Ref r, Value of, const llvm::APInt& x, std::map<Ref, Ref>& done) {
  if (rank(r) == leaf_rank)
    return r;
  if (auto known = done.find(r); known != done.end())
    return known->second;
  const Variable& v = decider(r);
  int variable = nodes_[r].variable;
  Ref t = nodes_[r].t, f = nodes_[r].f, result = 0;
  if (v.of == of && v.range) {
    result = where(v.range->contains(x) ? t : f, of, x, done);
  } else {
    Ref yes = where(t, of, x, done);
    result = inner(variable, yes, where(f, of, x, done));
  }
  return done[r] = result;
}

} // namespace pw::ir
