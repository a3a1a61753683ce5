#include "cli/expression.h"

#include <cstdio>

namespace pw::cli {

using namespace pw::pipeline;

namespace {

std::string constant(const Bits& bits) {
  const std::uint64_t low = bits.words.empty() ? 0 : bits.words[0];
  for (std::size_t i = 1; i < bits.words.size(); ++i)
    if (bits.words[i] != 0)
      return "0x..." + std::to_string(bits.width) + "b";
  char text[32];
  std::snprintf(text, sizeof text, low < 10 ? "%llu" : "0x%llx",
                static_cast<unsigned long long>(low));
  return text;
}

const char* input(Input i) {
  switch (i) {
  case Input::Length:
    return "length";
  case Input::Ifindex:
    return "ifindex";
  case Input::RxQueue:
    return "rx_queue";
  case Input::Cpu:
    return "cpu";
  case Input::Time:
    return "time";
  case Input::Seed:
    return "seed";
  case Input::PacketIndex:
    return "packet_index";
  }
  return "input";
}

const char* sign(Compare c) {
  switch (c) {
  case Compare::Eq:
    return "==";
  case Compare::Ne:
    return "!=";
  case Compare::Ult:
    return "<";
  case Compare::Ule:
    return "<=";
  case Compare::Slt:
    return "<s";
  case Compare::Sle:
    return "<=s";
  }
  return "?";
}

} // namespace

Expressions::Expressions(const Pipeline& p) : p_(p), definitions_(p.values.size()) {
  for (const Operation& op : p.operations)
    if (op.result != no_value)
      definitions_.at(op.result) = &op;
}

const Operation* Expressions::definition(ValueId v) const {
  return v == no_value ? nullptr : definitions_.at(v);
}

std::string Expressions::of(ValueId v, unsigned depth) const {
  const Operation* op = definition(v);
  return op == nullptr ? "?" : operation(*op, depth);
}

std::string Expressions::packet_bytes(int first, unsigned bytes) {
  const std::string start = "packet[" + std::to_string(first);
  return bytes <= 1 ? start + "]" : start + ".." + std::to_string(first + int(bytes) - 1) + "]";
}

std::string Expressions::column(const Operation& op) const {
  const Map& map = p_.maps.at(op.map);
  const Column& c = map.columns.at(op.column);
  const std::string end = std::to_string(c.offset + c.bytes * c.count - 1);
  return map.name + ".value[" + std::to_string(c.offset) + ".." + end + "]";
}

std::string Expressions::call(const std::string& name, const Operation& op, unsigned depth,
                              std::size_t first) const {
  std::string out = name + "(";
  for (std::size_t i = first; i < op.operands.size(); ++i)
    out += (i == first ? "" : ", ") + of(op.operands[i], depth);
  return out + ")";
}

std::string Expressions::binary(const std::string& between, const Operation& op,
                                unsigned depth) const {
  return "(" + of(op.operands.at(0), depth) + " " + between + " " + of(op.operands.at(1), depth) +
         ")";
}

// The low bit of a handle is its hit; other extracts are bit ranges.
std::string Expressions::extract(const Operation& op, unsigned depth) const {
  const Operation* from = definition(op.operands.at(0));
  const unsigned width = p_.values.at(op.result).width;
  if (from != nullptr && from->kind == OpKind::MapFind && op.offset == 0 && width == 1)
    return p_.maps.at(from->map).name + ".hit";
  if (from != nullptr && from->kind == OpKind::PacketField && op.offset % 8 == 0 && width % 8 == 0)
    return packet_bytes(from->offset + op.offset / 8, width / 8);
  const std::string range =
      width == 1 ? std::to_string(op.offset)
                 : std::to_string(op.offset + int(width) - 1) + ":" + std::to_string(op.offset);
  return of(op.operands[0], depth) + "{" + range + "}";
}

// A comparison with an i1 constant is the value or its negation.
std::string Expressions::compare(const Operation& op, unsigned depth) const {
  return of(op.operands.at(0), depth) + " " + sign(op.compare) + " " + of(op.operands.at(1), depth);
}

std::string Expressions::operation(const Operation& op, unsigned depth) const {
  switch (op.kind) {
  case OpKind::Constant:
    return constant(op.constant);
  case OpKind::Input:
    return input(op.input);
  case OpKind::PacketField:
    return packet_bytes(op.offset, p_.values.at(op.result).width / 8);
  case OpKind::MapFind:
    return p_.maps.at(op.map).name + ".slot";
  case OpKind::MapRead:
    return column(op);
  default:
    break;
  }
  if (depth == 0)
    return "...";
  switch (op.kind) {
  case OpKind::Add:
    return binary("+", op, depth - 1);
  case OpKind::Sub:
    return binary("-", op, depth - 1);
  case OpKind::Mul:
    return binary("*", op, depth - 1);
  case OpKind::And:
    return binary("&", op, depth - 1);
  case OpKind::Or:
    return binary("|", op, depth - 1);
  case OpKind::Xor:
    return binary("^", op, depth - 1);
  case OpKind::Shl:
    return binary("<<", op, depth - 1);
  case OpKind::Lshr:
    return binary(">>", op, depth - 1);
  case OpKind::Ashr:
    return binary(">>s", op, depth - 1);
  case OpKind::Compare:
    return compare(op, depth - 1);
  case OpKind::Select:
    return call("select", op, depth - 1);
  case OpKind::Mux:
    return call("mux", op, depth - 1);
  case OpKind::Zext:
  case OpKind::Trunc:
    return of(op.operands.at(0), depth);
  case OpKind::Sext:
    return call("sext", op, depth - 1);
  case OpKind::Extract:
    return extract(op, depth);
  case OpKind::Concat:
    return call("concat", op, depth - 1);
  default:
    return "...";
  }
}

} // namespace pw::cli
