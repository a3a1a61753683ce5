// What an operand gives, and where a result goes.
#include "sim/nfp/micro_engine.h"
#include "sim/nfp/stop.h"

namespace pw::me {

namespace {

constexpr unsigned vector_words = 8;
constexpr unsigned first_of_firmware = 23; // registers 23..31 of both banks
constexpr unsigned context_words = 256;    // of local memory
constexpr unsigned stack_at = 16;          // behind the packet vector, 64 bytes aligned

std::string name_of(const Place& p) {
  Word w;
  w.kind = Class::Return;
  w.left = p;
  const std::string text = to_text(w); // "rtn[...]"
  return text.substr(4, text.size() - 5);
}

} // namespace

LocalLayout MicroEngine::layout(const Context& c) const {
  const unsigned begin = c.number * context_words;
  return {.vector = begin, .stack = begin + stack_at, .stack_words = profile_.stack_bytes / 4};
}

unsigned MicroEngine::local_word(Context& c, const Place& p, bool writing) {
  const LocalAddress& a = c.local.at(p.index);
  const std::string name = "ActLMAddr" + std::to_string(p.index);
  if (a.coming)
    throw Stop("PW-ME-006", "local memory is used " + std::to_string(4 - a.delay) +
                                " instructions behind the write of " + name +
                                ", which takes effect after three");
  if (!a.value)
    throw Stop("PW-ME-005", name + " was never written");
  const unsigned word = ((*a.value >> 2) & 1023) | p.value;
  const LocalLayout l = layout(c);
  const bool in_stack = word >= l.stack && word < l.stack + l.stack_words;
  const bool in_vector = word >= l.vector && word < l.vector + vector_words;
  const bool writable = in_stack || (in_vector && (word - l.vector) % 2 == 0);
  if (writing ? !writable : !in_stack && !in_vector)
    throw Stop("PW-ME-012", "word " + std::to_string(word) +
                                " of local memory is not the program's (stack " +
                                std::to_string(l.stack) + ".." +
                                std::to_string(l.stack + l.stack_words - 1) + ")");
  return word;
}

void MicroEngine::step_local(Context& c, const Place& p) {
  if (p.kind == Place::Kind::Local && p.step != 0)
    *c.local.at(p.index).value += static_cast<std::uint32_t>(4 * p.step);
}

// Unset bits and all.
Value MicroEngine::read(Context& c, const Place& p) {
  switch (p.kind) {
  case Place::Kind::None:
    return Value::of(0);
  case Place::Kind::Register:
    return gpr(c, p.bank, p.value);
  case Place::Kind::Absolute:
    return gprs_.at(p.bank).at(p.value);
  case Place::Kind::Transfer:
    return c.in.at(p.value);
  case Place::Kind::Local: {
    const Value value = locals_.at(local_word(c, p, false));
    step_local(c, p);
    return value;
  }
  case Place::Kind::Constant:
    return Value::of(p.value);
  }
  return {};
}

std::uint32_t MicroEngine::need(Context& c, const Place& p) {
  const Value value = read(c, p);
  if (!value.whole())
    throw Stop("PW-ME-005", value.defined == 0
                                ? name_of(p) + " is read and was never written"
                                : "a part of " + name_of(p) + " is read that was never written");
  return value.bits;
}

void MicroEngine::write_register(Context& c, unsigned bank, unsigned number, const Value& value) {
  if (number >= first_of_firmware)
    throw Stop("PW-ME-012", "register " + std::to_string(number) + " is the firmware's");
  gpr(c, bank, number) = value;
}

void MicroEngine::write(Context& c, const Place& p, const Value& value, bool both) {
  switch (p.kind) {
  case Place::Kind::None:
  case Place::Kind::Constant:
    return;
  case Place::Kind::Register:
    if (both || p.bank == 0)
      write_register(c, 0, p.value, value);
    if (both || p.bank == 1)
      write_register(c, 1, p.value, value);
    return;
  case Place::Kind::Absolute:
    throw Stop("PW-ME-012", "an absolute register is written");
  case Place::Kind::Transfer:
    for (const Flight& flight : c.flights)
      if ((flight.taking >> p.value & 1) != 0)
        throw Stop("PW-ME-013", "$xfer_" + std::to_string(p.value) +
                                    " is written while a command may still take from it");
    c.out.at(p.value) = value;
    return;
  case Place::Kind::Local:
    locals_.at(local_word(c, p, true)) = value;
    step_local(c, p);
    return;
  }
}

} // namespace pw::me
