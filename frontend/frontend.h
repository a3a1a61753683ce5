// The frontend as the layers to its right see it: from an object's program to optimised LLVM IR in
// the lifted form (frontend/lift/README.md).
#pragma once

#include "frontend/object/object.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace pw {

struct VerifyOptions {
  unsigned max_unrolled = 100'000; // instructions after unrolling loops and inlining calls
  // Tail calls of a packet that are followed, also where they lead back to a program that it has
  // been in; what comes behind goes on as behind an empty slot. 0: all that Linux follows, and no
  // program twice.
  unsigned tail_calls = 0;
  bool micro_engine = false; // for a Netronome NFP: a store to rx_queue_index chooses the queue
};

// All reasons why the program can't be lifted, in one run, ordered by instruction; empty = accepted
// (warnings may be there). Never throws for what is wrong with the program.
std::vector<Diagnostic> verify_program(const Object&, const Program&, const VerifyOptions& = {});

struct LiftedProgram {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;   // in the lifted form, already optimised
  std::vector<std::string> trace_formats; // bpf_trace_printk formats, by the F of @pw.trace.F
  unsigned instructions = 0;              // eBPF instructions of the program, subprograms included
  std::vector<Diagnostic> warnings;
  // Hash -> the array that keeps its keys by slot for the host (frontend/control).
  std::map<unsigned, unsigned> key_maps;
  bool tc = false; // a tc program: the lifted form has @pw.skb.F (README.md)

  LiftedProgram();
  LiftedProgram(LiftedProgram&&) noexcept;
  LiftedProgram& operator=(LiftedProgram&&) noexcept;
  ~LiftedProgram();
};

struct LiftOptions {
  VerifyOptions verify;
  bool optimize = true; // false: as lifted, for tests of the lifter
  unsigned mtu = 1500;  // of every interface (Environment::mtu); becomes a constant of the program
  unsigned egress = 1;  // Environment::egress, likewise
  unsigned head_room = 216; // bytes by which adjust_head may grow the packet in all
  // Of the ingress interface (Environment::mac); tc only
  std::array<std::uint8_t, 6> mac{2, 0, 0, 0, 0, 1};
};

// Verifies, lifts and optimises. Throws Failure with every reason if the program is refused.
LiftedProgram lift_program(const Object&, const Program&, const LiftOptions& = {});

std::string print_llvm(const LiftedProgram&); // --emit llvm

} // namespace pw
