// The program instruction by instruction with all states in which each is met: the frontend's
// exploration, walked once more. Linux's verifier asks the card's driver at each of these places.
#pragma once

#include "backends/nfp/rules/shadow.h"

#include <functional>
#include <memory>
#include <vector>

namespace pw::nfp::rules {

// The backend's own instructions have some of these names, too.
using isa::Alu;
using isa::AluOp;
using isa::Atomic;
using isa::AtomicOp;
using isa::ByteSwap;
using isa::CallHelper;
using isa::CallKfunc;
using isa::CallLocal;
using isa::Condition;
using isa::Instruction;
using isa::Jump;
using isa::Load;
using isa::LoadFunction;
using isa::LoadImmediate;
using isa::LoadMap;
using isa::LoadMapValue;
using isa::LoadPacket;
using isa::Operand;
using isa::Store;

// One instruction in one state.
struct Visit {
  unsigned insn = 0; // of the program
  const Instruction& instruction;
  const verify::State& state; // in front of it
  const Shadow& shadow;       // likewise
};

class Walk {
public:
  // Never throws for what is wrong with the program: complaints() says it.
  Walk(const Object&, const Program&);

  const std::vector<Diagnostic>& complaints() const { return complaints_; } // of the frontend
  const verify::Linked& linked() const { return *linked_; }
  const isa::Code& code() const { return explored_.code; } // empty if it can't be decoded
  const verify::Graph* graph() const { return explored_.graph.get(); } // null likewise
  // Can control get there? All instructions do in a program that could not be explored.
  bool reached(unsigned insn) const { return reached_.empty() || reached_[insn]; }
  // In an order in which each place comes behind all that lead to it; programs behind tail calls
  // are left out.
  void each(const std::function<void(const Visit&)>&) const;

private:
  void walk_node(unsigned node, Shadow&, const std::function<void(const Visit&)>&) const;
  void note_reached();

  const Object& object_;
  unsigned end_; // of the program's own instructions
  std::unique_ptr<verify::Linked> linked_;
  verify::Exploration explored_;
  std::vector<Diagnostic> complaints_;
  std::vector<bool> reached_;
};

} // namespace pw::nfp::rules
