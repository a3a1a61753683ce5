#include "backends/verilog/emit/operations.h"

#include <bit>

namespace pw::verilog {
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

class Maker {
public:
  Maker(const pipeline::Operation& op, const Values& values, unsigned stage)
      : op_(op), values_(values), stage_(stage) {}
  Expression make() const;

private:
  ValueId id(unsigned i) const { return op_.operands[i]; }
  unsigned width(unsigned i) const { return values_.width(id(i)); }
  unsigned result_width() const { return values_.width(op_.result); }
  Expression operand(unsigned i) const { return values_.in_stage(id(i), stage_); }
  Expression part(unsigned i, unsigned low, unsigned count) const {
    return values_.bits(id(i), stage_, low, count);
  }
  const pipeline::Bits* constant(unsigned i) const;
  bool is_constant(unsigned i, bool ones) const;
  Expression simple(const char* op) const { return binary(op, operand(0), operand(1)); }
  Expression sign_bits(unsigned count) const { return repeat(count, part(0, width(0) - 1, 1)); }
  Expression all_out() const; // what a shift by too much gives
  Expression shift() const;
  Expression fixed_shift(unsigned amount) const;
  Expression compare() const;
  Expression compare_unsigned(const char* op) const;
  Expression compare_signed(const char* op) const;
  Expression mux() const;
  Expression concatenation() const;

  const pipeline::Operation& op_;
  const Values& values_;
  unsigned stage_;
};

const pipeline::Bits* Maker::constant(unsigned i) const {
  const pipeline::Operation& maker = values_.maker(id(i));
  return maker.kind == OpKind::Constant ? &maker.constant : nullptr;
}

bool Maker::is_constant(unsigned i, bool ones) const {
  const pipeline::Bits* bits = constant(i);
  if (bits == nullptr)
    return false;
  for (unsigned at = 0; at < bits->width; ++at) {
    bool bit = at / 64 < bits->words.size() && (bits->words[at / 64] >> (at % 64) & 1) != 0;
    if (bit != ones)
      return false;
  }
  return true;
}

Expression Maker::all_out() const {
  return op_.kind == OpKind::Ashr ? sign_bits(width(0)) : literal(width(0), 0);
}

Expression Maker::fixed_shift(unsigned amount) const {
  unsigned w = width(0);
  if (amount == 0)
    return operand(0);
  if (op_.kind == OpKind::Shl)
    return concat({part(0, 0, w - amount), literal(amount, 0)});
  Expression top = op_.kind == OpKind::Ashr ? sign_bits(amount) : literal(amount, 0);
  return concat({top, part(0, amount, w - amount)});
}

// No tool has to take a shift amount of more bits than the shifted value's width needs.
Expression Maker::shift() const {
  unsigned w = width(0), needed = std::bit_width(w - 1);
  if (const pipeline::Bits* by = constant(1)) {
    bool large = false;
    for (std::size_t i = 1; i < by->words.size(); ++i)
      large = large || by->words[i] != 0;
    std::uint64_t amount = by->words.empty() ? 0 : by->words[0];
    return large || amount >= w ? all_out() : fixed_shift(static_cast<unsigned>(amount));
  }
  if (w == 1)
    return op_.kind == OpKind::Ashr ? operand(0) : binary("&", operand(0), unary("!", operand(1)));
  Expression amount = part(1, 0, needed);
  Expression shifted = op_.kind == OpKind::Shl ? binary("<<", operand(0), amount)
                       : op_.kind == OpKind::Lshr
                           ? binary(">>", operand(0), amount)
                           : binary(">>>", call("$signed", operand(0)), amount);
  if (needed == w)
    return shifted;
  if (op_.kind == OpKind::Ashr) // keeps the choice below from making the shift unsigned
    shifted = call("$unsigned", shifted);
  Expression rest = part(1, needed, w - needed);
  Expression too_far = w - needed == 1 ? rest : unary("|", rest);
  return ternary(too_far, all_out(), shifted);
}

Expression Maker::compare_unsigned(const char* op) const {
  bool equal_too = op_.compare == pipeline::Compare::Ule;
  // Comparisons that can only go one way: linters refuse them.
  bool always = equal_too && (is_constant(0, false) || is_constant(1, true));
  bool never = !equal_too && (is_constant(1, false) || is_constant(0, true));
  if (always || never)
    return literal(1, always ? 1 : 0);
  return simple(op);
}

Expression Maker::compare_signed(const char* op) const {
  return binary(op, call("$signed", operand(0)), call("$signed", operand(1)));
}

Expression Maker::compare() const {
  switch (op_.compare) {
  case pipeline::Compare::Eq:
    return simple("==");
  case pipeline::Compare::Ne:
    return simple("!=");
  case pipeline::Compare::Ult:
    return compare_unsigned("<");
  case pipeline::Compare::Ule:
    return compare_unsigned("<=");
  case pipeline::Compare::Slt:
    return compare_signed("<");
  case pipeline::Compare::Sle:
    return compare_signed("<=");
  }
  return nullptr;
}

Expression Maker::mux() const {
  std::vector<Expression> terms;
  unsigned w = result_width();
  for (unsigned i = 0; i + 1 < op_.operands.size(); i += 2) {
    Expression mask = w == 1 ? operand(i) : repeat(w, operand(i));
    terms.push_back(binary("&", mask, operand(i + 1)));
  }
  return terms.empty() ? literal(w, 0) : chain("|", std::move(terms));
}

Expression Maker::concatenation() const {
  std::vector<Expression> parts;
  for (unsigned i = static_cast<unsigned>(op_.operands.size()); i-- > 0;)
    parts.push_back(operand(i));
  return concat(std::move(parts));
}

Expression Maker::make() const {
  switch (op_.kind) {
  case OpKind::Add:
    return simple("+");
  case OpKind::Sub:
    return simple("-");
  case OpKind::Mul:
    return simple("*");
  case OpKind::And:
    return simple("&");
  case OpKind::Or:
    return simple("|");
  case OpKind::Xor:
    return simple("^");
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return shift();
  case OpKind::Compare:
    return compare();
  case OpKind::Select:
    return ternary(operand(0), operand(1), operand(2));
  case OpKind::Mux:
    return mux();
  case OpKind::Zext:
    return result_width() == width(0) ? operand(0)
                                      : concat({literal(result_width() - width(0), 0), operand(0)});
  case OpKind::Sext:
    return result_width() == width(0) ? operand(0)
                                      : concat({sign_bits(result_width() - width(0)), operand(0)});
  case OpKind::Trunc:
    return part(0, 0, result_width());
  case OpKind::Extract:
    return part(0, static_cast<unsigned>(op_.offset), result_width());
  case OpKind::Concat:
    return concatenation();
  default:
    return nullptr;
  }
}

} // namespace

Expression expression_of(const pipeline::Operation& op, const Values& values, unsigned stage) {
  return Maker(op, values, stage).make();
}

} // namespace pw::verilog
