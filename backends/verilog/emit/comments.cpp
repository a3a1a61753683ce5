#include "backends/verilog/emit/comments.h"

#include <algorithm>

namespace pw::verilog {
using pipeline::Operation;
using pipeline::OpKind;

namespace {

std::string trimmed(const std::string& text) {
  std::size_t from = text.find_first_not_of(" \t");
  std::size_t to = text.find_last_not_of(" \t\r\n");
  return from == std::string::npos ? "" : text.substr(from, to - from + 1);
}

std::string operand(const Context& c, const Operation& op, unsigned i) {
  return to_text(c.values.in_stage(op.operands[i], op.stage));
}

std::string condition(const Context& c, const Operation& op) {
  std::string enable = operand(c, op, 0);
  return enable == "1'b1" ? "" : " if " + enable;
}

std::string result(const Context& c, const Operation& op) {
  return c.values.name(op.result, op.stage + op.latency);
}

std::string bytes(int first, unsigned count) {
  return count == 1 ? "byte " + std::to_string(first)
                    : "bytes " + std::to_string(first) + " to " +
                          std::to_string(first + static_cast<int>(count) - 1);
}

std::string column(const Context& c, const Operation& op, unsigned index_operand) {
  const pipeline::Map& map = c.p.maps[op.map];
  const pipeline::Column& at = map.columns[op.column];
  std::string word =
      op.operands.size() > index_operand ? ", word " + operand(c, op, index_operand) : "";
  return map.name + "[" + operand(c, op, 1) + "] " +
         bytes(static_cast<int>(at.offset), at.bytes * at.count) + word;
}

// What becomes of an entry, if it depends on something.
std::string clause(const Context& c, const Operation& op, unsigned i, const char* what) {
  std::string when = operand(c, op, i);
  return when == "1'b0" ? "" : std::string(", ") + what + (when == "1'b1" ? "" : " if " + when);
}

std::string access_comment(const Context& c, const Operation& op) {
  return "match: " + result(c, op) + " = access " + operand(c, op, 1) + " in " +
         c.p.maps[op.map].name + condition(c, op) + clause(c, op, 2, "insert") +
         clause(c, op, 3, "remove");
}

} // namespace

std::string source_comment(const SourceLocation& where, SourceLocation& last) {
  if (!where.known() || (where.file == last.file && where.line == last.line))
    return "";
  last = where;
  std::string text = trimmed(where.text);
  std::string line = where.file.substr(where.file.rfind('/') + 1) + ":" +
                     std::to_string(where.line) + (text.empty() ? "" : ": " + text);
  for (char& ch : line) // a backslash at its end would make the next line a comment
    if (ch == '\\' || static_cast<unsigned char>(ch) < ' ')
      ch = ch == '\\' ? '/' : ' ';
  return line;
}

std::string effect_comment(const Context& c, const Operation& op) {
  switch (op.kind) {
  case OpKind::MapFind:
    return "match: " + result(c, op) + " = find " + operand(c, op, 1) + " in " +
           c.p.maps[op.map].name + condition(c, op);
  case OpKind::MapAccess:
    return access_comment(c, op);
  case OpKind::PacketRead:
    return "read: " + result(c, op) + " = " + std::to_string(c.values.width(op.result) / 8) +
           " bytes of the packet at " + operand(c, op, 1) + condition(c, op);
  case OpKind::MapRead:
    return "read: " + result(c, op) + " = " + column(c, op, 2) + condition(c, op);
  case OpKind::MapWrite:
    return "action: " + column(c, op, 3) + " = " + operand(c, op, 2) + condition(c, op);
  case OpKind::PacketWrite:
    return "action: packet " + bytes(op.offset, c.values.width(op.operands[1]) / 8) + " = " +
           operand(c, op, 1) + condition(c, op);
  case OpKind::Trace:
    return "action: trace" + condition(c, op);
  case OpKind::Event:
    return "action: event for " + c.p.event_maps[op.map].name + condition(c, op);
  default:
    return "";
  }
}

} // namespace pw::verilog
