// A micro-engine: four contexts, of which one issues an instruction a clock until it waits.
// Executes what the loader made of the words and stops at what a program must not do.
#pragma once

#include "sim/nfp/card.h"
#include "sim/nfp/context.h"
#include "sim/nfp/loader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace pw::me {

// What the program meets outside of its engine: memories and the firmware's own code.
class Surroundings {
public:
  virtual ~Surroundings() = default;
  // n bytes from an address on; ctm: packet data (32-bit address), else external memory (40 bits).
  // Throw Stop.
  virtual void read(const Context&, bool ctm, std::uint64_t address, std::span<Byte>) = 0;
  virtual void write(const Context&, bool ctm, std::uint64_t address,
                     std::span<const std::uint8_t>) = 0;
  virtual std::uint32_t random(Context&) = 0;
  // Clocks that a command issued at `clock` waits in front of its memory.
  virtual std::uint64_t memory_wait(const Access&, std::uint64_t clock) { return 0; }
  // The program went to an address outside of itself. True if it was firmware's code, and has run
  // (the context is elsewhere, waits, or has ended).
  virtual bool outside(Context&) = 0;
};

// Local memory of a context: words that the program may use.
struct LocalLayout {
  unsigned vector = 0, stack = 0, stack_words = 0; // indices of words
};

class MicroEngine {
public:
  MicroEngine(const Code&, const CardProfile&, const nfp::FirmwareProfile&, Surroundings&);

  // One instruction of the context, or one visit to the firmware. Throws Failure PW-ME-....
  void step(Context&);
  // Runs the context until its packet is done; alone in the engine, so waiting is lost time.
  void finish(Context&);

  Context& context(unsigned n) { return contexts_.at(n); }
  Value& gpr(const Context& c, unsigned bank, unsigned n) {
    return gprs_[bank][c.number * registers_per_bank + n];
  }
  Value& local(unsigned word) { return locals_.at(word); }
  LocalLayout layout(const Context&) const;
  std::uint64_t clock() const { return clock_; }
  void advance(std::uint64_t clock) { clock_ = std::max(clock_, clock); }

  // Everything a packet could have left behind is gone.
  void forget(Context&);
  // What a helper doesn't preserve is gone.
  void forget_volatile(Context&);

private:
  void execute(Context&, const Word&);
  void check_sequence(const Context&, const Word&) const;
  void end_instruction(Context&);
  void take_deferred(Context&);
  void defer(Context&, Deferred, unsigned slots);

  Value read(Context&, const Place&);
  std::uint32_t need(Context&, const Place&);
  void write(Context&, const Place&, const Value&, bool both);
  void write_register(Context&, unsigned bank, unsigned number, const Value&);
  unsigned local_word(Context&, const Place&, bool writing);
  void step_local(Context&, const Place&);

  void alu(Context&, const Word&);
  void shift(Context&, const Word&);
  void immed(Context&, const Word&);
  void ld_field(Context&, const Word&);
  void csr(Context&, const Word&);
  void csr_read(Context&, unsigned csr);
  void multiply(Context&, const Word&);
  void multiply_begin(Context&, const Word&);
  void multiply_step(Context&, const Word&);
  void multiply_end(Context&, const Word&);
  void branch(Context&, const Word&);
  void branch_tested(Context&, const Word&);
  void arbitrate(Context&, const Word&);
  unsigned shift_amount(const Context&, const Word&) const;

  void command(Context&, const Word&);
  std::uint64_t command_address(Context&, const Word&);
  void memory_read(Context&, const Word&, Flight&, unsigned bytes, bool little);
  void memory_write(Context&, const Word&, Flight&, unsigned bytes);
  struct Addend {
    std::uint64_t value = 0;
    unsigned words = 1;
  };
  Addend addend(Context&, const Word&, Flight&);
  void memory_add(Context&, const Word&, Flight&);
  void land(Context&, std::uint32_t signals, bool any);

  const Code& code_;
  CardProfile card_;
  nfp::FirmwareProfile profile_;
  Surroundings& around_;
  std::array<std::array<Value, contexts_per_engine * registers_per_bank>, 2> gprs_ = {};
  std::array<Value, 1024> locals_ = {};
  std::array<Context, contexts_per_engine> contexts_;
  std::uint64_t clock_ = 0;
};

} // namespace pw::me
