#include "frontend/verify/reasons.h"
#include "frontend/verify/transfer.h"

#include <algorithm>
#include <cstdlib>

namespace pw::verify {

using namespace isa;

Transfer::Transfer(const Object& o, const Program& p, const Code& c, Report& r, bool micro_engine)
    : object_(o), program_(p), code_(c), report_(r), micro_engine_(micro_engine) {}

namespace {
constexpr std::int64_t max_variable_offset = std::int64_t{1} << 29; // Linux: BPF_MAX_VAR_OFF

bool is_packet_address(const Value& v) {
  return v.is_packet() || v.kind == Kind::PacketEnd || v.kind == Kind::PacketHalf ||
         v.kind == Kind::Stale; // distances stay what they were
}
} // namespace

Value Transfer::use(const State& s, unsigned insn, Register r) {
  const Value& v = s.reg(r);
  if (v.kind == Kind::Uninit) {
    report_.add(diagnose("PW-VER-003", "r" + std::to_string(r) + " is read before it is set")
                    .breaks("a register must be written on every path before it is read"),
                insn);
    return Value::poison();
  }
  if (v.kind == Kind::Mixed) {
    report_.add(diagnose("PW-STK-003", "r" + std::to_string(r) +
                                           " holds pointers of different kinds on different paths")
                    .help("use a variable of its own for each kind of pointer"),
                insn);
    return Value::poison();
  }
  return v;
}

Value Transfer::use(const State& s, unsigned insn, const Operand& o) {
  return o.reg ? use(s, insn, *o.reg) : Value::constant(std::uint64_t(o.imm));
}

void Transfer::name_number(Value& v) {
  if (v.is_scalar() && v.id == 0 && !v.scalar.is_constant())
    v.id = next_id_++;
}

void Transfer::move(State& s, unsigned insn, const Alu& a) {
  if (a.src.reg)
    name_number(s.reg(*a.src.reg));
  Value v = use(s, insn, a.src);
  if (is_packet_address(v) && !a.is64 && !a.movsx) {
    v.kind = Kind::PacketHalf;
    v.id = 0;
  } else if (v.is_pointer() && (!a.is64 || a.movsx)) {
    report_.add(diagnose("PW-VER-012", "half of " + std::string(kind_name(v.kind)) + " is copied")
                    .breaks("pointers are copied as 64 bits")
                    .help("keep pointers in 64-bit variables"),
                insn);
    v = Value::poison();
  }
  if (v.is_scalar()) {
    const Scalar before = v.scalar;
    if (a.movsx)
      v.scalar = sign_extend(v.scalar, a.movsx);
    if (!a.is64)
      v.scalar = zero_extend(v.scalar, 32);
    if (!(v.scalar == before))
      v.id = 0, v.offset = 0;
  }
  s.reg(a.dst) = v;
}

void Transfer::alu(State& s, unsigned insn, const Alu& a) {
  if (a.dst == 10) {
    report_.add(diagnose("PW-VER-005", "r10 is written").breaks("the frame pointer is read-only"),
                insn);
    return;
  }
  if (a.op == AluOp::Mov)
    return move(s, insn, a);
  if (a.op == AluOp::Add && a.src.reg) { // for what it is added to
    name_number(s.reg(*a.src.reg));
    name_number(s.reg(a.dst));
  }
  const Value dst = use(s, insn, a.dst);
  const Value src = a.op == AluOp::Neg ? Value::constant(0) : use(s, insn, a.src);
  if (dst.kind == Kind::Poison || src.kind == Kind::Poison)
    s.reg(a.dst) = Value::poison();
  else if (dst.is_scalar() && src.is_scalar())
    s.reg(a.dst) = scalar_alu(a, dst, src);
  else
    s.reg(a.dst) = pointer_alu(s, insn, a, dst, src);
}

// A number plus or minus a constant stays related to what it was.
Value Transfer::scalar_alu(const Alu& a, const Value& dst, const Value& src) const {
  if (a.op == AluOp::Xor && a.is64 && a.src.reg == a.dst)
    return Value::constant(0);
  Value v = Value::of(apply(a.op, a.is64, dst.scalar, src.scalar));
  const bool adds = a.op == AluOp::Add || a.op == AluOp::Sub;
  if (!adds || dst.id == 0 || !src.scalar.is_constant() || v.scalar.is_constant())
    return v;
  if (!a.is64 && !(dst.scalar.fits_u32() && apply(a.op, true, dst.scalar, src.scalar).fits_u32()))
    return v;
  const auto by = std::int64_t(src.scalar.value());
  if (by <= -max_variable_offset || by >= max_variable_offset ||
      std::abs(dst.offset) >= max_variable_offset)
    return v;
  v.id = dst.id;
  v.offset = a.op == AluOp::Add ? dst.offset + by : dst.offset - by;
  return v;
}

void Transfer::byte_swap(State& s, unsigned insn, const ByteSwap& b) {
  const Value v = use(s, insn, b.dst);
  if (v.is_scalar()) {
    s.reg(b.dst) = Value::of(apply(b, v.scalar));
    return;
  }
  if (v.kind != Kind::Poison)
    report_.add(
        diagnose("PW-VER-004", "the bytes of " + std::string(kind_name(v.kind)) + " are swapped"),
        insn);
  s.reg(b.dst) = Value::poison();
}

namespace {
const char* op_name(AluOp op) {
  switch (op) {
  case AluOp::Add:
    return "+";
  case AluOp::Sub:
    return "-";
  case AluOp::Mul:
    return "*";
  case AluOp::Div:
  case AluOp::Sdiv:
    return "/";
  case AluOp::Or:
    return "|";
  case AluOp::And:
    return "&";
  case AluOp::Lsh:
    return "<<";
  case AluOp::Rsh:
  case AluOp::Arsh:
    return ">>";
  case AluOp::Mod:
  case AluOp::Smod:
    return "%";
  case AluOp::Xor:
    return "^";
  default:
    return "-";
  }
}
} // namespace

Value Transfer::pointer_alu(State& s, unsigned insn, const Alu& a, const Value& dst,
                            const Value& src) {
  if (a.op == AluOp::Sub && is_packet_address(dst) && is_packet_address(src))
    return packet_distance(a.is64, dst, src);
  if (a.is64 && a.op == AluOp::Add) {
    if (src.is_scalar())
      return pointer_plus(s, insn, dst, src, false);
    if (dst.is_scalar())
      return pointer_plus(s, insn, src, dst, false);
  }
  if (a.is64 && a.op == AluOp::Sub && dst.kind == Kind::Stale && src.is_scalar())
    return pointer_plus(s, insn, dst, src, true);
  if (a.is64 && a.op == AluOp::Sub && dst.is_pointer())
    return src.is_scalar() ? pointer_plus(s, insn, dst, src, true) : stack_distance(insn, dst, src);
  if (dst.kind == Kind::Stale || src.kind == Kind::Stale) {
    report_.add(
        diagnose("PW-PKT-001", "a packet pointer is used after the packet was moved")
            .breaks("adjust_head, adjust_tail and adjust_meta make all packet pointers invalid")
            .help("read ctx->data and ctx->data_end again after the call"),
        insn);
    return Value::poison();
  }
  const Value& pointer = dst.is_scalar() ? src : dst;
  report_.add(diagnose("PW-VER-004", std::string("operator ") + op_name(a.op) +
                                         (a.is64 ? "" : " (32 bits)") + " on " +
                                         kind_name(pointer.kind))
                  .breaks("only 64-bit addition and subtraction apply to pointers"),
              insn);
  return Value::poison();
}

// What was shown to be there is still there behind the furthest place that the sum may point to.
static std::int64_t range_behind(std::int64_t range, const Scalar& by, bool subtract) {
  if (by.all.smin <= -max_variable_offset || by.all.smax >= max_variable_offset)
    return -2 * max_variable_offset; // nothing, not even in front of the pointer
  return range - (subtract ? -by.all.smin : by.all.smax);
}

void Transfer::add_number(State& s, Value& v, const Value& by, bool subtract) {
  const Scalar before = v.scalar;
  const std::int64_t range = v.range;
  v.scalar = apply(subtract ? AluOp::Sub : AluOp::Add, true, before, by.scalar);
  if (!v.is_packet())
    return;
  v.range = range_behind(range, by.scalar, subtract);
  if (subtract || by.id == 0) {
    v.id = next_id_++;
    return;
  }
  // The constant part of the number goes to that of the pointer.
  const Scalar number =
      apply(AluOp::Sub, true, by.scalar, Scalar::constant(std::uint64_t(by.offset)));
  v.scalar = apply(AluOp::Add, true, before, number);
  v.offset += by.offset;
  v.range = range_behind(range, number, false);
  const auto known = std::find_if(s.sums.begin(), s.sums.end(), [&](const Sum& sum) {
    return sum.kind == v.kind && sum.base == v.id && sum.number == by.id;
  });
  if (known != s.sums.end()) {
    v.id = known->id;
    v.range = std::max(v.range, known->range);
    return;
  }
  s.sums.push_back({v.kind, v.id, by.id, next_id_, v.range});
  v.id = next_id_++;
}

Value Transfer::pointer_plus(State& s, unsigned insn, const Value& pointer, const Value& number,
                             bool subtract) {
  Value v = pointer;
  const Scalar& by = number.scalar;
  const bool movable = v.is_packet() || v.kind == Kind::Stack || v.kind == Kind::MapValue ||
                       v.kind == Kind::Record || v.kind == Kind::PacketHalf ||
                       v.kind == Kind::Stale;
  if (by.is(0))
    return v;
  if (!movable) {
    const bool null = v.kind == Kind::MapValueOrNull;
    report_.add(diagnose(null ? "PW-MAP-006" : "PW-VER-004",
                         std::string("arithmetic on ") + kind_name(v.kind))
                    .help(null ? "compare the result of the lookup with NULL first" : ""),
                insn);
    return Value::poison();
  }
  if (by.is_constant()) {
    const auto distance = std::int64_t(by.value());
    if (distance > -max_variable_offset && distance < max_variable_offset)
      v.offset += subtract ? -distance : distance;
    else
      v.offset = max_variable_offset;
  } else {
    add_number(s, v, number, subtract);
  }
  const bool sane = v.offset > -max_variable_offset && v.offset < max_variable_offset &&
                    v.scalar.all.smin > -max_variable_offset &&
                    v.scalar.all.smax < max_variable_offset;
  if (sane)
    return v;
  report_.add(diagnose("PW-PKT-003", std::string("the distance added to ") + kind_name(v.kind) +
                                         " has no usable bound")
                  .limited("-2^29 to 2^29", to_string(by))
                  .help("check the number against a bound before it is added"),
              insn);
  return Value::poison();
}

Value Transfer::packet_distance(bool is64, const Value& a, const Value& b) {
  if (a.is_packet() && a.kind == b.kind && a.id == b.id && a.scalar == b.scalar) {
    const Scalar bytes = Scalar::constant(std::uint64_t(a.offset - b.offset));
    return Value::of(is64 ? bytes : zero_extend(bytes, 32));
  }
  constexpr std::int64_t far = std::int64_t{1} << 31;
  return Value::of(is64 ? Scalar::signed_range(-far, far) : zero_extend(Scalar{}, 32));
}

Value Transfer::stack_distance(unsigned insn, const Value& a, const Value& b) {
  if (a.kind == Kind::Stack && b.kind == Kind::Stack && a.frame == b.frame && a.constant_offset() &&
      b.constant_offset())
    return Value::constant(std::uint64_t(a.offset - b.offset));
  report_.add(
      diagnose("PW-VER-007",
               std::string("difference of ") + kind_name(a.kind) + " and " + kind_name(b.kind))
          .breaks("addresses have no numbers in hardware; only packet pointers can be subtracted"),
      insn);
  return Value::poison();
}

void Transfer::step(State& s, unsigned insn) {
  struct Visitor {
    Transfer& t;
    State& s;
    unsigned i;
    void set(Register r, Value v) const {
      if (r != 10)
        s.reg(r) = v;
    }
    void operator()(const Alu& x) const { t.alu(s, i, x); }
    void operator()(const ByteSwap& x) const { t.byte_swap(s, i, x); }
    void operator()(const LoadImmediate& x) const { set(x.dst, Value::constant(x.value)); }
    void operator()(const LoadMap& x) const { set(x.dst, Value::pointer(Kind::Map, 0, x.map)); }
    void operator()(const LoadMapValue& x) const {
      set(x.dst, Value::pointer(Kind::MapValue, x.offset, x.map));
    }
    void operator()(const LoadFunction& x) const {
      set(x.dst, Value::pointer(Kind::Function, 0, x.target));
    }
    void operator()(const Load& x) const { t.load(s, i, x); }
    void operator()(const Store& x) const { t.store(s, i, x); }
    void operator()(const Atomic& x) const { t.atomic(s, i, x); }
    void operator()(const CallHelper& x) const { t.call(s, i, x); }
    void operator()(const CallKfunc& x) const { t.call_kernel(s, i, x); }
    void operator()(const LoadPacket& x) const { t.load_packet(s, i, x); }
    void operator()(const Jump&) const {}
    void operator()(const CallLocal&) const {}
    void operator()(const isa::Exit&) const {}
  };
  std::visit(Visitor{*this, s, insn}, *code_[insn]);
}

} // namespace pw::verify
