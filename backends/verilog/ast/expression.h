// Expressions of the Verilog that is emitted. Widths are the maker's business: every operator gets
// operands of the widths that it needs, so that no tool has to extend or cut one silently.
#pragma once

#include "ir/pipeline.h"

#include <memory>
#include <string>
#include <vector>

namespace pw::verilog {

struct Node;
using Expression = std::shared_ptr<const Node>;

struct Node {
  enum class Kind { Atom, Unary, Binary, Ternary, Concat, Repeat, Call } kind = Kind::Atom;
  std::string text; // the atom, the operator, the function's name, the count of a repetition
  std::vector<Expression> operands;
};

Expression atom(std::string text); // a name, a literal or a slice of a name
Expression literal(const pipeline::Bits&);
Expression literal(unsigned width, std::uint64_t value);
Expression slice(const std::string& name, unsigned width_of_name, unsigned low, unsigned width);
Expression unary(std::string op, Expression);
Expression binary(std::string op, Expression, Expression);
Expression chain(std::string op, std::vector<Expression>); // a op b op c; one at least
Expression both(Expression a, Expression b);               // a && b; a constant one is left out
Expression ternary(Expression condition, Expression yes, Expression no);
Expression concat(std::vector<Expression> high_to_low); // one operand stays as it is
Expression repeat(unsigned count, Expression);
Expression call(std::string function, Expression);

// On one line, with the parentheses that precedence asks for and those that readers want.
std::string to_text(const Expression&);
// Broken at the operands of the outermost concatenation or chain if one line of `room` columns is
// not enough.
std::string to_text(const Expression&, unsigned indent, unsigned room);

} // namespace pw::verilog
