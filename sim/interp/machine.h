// Executes one program over one packet after another, instruction by instruction.
#pragma once

#include "frontend/isa/isa.h"
#include "sim/interp/helpers.h"

namespace pw::interp {

class Machine {
public:
  // 2^26 instructions a packet: more than a program that the kernel's verifier accepts runs without
  // bpf_loop. A packet that needs more ends the run, since no map is known behind it.
  static constexpr std::uint64_t budget = 1ull << 26;

  Machine(const Object&, const Program&, const Environment&);

  PacketResult run(const Packet&, std::uint32_t index);
  std::vector<std::unique_ptr<MapStore>>& maps() { return maps_; } // as Object::maps

private:
  [[noreturn]] void refuse(const std::string& what, unsigned at) const;
  const isa::Code& load(const Program&);
  const isa::Code& code_of(const std::string& program);
  std::uint64_t call(unsigned target);
  unsigned step(unsigned at); // the next instruction
  std::uint64_t operand(const isa::Operand&) const;
  unsigned call_helper(std::uint32_t id, unsigned next);
  std::uint64_t loop();
  std::uint64_t for_each(unsigned at);
  bool tail_call();
  void enter_frame(unsigned depth);

  unsigned execute(const isa::Alu&, unsigned next);
  unsigned execute(const isa::ByteSwap&, unsigned next);
  unsigned execute(const isa::LoadImmediate&, unsigned next);
  unsigned execute(const isa::LoadMap&, unsigned next);
  unsigned execute(const isa::LoadMapValue&, unsigned next);
  unsigned execute(const isa::LoadFunction&, unsigned next);
  unsigned execute(const isa::Load&, unsigned next);
  unsigned execute(const isa::Store&, unsigned next);
  unsigned execute(const isa::Atomic&, unsigned next);
  unsigned execute(const isa::Jump&, unsigned next);
  unsigned execute(const isa::CallHelper&, unsigned next);
  unsigned execute(const isa::CallLocal&, unsigned next);
  unsigned execute(const isa::CallKfunc&, unsigned next);
  unsigned execute(const isa::Exit&, unsigned next);
  unsigned execute(const isa::LoadPacket&, unsigned next);
  Helper helper_of(std::uint32_t id) const;
  std::uint64_t load_context(const isa::Load&, std::int64_t offset) const;
  void store_context(const isa::Store&, std::int64_t offset);

  const Object& object_;
  const Program& program_;
  const bool tc_;
  Environment environment_;
  std::map<std::string, isa::Code> codes_; // by program: this one and what was tail-called
  const isa::Code* code_ = nullptr;        // running
  std::vector<std::unique_ptr<MapStore>> maps_;
  Memory memory_;
  PacketState packet_;
  HelperContext helpers_;
  std::array<std::uint64_t, 11> r_{};
  unsigned depth_ = 0; // frames in use
  unsigned tail_calls_ = 0;
  std::uint64_t executed_ = 0;
};

} // namespace pw::interp
