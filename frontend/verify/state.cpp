#include "frontend/verify/state.h"

#include <algorithm>
#include <set>
#include <utility>

namespace pw::verify {

Value Value::pointer(Kind kind, std::int64_t offset, std::uint32_t index) {
  Value v;
  v.kind = kind;
  v.offset = offset;
  v.index = index;
  v.scalar = Scalar::constant(0);
  return v;
}

const char* kind_name(Kind k) {
  switch (k) {
  case Kind::Uninit:
    return "an uninitialised register";
  case Kind::Scalar:
    return "a number";
  case Kind::Packet:
    return "a packet pointer";
  case Kind::PacketMeta:
    return "a metadata pointer";
  case Kind::PacketEnd:
    return "data_end";
  case Kind::PacketHalf:
    return "the low half of a packet pointer";
  case Kind::Context:
    return "the context pointer";
  case Kind::Stack:
    return "a stack pointer";
  case Kind::MapValue:
    return "a map value pointer";
  case Kind::MapValueOrNull:
    return "a map value pointer that may be null";
  case Kind::Record:
    return "a ring buffer record";
  case Kind::RecordOrNull:
    return "a ring buffer record that may be null";
  case Kind::Map:
    return "a map";
  case Kind::Function:
    return "a function pointer";
  case Kind::Stale:
    return "a packet pointer from before the packet was moved";
  case Kind::Mixed:
    return "pointers of different kinds";
  case Kind::Poison:
    return "the result of a faulty instruction";
  }
  return "";
}

void State::show(Kind kind, std::uint32_t id, std::int64_t range) {
  each_value([&](Value& v) {
    if (v.kind == kind && v.id == id)
      v.range = std::max(v.range, range);
  });
  for (Sum& sum : sums)
    if (sum.kind == kind && sum.id == id)
      sum.range = std::max(sum.range, range);
}

// ---- stack ----

namespace {
bool overlaps(const Piece& p, int offset, unsigned bytes) {
  return p.offset < offset + int(bytes) && offset < p.offset + int(p.bytes);
}
} // namespace

void forget_stack(Frame& f, int offset, unsigned bytes) {
  std::erase_if(f.stack, [&](const Piece& p) { return overlaps(p, offset, bytes); });
}

void write_stack(Frame& f, int offset, unsigned bytes, const Value& v) {
  forget_stack(f, offset, bytes);
  const auto at = std::lower_bound(f.stack.begin(), f.stack.end(), offset,
                                   [](const Piece& p, int o) { return p.offset < o; });
  Piece piece{offset, bytes, v};
  if (v.is_scalar() && bytes < 8) {
    piece.value.scalar = zero_extend(v.scalar, 8 * bytes);
    if (!(v.scalar == piece.value.scalar))
      piece.value.id = 0, piece.value.offset = 0;
  }
  f.stack.insert(at, piece);
}

namespace {
// A load from a piece that covers it: the bytes of the number that was stored.
Value part_of(const Piece& p, int offset, unsigned bytes) {
  if (p.offset == offset && p.bytes == bytes)
    return p.value;
  return Value::of(bytes_of(p.value.scalar, unsigned(offset - p.offset), bytes));
}

// A load across pieces is a known number only if each of them is.
Value assembled(const Frame& f, int offset, unsigned bytes) {
  std::uint64_t value = 0,
                mask = bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * bytes) - 1;
  for (const Piece& p : f.stack) {
    if (!overlaps(p, offset, bytes) || !p.value.is_scalar() || p.bytes > 8)
      continue;
    for (int i = std::max(offset, p.offset);
         i < std::min(offset + int(bytes), p.offset + int(p.bytes)); ++i) {
      const unsigned from = 8 * unsigned(i - p.offset), to = 8 * unsigned(i - offset);
      const std::uint64_t known = ~(p.value.scalar.bits.mask >> from) & 0xff;
      value |= ((p.value.scalar.bits.value >> from) & known) << to;
      mask &= ~(known << to);
    }
  }
  Scalar s;
  s.bits = {value, mask};
  s.sync();
  return Value::of(s);
}
} // namespace

const Piece* find_pointer(const Frame& f, int offset, unsigned bytes) {
  for (const Piece& p : f.stack)
    if (overlaps(p, offset, bytes) && !p.value.is_scalar() && p.value.kind != Kind::Poison)
      return &p;
  return nullptr;
}

bool has_pointer(const Frame& f, int offset, unsigned bytes) {
  return find_pointer(f, offset, bytes) != nullptr;
}

