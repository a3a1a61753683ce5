// What belongs to one context of a micro-engine.
#pragma once

#include "sim/nfp/memory_units.h"
#include "sim/nfp/value.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace pw::me {

// A memory command on its way.
struct Flight {
  unsigned signal = 0; // 0: nobody can wait for it
  std::uint64_t done = 0;
  std::vector<std::pair<unsigned, Value>> arriving; // transfer registers it fills
  std::uint32_t taking = 0;                         // mask of those it takes from
  Access access;
};

// What the next instruction can see of the one before it.
struct Trail {
  std::optional<std::uint32_t> amount; // A operand
  std::optional<Value> result;
  bool exchanged = false; // its sources: what its A operand is, then, is not known
};

struct LocalAddress { // ActLMAddr, bytes
  std::optional<std::uint32_t> value, coming;
  unsigned delay = 0; // instructions until `coming` counts
};

struct Multiplication {
  unsigned kind = 0, steps = 0; // steps done; kind 0: only begun
  std::uint32_t left = 0, right = 0;
  bool active = false, low_given = false;
};

// A branch or a wait that takes effect behind its defer slots.
struct Deferred {
  bool pending = false, taken = false, wait = false;
  unsigned slots = 0, lost = 0; // lost: clocks without an instruction, when it takes effect
  std::uint32_t target = 0;
  std::uint32_t signals = 0; // wait: mask
  bool any = false;
};

struct Context {
  unsigned number = 0;
  std::uint32_t pc = 0;
  bool running = false;   // has a packet
  std::uint64_t wake = 0; // clock from which on it can go on
  std::array<Value, transfers> in = {}, out = {};
  std::array<LocalAddress, 4> local = {};
  Conditions conditions;
  Trail trail;
  std::optional<std::uint32_t> csr_value; // the next instruction receives it
  Multiplication multiplication;
  Deferred deferred;
  std::vector<Flight> flights;
  // of this packet
  std::uint32_t packet = 0, random_calls = 0;
  std::uint64_t instructions = 0, begun = 0, waited = 0;
  std::uint64_t queued = 0; // clocks that its commands waited in front of memory units
};

} // namespace pw::me
