// One instruction that is to be replaced: what is known there, and where room for the work is.
#pragma once

#include "backends/nfp/offload/draft.h"

namespace pw::nfp::offload {

class Site {
public:
  // `reserved` bytes of the function's frame are taken by the pass itself, below those that the
  // program has.
  Site(const Facts&, unsigned insn, unsigned reserved = 0);

  const unsigned insn;
  Sequence code; // what is put in the place of the instruction

  const Known& before(Register r) const { return facts_.before[insn][r]; }
  bool live_after(Register r) const { return facts_.live_after[insn] >> r & 1; }
  // A register that the instruction has nothing to do with: a free one, or one that is saved and
  // restored around the sequence.
  Register scratch();
  // Not to be given out by scratch().
  void keep(Register r) { taken_ |= RegisterSet(1u << r); }
  // Room on the stack until the end of the sequence: offset from r10 of `bytes`, 8-byte aligned.
  int slot(unsigned bytes);
  // Registers among these that hold something which is needed later are saved now, and restored at
  // the end.
  void save(RegisterSet);

  Insns finish(); // with what saves and restores registers

private:
  bool holds_something(Register) const;
  void spill(Register);

  const Facts& facts_;
  RegisterSet used_, taken_ = 0;
  unsigned depth_; // bytes of the frame that are taken
  std::map<Register, int> spilled_;
};

unsigned rounded_frame(const Facts&, unsigned insn); // bytes, a multiple of 8

} // namespace pw::nfp::offload
