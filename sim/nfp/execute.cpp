// Instructions that stay within the engine.
#include "sim/nfp/micro_engine.h"
#include "sim/nfp/stop.h"

namespace pw::me {

namespace {

enum Csr : unsigned {
  lm_address_0 = 0x64,
  lm_address_1 = 0x6c,
  timestamp_low = 0xc0,
  timestamp_high = 0xc4,
  lm_address_2 = 0x94,
  lm_address_3 = 0x9c,
  pseudo_random = 0x148,
};

constexpr unsigned address_delay = 4; // instructions, the write itself among them
constexpr std::uint32_t address_mask = 0xffc;
constexpr std::uint32_t amount_mask = 31; // of an indirect shift

std::optional<unsigned> local_index(unsigned csr) {
  switch (csr) {
  case lm_address_0:
    return 0;
  case lm_address_1:
    return 1;
  case lm_address_2:
    return 2;
  case lm_address_3:
    return 3;
  default:
    return std::nullopt;
  }
}

std::optional<Logic> logic_of(const Word& w) {
  if (w.kind == Class::Shift)
    switch (w.op) {
    case 0:
      return Logic::Right;
    case 1:
      return Logic::NotRight;
    case 2:
      return Logic::And;
    case 3:
      return Logic::NotAnd;
    case 4:
      return Logic::AndNot;
    case 5:
      return Logic::Or;
    default:
      return std::nullopt;
    }
  switch (w.op) {
  case 0x00:
    return Logic::Right;
  case 0x04:
    return Logic::NotRight;
  case 0x08:
    return Logic::And;
  case 0x0c:
    return Logic::NotAnd;
  case 0x10:
    return Logic::AndNot;
  case 0x14:
    return Logic::Or;
  case 0x18:
    return Logic::Xor;
  default:
    return std::nullopt;
  }
}

bool uses_left(std::optional<Logic> logic) {
  return logic != Logic::Right && logic != Logic::NotRight;
}

// Bits that were never written are carried along until something depends on them: a branch, an
// address, a byte that is stored. A value of nothing else is a mistake at once.
void demand_something(const Value& v) {
  if (v.defined == 0)
    throw Stop("PW-ME-005", "an operand was never written");
}

bool carry_of(const Conditions& f) {
  if (!f.has_cv && !f.unset)
    throw Stop("PW-ME-005", "the carry is read and no addition or subtraction has set it");
  return f.c;
}

std::uint32_t all_or_nothing(const Value& v) { return v.whole() ? all_bits : 0; }

// Carries run upwards from the lowest bit that is not set.
std::uint32_t defined_of_sum(const Value& left, const Value& right, bool carry_unset) {
  const std::uint32_t unset = ~(left.defined & right.defined);
  if (carry_unset || unset == all_bits)
    return 0;
  return unset == 0 ? all_bits : (unset & (~unset + 1)) - 1;
}

Trail trail_of(const Word& w, bool left_used, const Value& left, const Value& result) {
  Trail t;
  t.result = result;
  t.exchanged = w.swapped;
  if (left_used && !w.swapped && (left.defined & amount_mask) == amount_mask)
    t.amount = left.bits;
  return t;
}

} // namespace

void MicroEngine::alu(Context& c, const Word& w) {
  const std::optional<Logic> logic = logic_of(w);
  const bool left_used = w.op != 0x0e && uses_left(logic);
  Value left = Value::of(0), result;
  Conditions conditions;
  if (left_used)
    demand_something(left = read(c, w.left));
  const Value right = read(c, w.right);
  demand_something(right);
  if (logic) {
    result = combine(*logic, left, right);
    conditions = conditions_of(result);
  } else {
    const bool with_carry = w.op == 0x0d || w.op == 0x11;
    const Sum sum = calculate(w.op, left.bits, right.bits, with_carry && carry_of(c.conditions));
    const bool carry_unset = with_carry && c.conditions.unset;
    result = {sum.bits,
              w.op == 0x0e ? all_or_nothing(right) : defined_of_sum(left, right, carry_unset)};
    conditions = result.whole() ? sum.conditions : Conditions{.unset = true};
  }
  write(c, w.dst, result, w.both);
  if (w.conditions)
    c.conditions = conditions;
  c.trail = trail_of(w, left_used, left, result);
}

unsigned MicroEngine::shift_amount(const Context& c, const Word& w) const {
  if (!w.indirect)
    return w.amount;
  if (c.trail.exchanged)
    throw Stop("PW-ME-013", "an indirect shift behind an instruction with exchanged operands");
  if (!c.trail.amount)
    throw Stop("PW-ME-013", "an indirect shift without an A operand in the instruction before it");
  const unsigned amount = *c.trail.amount & amount_mask;
  if (w.shift == ShiftMode::Double && amount == 0)
    throw Stop("PW-ME-010", "what a double shift by an indirect 0 gives is not known");
  return amount;
}

void MicroEngine::shift(Context& c, const Word& w) {
  const unsigned amount = shift_amount(c, w);
  const std::optional<Logic> logic = logic_of(w);
  const bool left_used = w.shift == ShiftMode::Double || (logic && uses_left(logic));
  const Value left = left_used ? read(c, w.left) : Value::of(0);
  Value result;
  if (!logic) {
    if (!c.trail.result || c.trail.result->defined >> 31 == 0)
      throw Stop("PW-ME-013", "an arithmetic shift without a result before it that has the sign");
    result = arithmetic_right(Value::of(need(c, w.right)), amount, c.trail.result->bits >> 31 != 0);
  } else {
    const Value right = read(c, w.right);
    demand_something(right);
    if (left_used)
      demand_something(left);
    const Value moved = shifted(w.shift, left, right, amount);
    result = w.shift == ShiftMode::Double ? moved : combine(*logic, left, moved);
  }
  write(c, w.dst, result, w.both);
  if (w.conditions)
    c.conditions = conditions_of(result);
  c.trail = trail_of(w, left_used, left, result);
}

void MicroEngine::immed(Context& c, const Word& w) {
  Value result;
  if (c.csr_value) {
    result = Value::of(*c.csr_value);
    c.csr_value.reset();
  } else {
    const std::uint32_t bits = (w.invert ? ~w.immediate : w.immediate) & w.byte_mask;
    const Value old = w.byte_mask == all_bits ? Value{} : read(c, w.dst);
    result = {bits | (old.bits & ~w.byte_mask), w.byte_mask | (old.defined & ~w.byte_mask)};
  }
  write(c, w.dst, result, w.both);
  c.trail = {.amount = {}, .result = result};
}

void MicroEngine::ld_field(Context& c, const Word& w) {
  const Value from = shifted(w.shift, {}, read(c, w.right), shift_amount(c, w));
  const Value old = w.zero_others ? Value::of(0) : read(c, w.dst);
  const std::uint32_t m = w.byte_mask;
  if (m != 0)
    demand_something({from.bits, from.defined & m});
  const Value result = {(from.bits & m) | (old.bits & ~m), (from.defined & m) | (old.defined & ~m)};
  write(c, w.dst, result, w.both);
  if (w.conditions)
    c.conditions = conditions_of(result);
  c.trail = {.amount = {}, .result = result};
}

void MicroEngine::csr_read(Context& c, unsigned csr) {
  if (const auto index = local_index(csr)) {
    const LocalAddress& a = c.local.at(*index);
    if (!a.value || a.coming)
      throw Stop(a.coming ? "PW-ME-006" : "PW-ME-005", "a local memory address is read back unset");
    c.csr_value = *a.value;
  } else if (csr == pseudo_random)
    c.csr_value = around_.random(c);
  else if (csr == timestamp_low || csr == timestamp_high)
    c.csr_value = static_cast<std::uint32_t>((clock_ / 16) >> (csr == timestamp_high ? 32 : 0));
  else
    throw Stop("PW-ME-010", "CSR " + std::to_string(csr) + " is not simulated");
}

void MicroEngine::csr(Context& c, const Word& w) {
  c.trail = {};
  if (!w.write)
    return csr_read(c, w.csr);
  const auto index = local_index(w.csr);
  if (!index)
    throw Stop("PW-ME-012", "CSR " + std::to_string(w.csr) + " is not the program's to write");
  LocalAddress& a = c.local.at(*index);
  a.coming = need(c, w.left) & address_mask;
  a.delay = address_delay;
}

void MicroEngine::multiply_begin(Context& c, const Word& w) {
  if (w.op != 0)
    throw Stop("PW-ME-013", "a multiplication that begins with a step");
  c.multiplication = {.left = need(c, w.left), .right = need(c, w.right), .active = true};
}

void MicroEngine::multiply_step(Context& c, const Word& w) {
  Multiplication& m = c.multiplication;
  if (!m.active || w.op != m.steps || (m.kind != 0 && m.kind != w.multiply))
    throw Stop("PW-ME-013", "a multiplication step out of its order");
  if (need(c, w.left) != m.left || need(c, w.right) != m.right)
    throw Stop("PW-ME-013", "a multiplication step with other operands than its start");
  constexpr std::array<std::uint32_t, 4> left_limits = {0, 0xffffff, 0xffff, all_bits};
  constexpr std::array<std::uint32_t, 4> right_limits = {0, 0xff, 0xffff, all_bits};
  if (m.left > left_limits.at(w.multiply) || m.right > right_limits.at(w.multiply))
    throw Stop("PW-ME-013", "a multiplication of wider operands than its steps are for");
  m.kind = w.multiply;
  ++m.steps;
}

void MicroEngine::multiply_end(Context& c, const Word& w) {
  Multiplication& m = c.multiplication;
  constexpr std::array<unsigned, 4> needed = {0, 1, 2, 4};
  const bool high = w.op == 5;
  if (!m.active || m.kind != w.multiply || m.steps != needed.at(m.kind) || high != m.low_given)
    throw Stop("PW-ME-013", "the end of a multiplication without all of its steps");
  const std::uint64_t product = std::uint64_t{m.left} * m.right;
  const auto result = Value::of(static_cast<std::uint32_t>(high ? product >> 32 : product));
  write(c, w.dst, result, w.both);
  m.low_given = true;
  if (high)
    m = {};
  c.trail.result = result;
}

void MicroEngine::multiply(Context& c, const Word& w) {
  c.trail = {};
  c.conditions = {}; // what the steps leave there is not known
  if (w.op >= 4)
    return multiply_end(c, w);
  w.multiply == 0 ? multiply_begin(c, w) : multiply_step(c, w);
}

} // namespace pw::me
