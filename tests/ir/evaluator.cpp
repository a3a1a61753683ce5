#include "tests/ir/evaluator.h"

#include "llvm/ADT/ArrayRef.h"

namespace pw::test {

using llvm::APInt;
using pipeline::Operation;
using pipeline::OpKind;

Evaluator::Evaluator(const pipeline::Pipeline& p) : pipeline_(p), slots_(p.maps.size()) {
  for (const pipeline::Map& m : p.maps) {
    words_.emplace_back();
    for (const pipeline::Column& c : m.columns)
      words_.back().emplace_back(std::size_t(m.slots) * c.count, APInt(c.bytes * 8, 0));
  }
}

APInt Evaluator::field(const Operation& op, const std::vector<std::uint8_t>& packet,
                       unsigned width) {
  APInt v(width, 0);
  for (unsigned b = 0; b < width / 8; ++b)
    if (std::size_t(op.offset) + b < packet.size())
      v.insertBits(packet[std::size_t(op.offset) + b], b * 8, 8);
  return v;
}

APInt Evaluator::input(pipeline::Input what, unsigned width, std::size_t length) {
  switch (what) {
  case pipeline::Input::Length:
    return APInt(width, length);
  case pipeline::Input::Ifindex:
  case pipeline::Input::Seed:
    return APInt(width, 1);
  case pipeline::Input::PacketIndex:
    return APInt(width, packets_);
  case pipeline::Input::Time:
    return APInt(width, packets_ * 1000ull);
  default:
    return APInt(width, 0);
  }
}

namespace {

std::vector<std::uint8_t> key_bytes(const APInt& key) {
  std::vector<std::uint8_t> bytes;
  for (unsigned b = 0; b < key.getBitWidth() / 8; ++b)
    bytes.push_back(std::uint8_t(key.extractBitsAsZExtValue(8, b * 8)));
  return bytes;
}

} // namespace

APInt Evaluator::find(const Operation& op, unsigned width) {
  auto found = slots_[op.map].find(key_bytes(in(op, 1)));
  if (in(op, 0).isZero() || found == slots_[op.map].end())
    return APInt(width, 0);
  return APInt(width, found->second << 1 | 1);
}

// Slots are handed out in the order of packets: the lowest that was never used, then the one free
// for longest. A full LRU map gives up the entry used least recently of four.
APInt Evaluator::access(const Operation& op, unsigned width) {
  const pipeline::Map& map = pipeline_.maps[op.map];
  APInt none(width, 0);
  if (in(op, 0).isZero())
    return none;
  auto bytes = key_bytes(in(op, 1));
  auto& slots = slots_[op.map];
  auto at = slots.find(bytes);
  APInt outcome = none;
  if (at != slots.end()) {
    outcome = APInt(width, at->second << 1 | 1);
    outcome.setBit(map.handle_bits);
    if (in(op, 3).isOne()) {
      free_[op.map].push_back(at->second);
      slots.erase(at);
    }
  } else if (in(op, 2).isOne()) {
    auto slot = take(op);
    if (!slot)
      return none;
    slots[bytes] = *slot;
    outcome = APInt(width, *slot << 1 | 1);
  }
  if (map.lru && !outcome.isZero())
    stamps_[op.map][outcome.lshr(1).getLoBits(map.handle_bits - 1).getZExtValue()] =
        in(op, 4).getZExtValue();
  return outcome;
}

std::optional<std::uint64_t> Evaluator::take(const Operation& op) {
  const pipeline::Map& map = pipeline_.maps[op.map];
  auto& free = free_[op.map];
  if (next_[op.map] < map.max_entries)
    return next_[op.map]++;
  if (free.empty() && !map.lru)
    return std::nullopt;
  if (free.empty())
    evict(op);
  auto slot = free.front();
  free.erase(free.begin());
  return slot;
}

void Evaluator::evict(const Operation& op) {
  const pipeline::Map& map = pipeline_.maps[op.map];
  std::uint64_t& hand = hands_[op.map];
  std::uint64_t victim = 4 * hand;
  auto age = [&](std::uint64_t slot) {
    return std::uint32_t(in(op, 4).getZExtValue() - stamps_[op.map][slot]);
  };
  for (std::uint64_t s = 4 * hand; s < std::min<std::uint64_t>(4 * hand + 4, map.max_entries); ++s)
    if (age(s) > age(victim))
      victim = s;
  hand = (hand + 1) % ((map.max_entries + 3) / 4);
  std::erase_if(slots_[op.map], [&](const auto& entry) { return entry.second == victim; });
  free_[op.map].push_back(victim);
}

std::size_t Evaluator::word(const Operation& op, std::size_t index_operand) {
  std::size_t slot = in(op, 1).lshr(1).getZExtValue();
  std::size_t index = op.operands.size() > index_operand ? in(op, index_operand).getZExtValue() : 0;
  std::size_t count = pipeline_.maps[op.map].columns[op.column].count;
  std::size_t at = slot * count + index;
  return at < words_[op.map][op.column].size() ? at : 0;
}

namespace {

APInt shift(OpKind kind, const APInt& x, const APInt& by) {
  if (kind == OpKind::Ashr)
    return x.ashr(by.getLimitedValue(x.getBitWidth()));
  if (by.uge(x.getBitWidth()))
    return APInt(x.getBitWidth(), 0);
  return kind == OpKind::Shl ? x.shl(by) : x.lshr(by);
}

bool holds(pipeline::Compare how, const APInt& a, const APInt& b) {
  switch (how) {
  case pipeline::Compare::Eq:
    return a == b;
  case pipeline::Compare::Ne:
    return a != b;
  case pipeline::Compare::Ult:
    return a.ult(b);
  case pipeline::Compare::Ule:
    return a.ule(b);
  case pipeline::Compare::Slt:
    return a.slt(b);
  default:
    return a.sle(b);
  }
}

} // namespace

APInt Evaluator::compute(const Operation& op, const std::vector<std::uint8_t>& packet) {
  unsigned width = pipeline_.values[op.result].width;
  APInt v(width, 0);
  switch (op.kind) {
  case OpKind::Constant:
    return APInt(width, llvm::ArrayRef<std::uint64_t>(op.constant.words));
  case OpKind::Input:
    return input(op.input, width, packet.size());
  case OpKind::PacketField:
    return field(op, packet, width);
  case OpKind::PacketRead:
    for (unsigned b = 0; !in(op, 0).isZero() && b < width / 8; ++b)
      if (std::int64_t at = in(op, 1).getSExtValue() + b;
          at >= 0 && at < std::int64_t(packet.size()))
        v.insertBits(packet[std::size_t(at)], b * 8, 8);
    return v;
  case OpKind::Add:
    return in(op, 0) + in(op, 1);
  case OpKind::Sub:
    return in(op, 0) - in(op, 1);
  case OpKind::Mul:
    return in(op, 0) * in(op, 1);
  case OpKind::And:
    return in(op, 0) & in(op, 1);
  case OpKind::Or:
    return in(op, 0) | in(op, 1);
  case OpKind::Xor:
    return in(op, 0) ^ in(op, 1);
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return shift(op.kind, in(op, 0), in(op, 1));
  case OpKind::Compare:
    return APInt(1, holds(op.compare, in(op, 0), in(op, 1)));
  case OpKind::Select:
    return in(op, 0).isOne() ? in(op, 1) : in(op, 2);
  case OpKind::Mux:
    for (std::size_t n = 0; n < op.operands.size(); n += 2)
      if (in(op, n).isOne())
        v |= in(op, n + 1);
    return v;
  case OpKind::Zext:
    return in(op, 0).zext(width);
  case OpKind::Sext:
    return in(op, 0).sext(width);
  case OpKind::Trunc:
    return in(op, 0).trunc(width);
  case OpKind::Extract:
    return in(op, 0).extractBits(width, unsigned(op.offset));
  case OpKind::Concat:
    for (unsigned n = 0, at = 0; n < op.operands.size(); at += in(op, n).getBitWidth(), ++n)
      v.insertBits(in(op, n), at);
    return v;
  case OpKind::MapFind:
    return find(op, width);
  case OpKind::MapAccess:
    return access(op, width);
  case OpKind::MapRead:
    return words_[op.map][op.column][word(op, 2)];
  default:
    return v;
  }
}

void Evaluator::effect(const Operation& op) {
  if (in(op, 0).isZero())
    return;
  if (op.kind == OpKind::PacketWrite) {
    for (unsigned b = 0; b < in(op, 1).getBitWidth() / 8; ++b)
      written_[op.offset + int(b)] = std::uint8_t(in(op, 1).extractBitsAsZExtValue(8, b * 8));
  } else if (op.kind == OpKind::MapWrite) {
    APInt& w = words_[op.map][op.column][word(op, 3)];
    for (unsigned b = 0; b < op.byte_enables.size(); ++b)
      if (op.byte_enables[b])
        w.insertBits(in(op, 2).extractBits(8, b * 8), b * 8);
  }
}

Outcome Evaluator::leave(const std::vector<std::uint8_t>& packet) {
  const pipeline::Result& r = pipeline_.result;
  Outcome out;
  out.retval = std::uint32_t(values_[r.retval].getZExtValue());
  out.trap = std::uint8_t(values_[r.trap].getZExtValue());
  std::int64_t head = values_[r.head].getSExtValue(), tail = values_[r.tail].getSExtValue();
  std::int64_t fill = values_[r.fill].getSExtValue();
  fill = fill < 0 ? 65536 + fill : fill;
  for (std::int64_t c = head; c < tail; ++c) {
    auto w = written_.find(int(c));
    bool there = c >= 0 && c < fill && c < std::int64_t(packet.size());
    out.bytes.push_back(w != written_.end() ? w->second : there ? packet[std::size_t(c)] : 0);
  }
  return out;
}

Outcome Evaluator::run(const std::vector<std::uint8_t>& packet) {
  values_.assign(pipeline_.values.size(), APInt());
  written_.clear();
  for (const Operation& op : pipeline_.operations)
    if (op.result != pipeline::no_value)
      values_[op.result] = compute(op, packet);
    else
      effect(op);
  ++packets_;
  return leave(packet);
}

} // namespace pw::test
