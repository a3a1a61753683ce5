// A micro-engine on the bench: instructions in, registers out; nothing of the firmware around it.
#pragma once

#include "backends/nfp/isa/encode.h"
#include "sim/nfp/micro_engine.h"
#include "sim/nfp/stop.h"

#include <map>
#include <vector>

namespace pw::me::test {

using nfp::AluOp;
using nfp::Bank;
using nfp::Condition;
using nfp::Instruction;
using nfp::Op;
using nfp::Operand;
using nfp::ShiftKind;
using nfp::ShiftOp;

inline Operand a(unsigned n) { return nfp::register_of(Bank::A, n); }
inline Operand b(unsigned n) { return nfp::register_of(Bank::B, n); }
inline Operand both(unsigned n) { return nfp::register_of(Bank::Both, n); }
inline Operand imm(unsigned n) { return nfp::constant(n); }
inline Operand none() { return {}; }
inline Operand xfer(unsigned n) { return {.kind = Operand::Kind::Transfer, .number = n}; }
inline Operand lm(unsigned index, std::uint8_t offset) { return nfp::local(index, offset); }

Instruction alu(Operand dst, Operand left, AluOp, Operand right);
Instruction shf(Operand dst, Operand left, ShiftOp, Operand right, ShiftKind, unsigned amount);
Instruction indirect(Instruction);
std::vector<Instruction> load(Operand dst, std::uint32_t value); // immed, and one more if need be
Instruction branch(Condition, unsigned to, unsigned defer = 0);
Instruction csr_write(unsigned csr, Operand);
inline Instruction nop() { return {}; }

// Several pieces as one program.
template <class... Pieces> std::vector<Instruction> program(const Pieces&... pieces) {
  std::vector<Instruction> all;
  const auto add = [&all](const auto& piece) {
    if constexpr (std::is_same_v<std::decay_t<decltype(piece)>, Instruction>)
      all.push_back(piece);
    else
      all.insert(all.end(), piece.begin(), piece.end());
  };
  (add(pieces), ...);
  return all;
}

class Bench : public Surroundings {
public:
  static constexpr unsigned start = 100; // code store address of word 0

  explicit Bench(const std::vector<Instruction>&);
  explicit Bench(const std::vector<std::uint64_t>& words);

  void set(Operand, std::uint32_t);
  // Runs until the program goes on behind its last word. Throws Failure.
  Bench& run();
  // The diagnostic's code that run() ends with; "" = it comes to its end.
  std::string stop();

  std::uint32_t operator[](Operand); // EXPECTs that it is defined
  Context& context() { return engine_.context(0); }
  MicroEngine& engine() { return engine_; }
  // Address of the stack in local memory, bytes.
  unsigned stack() { return 4 * engine_.layout(context()).stack; }
  void point(unsigned index, unsigned bytes) { context().local.at(index).value = bytes; }

  std::map<std::uint64_t, std::uint8_t> memory; // bytes of both address spaces

  void read(const Context&, bool ctm, std::uint64_t address, std::span<Byte>) override;
  void write(const Context&, bool ctm, std::uint64_t address,
             std::span<const std::uint8_t>) override;
  std::uint32_t random(Context&) override { return 0x12345678; }
  bool outside(Context&) override;

private:
  Code code_;
  MicroEngine engine_;
};

} // namespace pw::me::test
