#include "tests/backends/verilog/reference.h"

#include "support/hash.h"

#include <algorithm>

namespace pw::test {
using namespace pipeline;

Wide add(const Wide& a, const Wide& b, bool carry) {
  Wide out(a.width());
  for (unsigned i = 0; i < a.width(); ++i) {
    int sum = int(a.bit(i)) + int(b.bit(i)) + int(carry);
    out.set(i, sum & 1);
    carry = sum > 1;
  }
  return out;
}

Wide negate_bits(const Wide& a) {
  Wide out(a.width());
  for (unsigned i = 0; i < a.width(); ++i)
    out.set(i, !a.bit(i));
  return out;
}

Wide multiply(const Wide& a, const Wide& b) {
  Wide out(a.width());
  for (unsigned i = 0; i < a.width(); ++i) {
    if (!b.bit(i))
      continue;
    Wide moved(a.width());
    for (unsigned k = i; k < a.width(); ++k)
      moved.set(k, a.bit(k - i));
    out = add(out, moved, false);
  }
  return out;
}

bool less(const Wide& a, const Wide& b, bool is_signed) {
  if (is_signed && a.sign() != b.sign())
    return a.sign();
  for (unsigned i = a.width(); i-- > 0;)
    if (a.bit(i) != b.bit(i))
      return b.bit(i);
  return false;
}

Wide Reference::input(const Operation& op, const PacketIn& in) const {
  unsigned width = p_.values[op.result].width;
  switch (op.input) {
  case Input::Length:
    return Wide(width, in.bytes.size());
  case Input::Ifindex:
    return Wide(width, in.ifindex);
  case Input::RxQueue:
    return Wide(width, in.rxq);
  case Input::Cpu:
    return Wide(width, 5);
  case Input::Time:
    return Wide(width, in.time);
  case Input::Seed:
    return Wide(width, 0x1234);
  case Input::PacketIndex:
    return Wide(width, index_);
  }
  return Wide(width);
}

Wide Reference::shift(const Operation& op, const Wide& x, const Wide& by) const {
  bool fill = op.kind == OpKind::Ashr && x.sign();
  bool far = by.part(32, by.width()).any() || by.low() >= x.width();
  unsigned n = far ? x.width() : static_cast<unsigned>(by.low());
  if (op.kind != OpKind::Shl)
    return x.part(n, x.width(), fill);
  Wide out(x.width());
  for (unsigned i = n; i < x.width(); ++i)
    out.set(i, x.bit(i - n));
  return out;
}

Wide Reference::logic(const Operation& op, const PacketOut& out) const {
  unsigned width = p_.values[op.result].width;
  auto v = [&](unsigned i) -> const Wide& { return out.values[op.operands[i]]; };
  auto each = [&](auto f) {
    Wide r(width);
    for (unsigned i = 0; i < width; ++i)
      r.set(i, f(v(0).bit(i), v(1).bit(i)));
    return r;
  };
  switch (op.kind) {
  case OpKind::Add:
    return add(v(0), v(1), false);
  case OpKind::Sub:
    return add(v(0), negate_bits(v(1)), true);
  case OpKind::Mul:
    return multiply(v(0), v(1));
  case OpKind::And:
    return each([](bool a, bool b) { return a && b; });
  case OpKind::Or:
    return each([](bool a, bool b) { return a || b; });
  case OpKind::Xor:
    return each([](bool a, bool b) { return a != b; });
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return shift(op, v(0), v(1));
  case OpKind::Compare:
    switch (op.compare) {
    case Compare::Eq:
      return Wide(1, v(0) == v(1));
    case Compare::Ne:
      return Wide(1, v(0) != v(1));
    case Compare::Ult:
      return Wide(1, less(v(0), v(1), false));
    case Compare::Ule:
      return Wide(1, !less(v(1), v(0), false));
    case Compare::Slt:
      return Wide(1, less(v(0), v(1), true));
    case Compare::Sle:
      return Wide(1, !less(v(1), v(0), true));
    }
    return Wide(1);
  case OpKind::Select:
    return v(0).any() ? v(1) : v(2);
  case OpKind::Mux:
    for (unsigned i = 0; i + 1 < op.operands.size(); i += 2)
      if (v(i).any())
        return v(i + 1);
    return Wide(width);
  case OpKind::Zext:
  case OpKind::Trunc:
    return v(0).part(0, width);
  case OpKind::Sext:
    return v(0).part(0, width, v(0).sign());
  case OpKind::Extract:
    return v(0).part(static_cast<unsigned>(op.offset), width);
  case OpKind::Concat: {
    Wide r(width);
    unsigned at = 0;
    for (unsigned i = 0; i < op.operands.size(); ++i)
      for (unsigned b = 0; b < v(i).width(); ++b)
        r.set(at++, v(i).bit(b));
    return r;
  }
  default:
    return Wide(width);
  }
}

Wide Reference::find(const Operation& op, const Wide& key) const {
  const Map& m = p_.maps[op.map];
  auto handle = [&](std::uint64_t slot) { return Wide(m.handle_bits, slot << 1 | 1); };
  if (m.kind == MapKind::Array)
    return key.low() < m.max_entries ? handle(key.low()) : Wide(m.handle_bits);
  if (m.kind == MapKind::Present)
    return memory.contains({op.map, 0, unsigned(key.low())}) ? handle(key.low())
                                                             : Wide(m.handle_bits);
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < m.key_bytes; ++i)
    bytes.push_back(static_cast<std::uint8_t>(key.part(8 * i, 8).low()));
  for (unsigned w = 0; w < m.ways; ++w) {
    unsigned slot = w << m.row_bits | h3_row(w, m.row_bits, bytes);
    auto row = memory.find({op.map, 0, slot});
    if (row != memory.end() && row->second.bit(0) && row->second.part(1, key.width()) == key)
      return handle(slot);
  }
  return Wide(m.handle_bits);
}

