#include "tests/sim/model/reference.h"

#include "sim/maps/contents.h"
#include "sim/trace_format.h"

namespace pw::test {

using llvm::APInt;
using pipeline::Input;
using pipeline::OpKind;

namespace {
APInt from_bytes(const std::uint8_t* bytes, std::size_t count) {
  APInt x(unsigned(count * 8), 0);
  for (std::size_t i = 0; i < count; ++i)
    x.insertBits(bytes[i], unsigned(i * 8), 8);
  return x;
}
std::uint8_t byte_of(const APInt& x, std::size_t i) {
  return std::uint8_t(x.extractBitsAsZExtValue(8, unsigned(i * 8)));
}
} // namespace

Reference::Reference(const Object& object, const pipeline::Pipeline& pipeline,
                     const Environment& environment, const MapState& maps)
    : object_(object), pipeline_(pipeline), environment_(environment),
      maps_(initial_state(object)) {
  for (const auto& [name, given] : maps)
    maps_[name] = complete_contents(*find_map(object, name), given);
  for (unsigned m = 0; m < pipeline.maps.size(); ++m)
    if (pipeline.maps[m].kind == pipeline::MapKind::Table)
      load_table(m);
}

void Reference::load_table(unsigned number) {
  const auto& map = pipeline_.maps[number];
  Table table = {{map.max_entries, map.lru}, {}};
  table.values.assign(map.max_entries, Bytes(map.value_bytes));
  for (const auto& [key, value] : maps_[map.name])
    table.values[table.keys.access(key, true, false, 0).slot] = value;
  tables_.emplace(number, std::move(table));
}

MapState Reference::maps() const {
  MapState state = maps_;
  for (const auto& [number, table] : tables_) {
    MapContents& contents = state[pipeline_.maps[number].name];
    contents.clear();
    for (const auto& [key, slot] : table.keys.slots())
      contents[key] = table.values[slot];
  }
  return state;
}

PacketResult Reference::run(const Packet& packet) {
  packet_ = &packet;
  values_.assign(pipeline_.values.size(), APInt(1, 0));
  result_ = {};
  for (const Operation& op : pipeline_.operations) {
    if (op.kind == OpKind::MapWrite)
      write(op);
    else if (op.kind == OpKind::Trace)
      trace(op);
    else if (op.kind != OpKind::PacketWrite)
      values_[op.result] = evaluate(op);
  }
  const auto& r = pipeline_.result;
  result_.retval = std::uint32_t(number(r.retval));
  result_.length = std::uint32_t(value(r.tail).sextOrTrunc(32).getSExtValue() -
                                 value(r.head).sextOrTrunc(32).getSExtValue());
  result_.redirect =
      redirect_target(object_, result_.retval, std::uint32_t(number(r.redirect_map)),
                      std::uint32_t(number(r.redirect_key)),
                      std::uint32_t(number(r.redirect_ifindex)), number(r.redirect_flags));
  if (leaves(result_.retval))
    result_.bytes = deparse();
  ++index_;
  return result_;
}

APInt Reference::source(const Operation& op) const {
  if (op.kind == OpKind::Constant)
    return APInt(op.constant.width, llvm::ArrayRef<std::uint64_t>(op.constant.words));
  if (op.kind == OpKind::PacketField) {
    APInt x(width(op), 0);
    for (unsigned i = 0; i < width(op) / 8; ++i)
      if (op.offset + i < packet_->bytes.size())
        x.insertBits(packet_->bytes[op.offset + i], i * 8, 8);
    return x;
  }
  switch (op.input) {
  case Input::Length:
    return APInt(16, packet_->bytes.size());
  case Input::Ifindex:
    return APInt(32, environment_.ifindex);
  case Input::RxQueue:
    return APInt(32, environment_.rx_queue);
  case Input::Cpu:
    return APInt(32, environment_.cpu);
  case Input::Time:
    return APInt(64, packet_->time_ns);
  case Input::Seed:
    return APInt(32, environment_.seed);
  case Input::PacketIndex:
    return APInt(32, index_);
  }
  return APInt(1, 0);
}

APInt Reference::packet_read(const Operation& op) const {
  APInt x(width(op), 0);
  const std::int64_t at = operand(op, 1).getSExtValue();
  for (unsigned i = 0; operand(op, 0).getBoolValue() && i < width(op) / 8; ++i)
    if (at + i >= 0 && at + i < std::int64_t(packet_->bytes.size()))
      x.insertBits(packet_->bytes[std::size_t(at + i)], i * 8, 8);
  return x;
}

APInt Reference::shift(const Operation& op) const {
  const APInt& x = operand(op, 0);
  const std::uint64_t amount = operand(op, 1).getLimitedValue(x.getBitWidth());
  switch (op.kind) {
  case OpKind::Shl:
    return x.shl(unsigned(amount));
  case OpKind::Lshr:
    return x.lshr(unsigned(amount));
  default:
    return x.ashr(unsigned(amount));
  }
}

APInt Reference::compare(const Operation& op) const {
  const APInt &a = operand(op, 0), &b = operand(op, 1);
  switch (op.compare) {
  case pipeline::Compare::Eq:
    return APInt(1, a == b);
  case pipeline::Compare::Ne:
    return APInt(1, a != b);
  case pipeline::Compare::Ult:
    return APInt(1, a.ult(b));
  case pipeline::Compare::Ule:
    return APInt(1, a.ule(b));
  case pipeline::Compare::Slt:
    return APInt(1, a.slt(b));
  case pipeline::Compare::Sle:
    return APInt(1, a.sle(b));
  }
  return APInt(1, 0);
}

APInt Reference::mux(const Operation& op) const {
  for (std::size_t i = 0; i < op.operands.size(); i += 2)
    if (operand(op, i).getBoolValue())
      return operand(op, i + 1);
  return APInt(width(op), 0);
}

APInt Reference::concat(const Operation& op) const {
  APInt x(width(op), 0);
  unsigned at = 0;
  for (std::size_t i = 0; i < op.operands.size(); ++i) {
    x.insertBits(operand(op, i), at);
    at += operand(op, i).getBitWidth();
  }
  return x;
}

APInt Reference::evaluate(const Operation& op) {
  switch (op.kind) {
  case OpKind::Constant:
  case OpKind::Input:
  case OpKind::PacketField:
    return source(op);
  case OpKind::PacketRead:
    return packet_read(op);
  case OpKind::Add:
    return operand(op, 0) + operand(op, 1);
  case OpKind::Sub:
    return operand(op, 0) - operand(op, 1);
  case OpKind::Mul:
    return operand(op, 0) * operand(op, 1);
  case OpKind::And:
    return operand(op, 0) & operand(op, 1);
  case OpKind::Or:
    return operand(op, 0) | operand(op, 1);
  case OpKind::Xor:
    return operand(op, 0) ^ operand(op, 1);
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return shift(op);
  case OpKind::Compare:
    return compare(op);
  case OpKind::Select:
    return enabled(op) ? operand(op, 1) : operand(op, 2);
  case OpKind::Mux:
    return mux(op);
  case OpKind::Zext:
    return operand(op, 0).zext(width(op));
  case OpKind::Sext:
    return operand(op, 0).sext(width(op));
  case OpKind::Trunc:
    return operand(op, 0).trunc(width(op));
  case OpKind::Extract:
    return operand(op, 0).extractBits(width(op), unsigned(op.offset));
  case OpKind::Concat:
    return concat(op);
  case OpKind::MapFind:
    return find(op);
  case OpKind::MapAccess:
    return access(op);
  case OpKind::MapRead:
    return read(op);
  default:
    return APInt(1, 0);
  }
}

Reference::Bytes Reference::key(const Operation& op) const {
  Bytes key;
  for (unsigned i = 0; i < pipeline_.maps[op.map].key_bytes; ++i)
    key.push_back(byte_of(operand(op, 1), i));
  return key;
}

APInt Reference::access(const Operation& op) {
  if (!enabled(op))
    return APInt(width(op), 0);
  const auto stamp = op.operands.size() > 4 ? std::uint32_t(number(op.operands[4])) : 0;
  const auto outcome = tables_.at(op.map).keys.access(key(op), operand(op, 2).getBoolValue(),
                                                      operand(op, 3).getBoolValue(), stamp);
  return APInt(width(op), std::uint64_t(outcome.found) << (width(op) - 1) |
                              std::uint64_t(outcome.slot) << 1 | std::uint64_t(outcome.hit));
}

// Here a handle's slot is the position of the key among those of the map.
APInt Reference::find(const Operation& op) {
  const MapContents& map = contents(op);
  const auto entry = map.find(key(op));
  if (!enabled(op) || entry == map.end())
    return APInt(width(op), 0);
  return APInt(width(op), std::uint64_t(std::distance(map.begin(), entry)) << 1 | 1);
}

Reference::Bytes* Reference::value_of(const Operation& op, std::uint64_t slot) {
  if (const auto table = tables_.find(op.map); table != tables_.end())
    return &table->second.values.at(slot);
  MapContents& map = contents(op);
  return slot < map.size() ? &std::next(map.begin(), std::ptrdiff_t(slot))->second : nullptr;
}

Reference::Bytes* Reference::word(const Operation& op, std::size_t index_operand,
                                  std::size_t& offset) {
  const auto& column = pipeline_.maps[op.map].columns[op.column];
  offset = column.offset;
  if (op.operands.size() > index_operand)
    offset += column.bytes * operand(op, index_operand).getLimitedValue();
  const std::uint64_t handle = operand(op, 1).getLimitedValue();
  return enabled(op) && (handle & 1) ? value_of(op, handle >> 1) : nullptr;
}

APInt Reference::read(const Operation& op) {
  std::size_t offset = 0;
  Bytes* value = word(op, 2, offset);
  if (!value)
    return APInt(width(op), 0);
  return from_bytes(value->data() + offset, width(op) / 8);
}

void Reference::write(const Operation& op) {
  std::size_t offset = 0;
  Bytes* value = word(op, 3, offset);
  for (std::size_t i = 0; value && i < op.byte_enables.size(); ++i)
    if (op.byte_enables[i])
      (*value)[offset + i] = byte_of(operand(op, 2), i);
}

void Reference::trace(const Operation& op) {
  if (!enabled(op))
    return;
  const std::uint64_t args[] = {number(op.operands[1]), number(op.operands[2]),
                                number(op.operands[3])};
  if (auto line = format_trace(pipeline_.trace_formats[op.format], args))
    result_.trace.push_back(*line);
}

Reference::Bytes Reference::deparse() const {
  const auto& r = pipeline_.result;
  const auto head = value(r.head).sextOrTrunc(32).getSExtValue();
  const auto tail = value(r.tail).sextOrTrunc(32).getSExtValue();
  std::map<std::int64_t, std::uint8_t> written;
  for (const Operation& op : pipeline_.operations)
    if (op.kind == OpKind::PacketWrite && enabled(op))
      for (unsigned i = 0; i < operand(op, 1).getBitWidth() / 8; ++i)
        written[op.offset + std::int64_t(i)] = byte_of(operand(op, 1), i);
  Bytes bytes;
  for (std::int64_t at = head; at < tail; ++at) {
    const bool received =
        at >= 0 && at < std::int64_t(packet_->bytes.size()) && at < std::int64_t(number(r.fill));
    std::uint8_t byte = received ? packet_->bytes[std::size_t(at)] : 0;
    if (const auto w = written.find(at); w != written.end())
      byte = w->second;
    bytes.push_back(byte);
  }
  return bytes;
}

} // namespace pw::test
