#include "backends/verilog/ast/expression.h"

#include <cstdio>
#include <map>

namespace pw::verilog {
namespace {

Expression make(Node::Kind kind, std::string text, std::vector<Expression> operands) {
  return std::make_shared<const Node>(Node{kind, std::move(text), std::move(operands)});
}

std::string operand_text(const Expression& operand, const std::string& parent) {
  std::string text = to_text(operand);
  bool simple = operand->kind != Node::Kind::Binary && operand->kind != Node::Kind::Ternary;
  bool same_chain = operand->kind == Node::Kind::Binary && operand->text == parent &&
                    (parent == "&&" || parent == "||" || parent == "|" || parent == "&");
  return simple || same_chain ? text : "(" + text + ")";
}

// Tools read `!|x`, if at all, in their own ways.
std::string unary_operand_text(const Expression& operand) {
  std::string text = operand_text(operand, "!");
  return operand->kind == Node::Kind::Unary ? "(" + text + ")" : text;
}

std::string join(const std::vector<Expression>& operands, const std::string& between) {
  std::string out;
  for (const Expression& e : operands)
    out += (out.empty() ? "" : between) + to_text(e);
  return out;
}

std::string binary_text(const Node& n) {
  std::string out;
  for (const Expression& e : n.operands)
    out += (out.empty() ? "" : " " + n.text + " ") + operand_text(e, n.text);
  return out;
}

std::string ternary_text(const Node& n) {
  const Expression& no = n.operands[2];
  std::string tail = no->kind == Node::Kind::Ternary ? to_text(no) : operand_text(no, "?");
  return operand_text(n.operands[0], "?") + " ? " + operand_text(n.operands[1], "?") + " : " + tail;
}

} // namespace

Expression atom(std::string text) { return make(Node::Kind::Atom, std::move(text), {}); }

Expression literal(const pipeline::Bits& bits) {
  if (bits.width == 1)
    return atom(!bits.words.empty() && (bits.words[0] & 1) != 0 ? "1'b1" : "1'b0");
  std::string digits;
  for (std::size_t i = bits.words.size(); i-- > 0;) {
    char buffer[17];
    std::snprintf(buffer, sizeof buffer, digits.empty() ? "%llx" : "%016llx",
                  static_cast<unsigned long long>(bits.words[i]));
    if (!digits.empty() || bits.words[i] != 0)
      digits += buffer;
  }
  if (digits.empty())
    digits = "0";
  return atom(std::to_string(bits.width) + "'h" + digits);
}

Expression literal(unsigned width, std::uint64_t value) {
  if (width == 1)
    return atom(value & 1 ? "1'b1" : "1'b0");
  return atom(std::to_string(width) + "'d" + std::to_string(value));
}

Expression slice(const std::string& name, unsigned width_of_name, unsigned low, unsigned width) {
  if (low == 0 && width == width_of_name)
    return atom(name);
  std::string from = std::to_string(low);
  if (width == 1)
    return atom(name + "[" + from + "]");
  return atom(name + "[" + std::to_string(low + width - 1) + ":" + from + "]");
}

Expression unary(std::string op, Expression x) {
  return make(Node::Kind::Unary, std::move(op), {std::move(x)});
}
Expression binary(std::string op, Expression a, Expression b) {
  return make(Node::Kind::Binary, std::move(op), {std::move(a), std::move(b)});
}
Expression chain(std::string op, std::vector<Expression> operands) {
  if (operands.size() == 1)
    return operands[0];
  return make(Node::Kind::Binary, std::move(op), std::move(operands));
}
Expression both(Expression a, Expression b) {
  if (a->text == "1'b1")
    return b;
  return b->text == "1'b1" ? a : binary("&&", std::move(a), std::move(b));
}
Expression ternary(Expression condition, Expression yes, Expression no) {
  return make(Node::Kind::Ternary, "?", {std::move(condition), std::move(yes), std::move(no)});
}
Expression concat(std::vector<Expression> high_to_low) {
  if (high_to_low.size() == 1)
    return high_to_low[0];
  return make(Node::Kind::Concat, "", std::move(high_to_low));
}
Expression repeat(unsigned count, Expression x) {
  return make(Node::Kind::Repeat, std::to_string(count), {std::move(x)});
}
Expression call(std::string function, Expression x) {
  return make(Node::Kind::Call, std::move(function), {std::move(x)});
}

std::string to_text(const Expression& e) {
  switch (e->kind) {
  case Node::Kind::Atom:
    return e->text;
  case Node::Kind::Unary:
    return e->text + unary_operand_text(e->operands[0]);
  case Node::Kind::Binary:
    return binary_text(*e);
  case Node::Kind::Ternary:
    return ternary_text(*e);
  case Node::Kind::Concat:
    return "{" + join(e->operands, ", ") + "}";
  case Node::Kind::Repeat:
    return "{" + e->text + "{" + to_text(e->operands[0]) + "}}";
  case Node::Kind::Call:
    return e->text + "(" + to_text(e->operands[0]) + ")";
  }
  return {};
}

std::string to_text(const Expression& e, unsigned indent, unsigned room) {
  std::string line = to_text(e);
  if (line.size() <= room)
    return line;
  std::string fresh = "\n" + std::string(indent + 4, ' ');
  std::string out;
  if (e->kind == Node::Kind::Concat) {
    for (const Expression& x : e->operands)
      out += (out.empty() ? "{" : ",") + fresh + to_text(x);
    return out + "\n" + std::string(indent, ' ') + "}";
  }
  if (e->kind == Node::Kind::Binary) {
    for (const Expression& x : e->operands)
      out += (out.empty() ? "" : " " + e->text) + fresh + operand_text(x, e->text);
    return out;
  }
  return line;
}

} // namespace pw::verilog