Wide& Reference::word(const Operation& op, const Wide& handle, std::uint64_t index) {
  const Column& c = p_.maps[op.map].columns[op.column];
  unsigned slot = static_cast<unsigned>(handle.part(1, handle.width() - 1).low());
  Wide& w = memory[{op.map, 1 + op.column, static_cast<unsigned>(slot * c.count + index)}];
  if (w.width() == 0)
    w = Wide(8 * c.bytes);
  return w;
}

void Reference::write_packet(const Operation& op, const Wide& data) {
  for (unsigned i = 0; i < data.width() / 8; ++i)
    written_[op.offset + static_cast<int>(i)] =
        static_cast<std::uint8_t>(data.part(8 * i, 8).low());
}

Wide Reference::execute(const Operation& op, const PacketIn& in, PacketOut& out) {
  auto v = [&](unsigned i) -> const Wide& { return out.values[op.operands[i]]; };
  auto index = [&](unsigned i) {
    return op.operands.size() > i ? v(i).low() % p_.maps[op.map].columns[op.column].count : 0;
  };
  switch (op.kind) {
  case OpKind::Constant: {
    Wide r(op.constant.width);
    for (unsigned i = 0; i < r.width() && i / 64 < op.constant.words.size(); ++i)
      r.set(i, op.constant.words[i / 64] >> (i % 64) & 1);
    return r;
  }
  case OpKind::Input:
    return input(op, in);
  case OpKind::PacketField: {
    Wide r(p_.values[op.result].width);
    for (unsigned i = 0; i < r.width(); ++i) {
      std::size_t at = static_cast<std::size_t>(op.offset) + i / 8;
      r.set(i, at < in.bytes.size() && (in.bytes[at] >> (i % 8) & 1));
    }
    return r;
  }
  case OpKind::PacketRead: {
    Wide r(p_.values[op.result].width);
    const auto at = static_cast<std::int16_t>(v(1).low());
    for (unsigned i = 0; v(0).any() && i < r.width(); ++i) {
      const std::int64_t from = std::int64_t{at} + i / 8;
      r.set(i, from >= 0 && from < std::int64_t(in.bytes.size()) &&
                   (in.bytes[static_cast<std::size_t>(from)] >> (i % 8) & 1));
    }
    return r;
  }
  case OpKind::MapFind:
    return v(0).any() ? find(op, v(1)) : Wide(p_.maps[op.map].handle_bits);
  case OpKind::MapRead:
    return v(0).any() ? word(op, v(1), index(2)) : Wide(p_.values[op.result].width);
  case OpKind::MapWrite:
    for (unsigned i = 0; v(0).any() && i < v(2).width(); ++i)
      if (op.byte_enables[i / 8])
        word(op, v(1), index(3)).set(i, v(2).bit(i));
    return {};
  case OpKind::PacketWrite:
    if (v(0).any())
      write_packet(op, v(1));
    return {};
  case OpKind::Trace:
    out.traces.push_back(v(0).any() ? std::vector<Wide>{v(1), v(2), v(3)} : std::vector<Wide>{});
    return {};
  default:
    return logic(op, out);
  }
}

PacketOut Reference::run(const PacketIn& in) {
  PacketOut out;
  out.values.resize(p_.values.size());
  written_.clear();
  for (const Operation& op : p_.operations) {
    Wide r = execute(op, in, out);
    if (op.result != no_value)
      out.values[op.result] = r;
  }
  ++index_;
  auto low = [&](ValueId v) { return out.values[v].low(); };
  auto coordinate = [&](ValueId v) { return static_cast<std::int16_t>(low(v)); };
  const Result& r = p_.result;
  out.retval = static_cast<std::uint32_t>(low(r.retval));
  out.head = coordinate(r.head);
  out.tail = coordinate(r.tail);
  out.trap = static_cast<std::uint32_t>(low(r.trap));
  out.redirect_map = static_cast<std::uint32_t>(low(r.redirect_map));
  out.redirect_key = static_cast<std::uint32_t>(low(r.redirect_key));
  out.redirect_ifindex = static_cast<std::uint32_t>(low(r.redirect_ifindex));
  out.redirect_flags = low(r.redirect_flags);
  int fill = static_cast<int>(low(r.fill)); // not signed: 65535 is nowhere
  for (int at = out.head; at < out.tail; ++at) {
    bool received = at >= 0 && at < static_cast<int>(in.bytes.size()) && at < fill;
    auto w = written_.find(at);
    out.bytes.push_back(w != written_.end() ? w->second
                        : received          ? in.bytes[static_cast<std::size_t>(at)]
                                            : 0);
  }
  return out;
}

} // namespace pw::test