Value read_stack(const Frame& f, int offset, unsigned bytes) {
  for (const Piece& p : f.stack)
    if (p.offset <= offset && offset + int(bytes) <= p.offset + int(p.bytes)) {
      if (p.value.is_scalar() || (p.offset == offset && p.bytes == bytes))
        return part_of(p, offset, bytes);
    }
  return assembled(f, offset, bytes);
}

// ---- joining ----

std::uint32_t IdJoiner::joined(Kind kind, std::uint32_t a, std::uint32_t b, std::int64_t distance) {
  const bool packet = kind == Kind::Packet || kind == Kind::PacketMeta;
  if (a == b && distance == 0)
    return a;
  if (!packet && (a == 0 || b == 0))
    return 0;
  auto [it, fresh] = pairs_.try_emplace({kind, a, b, distance}, next_);
  next_ += fresh;
  return it->second;
}

namespace {

bool values_joinable(const Value& a, const Value& b, bool exact_places = false) {
  if (a.kind != b.kind) {
    const auto plain = [](const Value& v) { return v.is_scalar() || v.kind == Kind::Uninit; };
    return (plain(a) && plain(b)) || a.kind == Kind::Poison || b.kind == Kind::Poison;
  }
  switch (a.kind) {
  case Kind::Map:
  case Kind::Function:
    return a.index == b.index;
  case Kind::MapValue:
  case Kind::MapValueOrNull:
    return a.index == b.index && (!exact_places || (a.offset == b.offset && a.scalar == b.scalar));
  case Kind::Stack:
  case Kind::Record:
  case Kind::RecordOrNull:
    return a.frame == b.frame && a.offset == b.offset && a.scalar == b.scalar;
  default:
    return true;
  }
}

Scalar shifted(const Scalar& s, std::int64_t by) {
  return by == 0 ? s : apply(isa::AluOp::Add, true, s, Scalar::constant(std::uint64_t(by)));
}

// Joins two values of one kind; offsets that differ go into the variable part.
Value join_values(const Value& a, const Value& b, IdJoiner& ids) {
  if (a == b)
    return a;
  if (a.kind == Kind::Poison || b.kind == Kind::Poison)
    return Value::poison();
  if (a.kind == Kind::Uninit)
    return join_values(Value::constant(0), b, ids);
  if (b.kind == Kind::Uninit)
    return join_values(a, Value::constant(0), ids);
  Value r = a;
  const std::int64_t distance = b.offset - a.offset;
  r.scalar = join(a.scalar, a.is_scalar() ? b.scalar : shifted(b.scalar, distance));
  r.id = ids.joined(a.kind, a.id, b.id, distance);
  if (a.is_scalar() && r.id == 0)
    r.offset = 0;
  if (a.is_packet())
    r.range = std::min(a.range, b.range - distance);
  return r;
}

bool stacks_joinable(const Frame& a, const Frame& b, const std::function<bool(int)>& live,
                     bool exact_places) {
  const auto one_way = [&](const Frame& x, const Frame& y) {
    return std::all_of(x.stack.begin(), x.stack.end(), [&](const Piece& p) {
      if (!p.value.is_pointer() || !live(p.offset))
        return true;
      return values_joinable(p.value, read_stack(y, p.offset, p.bytes), exact_places);
    });
  };
  return one_way(a, b) && one_way(b, a);
}

// Where the layouts differ, numbers become unknown and dead pointers unusable.
std::vector<Piece> join_stacks(const Frame& a, const Frame& b, IdJoiner& ids) {
  std::vector<Piece> out;
  Frame mixed;
  const auto keep_pointers = [&](const Frame& x, const Frame& y) {
    for (const Piece& p : x.stack) {
      if (p.value.is_scalar())
        continue;
      const auto same = std::find_if(y.stack.begin(), y.stack.end(), [&](const Piece& q) {
        return q.offset == p.offset && q.bytes == p.bytes && values_joinable(p.value, q.value);
      });
      if (same == y.stack.end()) {
        Value v;
        v.kind = Kind::Mixed;
        write_stack(mixed, p.offset, p.bytes, v);
      }
    }
  };
  keep_pointers(a, b);
  keep_pointers(b, a);
  for (const Piece& p : a.stack) {
    if (has_pointer(mixed, p.offset, p.bytes))
      continue;
    const auto q = std::find_if(b.stack.begin(), b.stack.end(), [&](const Piece& x) {
      return x.offset == p.offset && x.bytes == p.bytes;
    });
    if (q != b.stack.end() && values_joinable(p.value, q->value))
      out.push_back({p.offset, p.bytes, join_values(p.value, q->value, ids)});
    else if (p.value.is_scalar())
      out.push_back(
          {p.offset, p.bytes, join_values(p.value, read_stack(b, p.offset, p.bytes), ids)});
  }
  out.insert(out.end(), mixed.stack.begin(), mixed.stack.end());
  std::sort(out.begin(), out.end(),
            [](const Piece& x, const Piece& y) { return x.offset < y.offset; });
  return out;
}

} // namespace

