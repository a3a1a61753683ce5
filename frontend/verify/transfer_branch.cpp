#include "frontend/verify/transfer.h"

#include <algorithm>

namespace pw::verify {

using namespace isa;

namespace {

Condition mirrored(Condition c) {
  switch (c) {
  case Condition::Gt:
    return Condition::Lt;
  case Condition::Ge:
    return Condition::Le;
  case Condition::Lt:
    return Condition::Gt;
  case Condition::Le:
    return Condition::Ge;
  case Condition::Sgt:
    return Condition::Slt;
  case Condition::Sge:
    return Condition::Sle;
  case Condition::Slt:
    return Condition::Sgt;
  case Condition::Sle:
    return Condition::Sge;
  default:
    return c;
  }
}

bool is_start(const Value& v, Kind kind) {
  return v.kind == kind && v.id == 0 && v.offset == 0 && v.constant_offset();
}

// Does the area that `p` points into end where `end` points?
bool bounds(const Value& p, const Value& end) {
  return (p.kind == Kind::Packet && end.kind == Kind::PacketEnd) ||
         (p.kind == Kind::PacketMeta && is_start(end, Kind::Packet));
}

bool is_packet_like(const Value& v) { return v.is_packet() || v.kind == Kind::PacketEnd; }
bool is_address(const Value& v) { return is_packet_like(v) || v.kind == Kind::Stale; }

// Of a packet pointer, which comes from 32 bits of the context, compilers look at the low half
// only: packets never lie where that is 0.
bool compares_with_null(const Value& v, bool is64) {
  return v.is_pointer() && (is64 || is_packet_like(v) || v.kind == Kind::PacketHalf);
}

} // namespace

void Transfer::refine(State& s, const Value& old, const Scalar& now, std::optional<Register> reg) {
  if (reg)
    s.reg(*reg).scalar = now;
  if (old.id == 0)
    return;
  s.each_value([&](Value& v) {
    if (!v.is_scalar() || v.id != old.id)
      return;
    const std::int64_t distance = v.offset - old.offset;
    const Scalar known =
        distance == 0 ? now
                      : apply(AluOp::Add, true, now, Scalar::constant(std::uint64_t(distance)));
    if (distance == 0 || includes(v.scalar, known))
      v.scalar = known;
  });
}

bool Transfer::branch_scalars(State& s, const Jump& j, bool taken, Value a, Value b) {
  const Value old_a = a, old_b = b;
  if (j.src.reg == j.dst) { // compared with itself
    Scalar x = a.scalar, y = Scalar::constant(0);
    const bool equal_holds = j.condition == Condition::Eq || j.condition == Condition::Ge ||
                             j.condition == Condition::Le || j.condition == Condition::Sge ||
                             j.condition == Condition::Sle;
    return j.condition == Condition::Set ? assume(Condition::Ne, j.is64, taken, x, y)
                                         : equal_holds == taken;
  }
  if (!assume(j.condition, j.is64, taken, a.scalar, b.scalar))
    return false;
  refine(s, old_a, a.scalar, j.dst);
  if (j.src.reg)
    refine(s, old_b, b.scalar, j.src.reg);
  return true;
}

bool Transfer::branch_null(State& s, const Jump& j, bool taken, const Value& p) {
  const bool equal = (j.condition == Condition::Eq) == taken;
  if (p.kind == Kind::RecordOrNull) {
    branch_record(s, p, equal);
    return true;
  }
  if (p.kind != Kind::MapValueOrNull)
    return !equal;
  s.each_value([&](Value& v) {
    if (v.kind != Kind::MapValueOrNull || v.id != p.id)
      return;
    if (equal)
      v = Value::constant(0);
    else
      v.kind = Kind::MapValue, v.id = map(v).spin_lock ? v.id : 0; // which lock it is
  });
  return true;
}

// What a comparison of p (left) with the end of its area shows.
bool Transfer::branch_packet(State& s, const Jump& j, bool taken, const Value& a, const Value& b) {
  Condition c = j.condition;
  const bool swapped = bounds(b, a);
  if (!swapped && !bounds(a, b))
    return true;
  const Value& p = swapped ? b : a;
  if (swapped)
    c = mirrored(c);
  std::int64_t shown = -1; // bytes from the pointer that are there
  if ((c == Condition::Gt && !taken) || (c == Condition::Le && taken) ||
      (c == Condition::Eq && taken) || (c == Condition::Ne && !taken))
    shown = 0;
  if ((c == Condition::Ge && !taken) || (c == Condition::Lt && taken))
    shown = 1;
  if (shown < 0)
    return true;
  s.show(p.kind, p.id, p.offset + shown);
  return true;
}

bool Transfer::branch(State& s, unsigned insn, const Jump& j, bool taken) {
  if (j.condition == Condition::Always)
    return taken;
  const Value a = use(s, insn, j.dst), b = use(s, insn, j.src);
  if (a.kind == Kind::Poison || b.kind == Kind::Poison)
    return true;
  if (a.is_scalar() && b.is_scalar())
    return branch_scalars(s, j, taken, a, b);
  const bool equality = j.condition == Condition::Eq || j.condition == Condition::Ne;
  if (equality && b.is_null() && compares_with_null(a, j.is64))
    return branch_null(s, j, taken, a);
  if (equality && a.is_null() && compares_with_null(b, j.is64))
    return branch_null(s, j, taken, b);
  const bool ordered = equality || j.condition == Condition::Gt || j.condition == Condition::Ge ||
                       j.condition == Condition::Lt || j.condition == Condition::Le;
  if (j.is64 && ordered && is_packet_like(a) && is_packet_like(b))
    return branch_packet(s, j, taken, a, b);
  if (a.kind == Kind::Stale || b.kind == Kind::Stale) {
    if (j.is64 && ordered && is_address(a) && is_address(b))
      return true; // the bytes have not moved: only what lies behind them may no longer be packet
    refuse_access(insn, a.kind == Kind::Stale ? a : b);
    return true;
  }
  report_.add(diagnose("PW-VER-007",
                       std::string(kind_name(a.kind)) + " is compared with " + kind_name(b.kind))
                  .breaks("packet pointers compare with each other, other pointers with NULL"),
              insn);
  return true;
}

void Transfer::check_exit(State& s, unsigned insn) {
  check_unlocked(s, insn, "exit");
  check_records_closed(s, insn, "the program ends");
  const Value v = use(s, insn, Register(0));
  if (v.is_pointer() || v.kind == Kind::Stale)
    report_.add(diagnose("PW-VER-008", std::string("the program returns ") + kind_name(v.kind))
                    .breaks("the verdict is a number"),
                insn);
}

} // namespace pw::verify
