// The order of instructions: sequences that belong together, defer slots, branches, waits.
#include "sim/nfp/micro_engine.h"

#include "sim/nfp/stop.h"

namespace pw::me {

namespace {

constexpr unsigned always = 24;
constexpr unsigned branch_slots = 2, tested_slots = 3; // clocks that a taken branch costs unfilled
constexpr std::uint64_t longest = 2'000'000;           // instructions of one packet

bool is_control(const Word& w) {
  switch (w.kind) {
  case Class::Branch:
  case Class::BranchBit:
  case Class::BranchByte:
  case Class::Return:
  case Class::Arbitrate:
    return true;
  case Class::Command:
    return w.swap_out;
  default:
    return false;
  }
}

} // namespace

MicroEngine::MicroEngine(const Code& code, const CardProfile& card,
                         const nfp::FirmwareProfile& profile, Surroundings& around)
    : code_(code), card_(card), profile_(profile), around_(around) {
  for (unsigned i = 0; i < contexts_.size(); ++i)
    contexts_.at(i).number = i;
}

void MicroEngine::forget(Context& c) {
  for (unsigned n = 0; n < registers_per_bank; ++n)
    gpr(c, 0, n) = gpr(c, 1, n) = {};
  const LocalLayout l = layout(c);
  for (unsigned word = l.vector; word < l.stack + l.stack_words; ++word)
    locals_.at(word) = {};
  Context fresh;
  fresh.number = c.number;
  c = fresh;
}

void MicroEngine::forget_volatile(Context& c) {
  constexpr unsigned first_kept = 12, last_kept = 22;
  for (unsigned n = 0; n < registers_per_bank; ++n)
    if (n < first_kept || n > last_kept)
      gpr(c, 0, n) = gpr(c, 1, n) = {};
  c.in = {};
  c.out = {};
  c.local[2] = c.local[3] = {};
  c.conditions = {};
  c.trail = {};
}

void MicroEngine::check_sequence(const Context& c, const Word& w) const {
  if (c.csr_value && (w.kind != Class::Immed || w.immediate != 0 || w.invert))
    throw Stop("PW-ME-013", "behind a CSR's read must stand immed[..., 0]");
  if (c.multiplication.active && !c.multiplication.low_given && w.kind != Class::Multiply)
    throw Stop("PW-ME-013", "a multiplication is broken off");
  if (c.deferred.pending && is_control(w))
    throw Stop("PW-ME-003", "a branch or a wait in a defer slot");
}

void MicroEngine::execute(Context& c, const Word& w) {
  if (w.kind != Class::Multiply)
    c.multiplication = {};
  switch (w.kind) {
  case Class::Command:
    return command(c, w);
  case Class::Shift:
    return shift(c, w);
  case Class::Alu:
    return alu(c, w);
  case Class::Immed:
    return immed(c, w);
  case Class::LdField:
    return ld_field(c, w);
  case Class::Arbitrate:
    return arbitrate(c, w);
  case Class::Csr:
    return csr(c, w);
  case Class::Branch:
    return branch(c, w);
  case Class::BranchByte:
  case Class::BranchBit:
  case Class::Return:
    return branch_tested(c, w);
  case Class::Multiply:
    return multiply(c, w);
  }
}

void MicroEngine::defer(Context& c, Deferred d, unsigned slots) {
  d.slots = slots + 1; // the instruction itself counts
  c.deferred = d;
}

void MicroEngine::branch(Context& c, const Word& w) {
  bool taken = w.op == always;
  if (!taken) {
    if (needs_carry(w.op) && !c.conditions.has_cv)
      throw Stop("PW-ME-005", "a branch on carry or overflow that nothing has set");
    if (!c.conditions.has_nz && !(w.op >= 4 && w.op < 8))
      throw Stop("PW-ME-005", "a branch on conditions that nothing has set");
    taken = holds(w.op, c.conditions);
  }
  c.trail = {};
  defer(c, {.pending = true, .taken = taken, .lost = branch_slots - w.defer, .target = w.address},
        w.defer);
}

void MicroEngine::branch_tested(Context& c, const Word& w) {
  bool taken = true;
  std::uint32_t target = w.address;
  const Value value = read(c, w.left);
  std::uint32_t looked_at = all_bits;
  if (w.kind == Class::BranchBit) {
    looked_at = 1U << w.bit;
    taken = ((value.bits >> w.bit & 1) != 0) == w.set;
  } else if (w.kind == Class::BranchByte) {
    looked_at = 0xffU << (8 * w.byte);
    taken = ((value.bits >> (8 * w.byte) & 0xff) == w.byte_value) == w.set;
  } else
    target = value.bits;
  if ((~value.defined & looked_at) != 0)
    throw Stop("PW-ME-005", "a branch looks at bits that were never written");
  c.trail = {};
  defer(c, {.pending = true, .taken = taken, .lost = tested_slots - w.defer, .target = target},
        w.defer);
}

void MicroEngine::arbitrate(Context& c, const Word& w) {
  if (w.events == 0)
    throw Stop("PW-ME-011", "the program ends its context");
  if (w.resume)
    throw Stop("PW-ME-010", "ctx_arb with a branch is not simulated");
  c.trail = {};
  defer(c,
        {.pending = true,
         .wait = true,
         .lost = w.defer > 2 ? 0U : 2U - w.defer,
         .signals = w.events == 1 ? 0U : w.events,
         .any = w.any_event},
        w.defer);
}

void MicroEngine::take_deferred(Context& c) {
  if (!c.deferred.pending || --c.deferred.slots != 0)
    return;
  const Deferred d = c.deferred;
  c.deferred = {};
  if (d.wait) {
    clock_ += d.lost;
    c.trail = {};
    if (d.signals != 0)
      land(c, d.signals, d.any);
    else
      c.wake = clock_;
  } else if (d.taken) {
    clock_ += d.lost;
    c.pc = d.target;
  }
}

void MicroEngine::end_instruction(Context& c) {
  for (LocalAddress& a : c.local)
    if (a.coming && --a.delay == 0) {
      a.value = a.coming;
      a.coming.reset();
    }
  ++c.instructions;
  ++clock_;
  take_deferred(c);
}

void MicroEngine::step(Context& c) {
  const unsigned index = c.pc - code_.start;
  const bool inside = c.pc >= code_.start && index < code_.words.size();
  try {
    if (!inside) {
      if (c.deferred.pending || !around_.outside(c))
        throw Stop("PW-ME-007", "the program goes on at code store address " +
                                    std::to_string(c.pc) + ", where there is none of it");
      return;
    }
    const Word& w = code_.words[index];
    check_sequence(c, w);
    ++c.pc;
    execute(c, w);
    end_instruction(c);
    if (c.instructions > longest)
      throw Stop("PW-ME-008", "the program doesn't come to its end");
  } catch (const Stop& stop) {
    std::string text = "packet " + std::to_string(c.packet) + ": ";
    if (inside)
      text += code_.describe(index) + ": ";
    Diagnostic d = diagnose(stop.code, text + stop.what());
    if (inside)
      d.location = code_.location(index);
    throw Failure(d);
  }
}

void MicroEngine::finish(Context& c) {
  while (c.running) {
    step(c);
    advance(c.wake);
  }
}

} // namespace pw::me