namespace {
// Sums whose number is gone can't be made again.
void drop_dead_sums(State& s) {
  std::set<std::uint32_t> numbers;
  if (!s.sums.empty())
    s.each_value([&](const Value& v) {
      if (v.is_scalar())
        numbers.insert(v.id);
    });
  std::erase_if(s.sums, [&](const Sum& sum) { return !numbers.contains(sum.number); });
}

void join_sums(State& a, const State& b) {
  std::erase_if(a.sums, [&](Sum& sum) {
    for (const Sum& other : b.sums)
      if (sum.kind == other.kind && sum.id == other.id) {
        sum.range = std::min(sum.range, other.range);
        return false;
      }
    return true;
  });
}
} // namespace

void drop_dead(State& s, const Live& live) {
  for (std::size_t f = 0; f < s.frames.size(); ++f) {
    for (unsigned r = 0; r < 10; ++r)
      if (!(live.regs[f] >> r & 1))
        s.frames[f].regs[r] = Value{};
    std::erase_if(s.frames[f].stack, [&](const Piece& p) {
      return p.value.is_pointer() && p.offset < live.shared_from[f] && !live.slots[f](p.offset);
    });
  }
  drop_dead_sums(s);
}

bool joinable(const State& a, const State& b, const Live& live) {
  if (a.lock.has_value() != b.lock.has_value() || (a.lock && a.lock->map != b.lock->map) ||
      a.records != b.records)
    return false;
  for (std::size_t f = 0; f < a.frames.size(); ++f) {
    for (unsigned r = 0; r < 10; ++r)
      if ((live.regs[f] >> r & 1) &&
          !values_joinable(a.frames[f].regs[r], b.frames[f].regs[r], live.exact_places))
        return false;
    if (!stacks_joinable(a.frames[f], b.frames[f], live.slots[f], live.exact_places))
      return false;
  }
  return true;
}

void join_into(State& a, const State& b, const Live& live, std::uint32_t& next_id) {
  IdJoiner ids(next_id);
  a.metadata = std::max(a.metadata, b.metadata);
  a.packet_written |= b.packet_written;
  a.tail_shrunk |= b.tail_shrunk;
  a.tail_regrown |= b.tail_regrown;
  a.head_grown = std::max(a.head_grown, b.head_grown);
  a.head_changed |= b.head_changed;
  a.least_tail_calls = std::min(a.least_tail_calls, b.least_tail_calls);
  a.most_tail_calls = std::max(a.most_tail_calls, b.most_tail_calls);
  join_sums(a, b);
  if (a.lock)
    a.lock->id = ids.joined(Kind::MapValue, a.lock->id, b.lock->id, 0);
  for (std::size_t f = 0; f < a.frames.size(); ++f) {
    for (unsigned r = 0; r < 10; ++r)
      if (live.regs[f] >> r & 1)
        a.frames[f].regs[r] = join_values(a.frames[f].regs[r], b.frames[f].regs[r], ids);
    if (!(a.frames[f].stack == b.frames[f].stack))
      a.frames[f].stack = join_stacks(a.frames[f], b.frames[f], ids);
  }
}

namespace {
// One naming of ids must map onto the other, so that what belongs together in one does in the
// other.
class Renaming {
public:
  bool same(std::uint32_t a, std::uint32_t b) {
    return forward_.try_emplace(a, b).first->second == b &&
           backward_.try_emplace(b, a).first->second == a;
  }

private:
  std::map<std::uint32_t, std::uint32_t> forward_, backward_;
};
} // namespace

bool same_knowledge(const State& a, const State& b) {
  State x = a, y = b;
  const auto take_ids = [](State& s) { // and what belongs to them but decides no jump
    std::vector<std::uint32_t> ids;
    s.each_value([&](Value& v) {
      ids.push_back(std::exchange(v.id, 0));
      if (v.is_scalar())
        v.offset = 0;
    });
    if (s.lock)
      ids.push_back(std::exchange(s.lock->id, 0));
    s.sums.clear();
    return ids;
  };
  const std::vector<std::uint32_t> ids_a = take_ids(x), ids_b = take_ids(y);
  if (ids_a.size() != ids_b.size() || !(x == y))
    return false;
  Renaming names;
  for (std::size_t i = 0; i < ids_a.size(); ++i)
    if (!names.same(ids_a[i], ids_b[i]))
      return false;
  return true;
}

} // namespace pw::verify
