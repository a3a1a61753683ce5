#include "cli/expression.h"

#include <cstdio>
#include <utility>

namespace pw::cli {

using namespace pw::pipeline;

namespace {

constexpr unsigned max_joins =
    24; // operations between the bytes of a packet and their joined value

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
  default: { // metadata of a tc program's packet
    const auto field = unsigned(i) - unsigned(Input::Mark);
    return field < skb_input_count ? skb_fields[field].name : "input";
  }
  }
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
  if (const auto part = packet_part(v, max_joins); part && part->shift == 0)
    return packet_bytes(part->first, part->bytes);
  const Operation* op = definition(v);
  return op == nullptr ? "?" : operation(*op, depth);
}

// Programs read packets byte by byte and put the bytes together; here they become one range again.
std::optional<Expressions::PacketBytes> Expressions::packet_part(ValueId v, unsigned depth) const {
  const Operation* op = definition(v);
  if (op == nullptr || depth == 0)
    return std::nullopt;
  switch (op->kind) {
  case OpKind::PacketField:
    return PacketBytes{op->offset, p_.values.at(v).width / 8, 0};
  case OpKind::Zext:
    return packet_part(op->operands.at(0), depth - 1);
  case OpKind::Shl:
    return shifted(*op, depth - 1);
  case OpKind::Or:
    return joined(*op, depth - 1);
  case OpKind::Concat:
    return concatenated(*op, depth - 1);
  case OpKind::Trunc:
  case OpKind::Extract:
    return extracted(*op, depth - 1);
  default:
    return std::nullopt;
  }
}

std::optional<Expressions::PacketBytes> Expressions::shifted(const Operation& op,
                                                             unsigned depth) const {
  auto part = packet_part(op.operands.at(0), depth);
  const Operation* amount = definition(op.operands.at(1));
  if (!part || amount == nullptr || amount->kind != OpKind::Constant ||
      amount->constant.words.empty() || amount->constant.words[0] % 8 != 0)
    return std::nullopt;
  part->shift += unsigned(amount->constant.words[0] / 8);
  const bool whole = (part->shift + part->bytes) * 8 <= p_.values.at(op.result).width;
  return whole ? part : std::nullopt;
}

std::optional<Expressions::PacketBytes> Expressions::joined(const Operation& op,
                                                            unsigned depth) const {
  auto low = packet_part(op.operands.at(0), depth);
  auto high = packet_part(op.operands.at(1), depth);
  if (low && high && low->shift > high->shift)
    std::swap(low, high);
  if (!low || !high || low->shift + low->bytes != high->shift ||
      low->first + int(low->bytes) != high->first)
    return std::nullopt;
  return PacketBytes{low->first, low->bytes + high->bytes, low->shift};
}

// The low end comes first, and is the byte that the wire brings first.
std::optional<Expressions::PacketBytes> Expressions::concatenated(const Operation& op,
                                                                  unsigned depth) const {
  std::optional<PacketBytes> whole;
  for (const ValueId operand : op.operands) {
    const auto part = packet_part(operand, depth);
    const bool filled = part && part->shift == 0 && part->bytes * 8 == p_.values.at(operand).width;
    if (!filled || (whole && whole->first + int(whole->bytes) != part->first))
      return std::nullopt;
    whole = whole ? PacketBytes{whole->first, whole->bytes + part->bytes, 0} : *part;
  }
  return whole;
}

std::optional<Expressions::PacketBytes> Expressions::extracted(const Operation& op,
                                                               unsigned depth) const {
  const auto part = packet_part(op.operands.at(0), depth);
  const unsigned width = p_.values.at(op.result).width;
  const unsigned offset = op.kind == OpKind::Trunc ? 0 : unsigned(op.offset);
  if (!part || offset % 8 != 0)
    return std::nullopt;
  if (offset == 0 && (part->shift + part->bytes) * 8 <= width)
    return part; // nothing is cut off
  if (part->shift != 0 || width % 8 != 0 || offset / 8 + width / 8 > part->bytes)
    return std::nullopt;
  return PacketBytes{part->first + int(offset / 8), width / 8, 0};
}

// A constant as the bytes that stand in the packet: 08 00.
std::string Expressions::network_order(const Bits& bits, unsigned bytes) const {
  std::string out = "bytes";
  for (unsigned i = 0; i < bytes; ++i) {
    const std::uint64_t word = i / 8 < bits.words.size() ? bits.words[i / 8] : 0;
    char text[8];
    std::snprintf(text, sizeof text, " %02x", unsigned((word >> (8 * (i % 8))) & 0xff));
    out += text;
  }
  return out;
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
  if (from != nullptr && from->kind == OpKind::MapAccess && width == 1)
    if (const auto& map = p_.maps.at(from->map);
        op.offset == 0 || op.offset == int(map.handle_bits))
      return map.name + (op.offset == 0 ? ".hit" : ".found");
  const std::string range =
      width == 1 ? std::to_string(op.offset)
                 : std::to_string(op.offset + int(width) - 1) + ":" + std::to_string(op.offset);
  return of(op.operands[0], depth) + "{" + range + "}";
}

std::string Expressions::compare(const Operation& op, unsigned depth) const {
  const auto part = packet_part(op.operands.at(0), max_joins);
  const Operation* right = definition(op.operands.at(1));
  const bool equality = op.compare == Compare::Eq || op.compare == Compare::Ne;
  if (equality && part && part->shift == 0 && part->bytes > 1 && part->bytes <= 8 &&
      right != nullptr && right->kind == OpKind::Constant)
    return of(op.operands[0], depth) + " " + sign(op.compare) + " " +
           network_order(right->constant, part->bytes);
  return of(op.operands.at(0), depth) + " " + sign(op.compare) + " " + of(op.operands.at(1), depth);
}

std::string Expressions::complement(const Operation& op, unsigned depth) const {
  Operation other = op;
  const auto turned = [&](Compare c) {
    std::swap(other.operands.at(0), other.operands.at(1));
    return c;
  };
  switch (op.compare) {
  case Compare::Eq:
    other.compare = Compare::Ne;
    break;
  case Compare::Ne:
    other.compare = Compare::Eq;
    break;
  case Compare::Ult:
    other.compare = turned(Compare::Ule);
    break;
  case Compare::Ule:
    other.compare = turned(Compare::Ult);
    break;
  case Compare::Slt:
    other.compare = turned(Compare::Sle);
    break;
  case Compare::Sle:
    other.compare = turned(Compare::Slt);
    break;
  }
  return compare(other, depth - 1);
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
  case OpKind::MapAccess:
    return p_.maps.at(op.map).name + ".slot";
  case OpKind::MapRead:
    return column(op);
  case OpKind::PacketRead:
    return std::to_string(p_.values.at(op.result).width / 8) + " bytes of packet[" +
           (depth == 0 ? "..." : of(op.operands.at(1), depth - 1)) + "]";
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
