// What is known in front of each instruction of a program, over all paths that lead there, and
// which registers are still needed behind it.
#pragma once

#include "frontend/object/object.h"
#include "frontend/verify/explore.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace pw::nfp::offload {

using RegisterSet = std::uint16_t; // bit r = register r

// A register in front of an instruction: the union of all visits.
struct Known {
  unsigned kinds = 0;      // bit k = verify::Kind k; 0: never visited
  verify::Scalar scalar;   // of numbers
  std::int64_t low = 0;    // least and greatest offset of pointers, in bytes
  std::int64_t high = 0;   //
  std::uint32_t index = 0; // of the map
  bool one_index = true;   // the same map in all visits
  bool fixed = true;       // in each visit by itself, a pointer's offset is a constant
  bool own_frame = true;   // stack pointers: of the function itself
  void add(const verify::Value&, unsigned frame);

  bool is(verify::Kind k) const { return kinds == 1u << unsigned(k); }
  bool may_be(verify::Kind k) const { return kinds >> unsigned(k) & 1; }
  bool number() const { return is(verify::Kind::Scalar); }
  bool fits_u32() const { return number() && scalar.fits_u32(); }
  bool constant() const { return number() && scalar.is_constant(); }
  bool constant_offset() const { return fixed && low == high; }
};

struct Facts {
  verify::Exploration explored;
  std::vector<std::array<Known, 11>> before; // by instruction
  std::vector<bool> reached;
  std::vector<RegisterSet> live_after;
  std::map<unsigned, unsigned> frame_bytes; // stack by first instruction of the function

  const verify::Function& function_of(unsigned insn) const;
  const verify::Block& block_of(unsigned insn) const;
};

// Throws Failure with the verifier's reasons if the program is not accepted.
Facts find_facts(const Object&, const Program&);

// Registers that an instruction reads and writes (calls of subprograms: r1 to r5 and r0 to r5).
RegisterSet registers_read(const isa::Instruction&);
RegisterSet registers_written(const isa::Instruction&);

} // namespace pw::nfp::offload
