// What the rules must know beside the frontend's states: which registers and bytes of the stack
// hold what was loaded from maps, what of the maps was looked at on the way, which bytes of the
// stack Linux takes for zeros, and of which numbers Linux knows less than the frontend.
#pragma once

#include "frontend/verify/explore.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace pw::nfp::rules {

// Maps whose values something was computed from, by Object::maps; those from the 64th on share a
// bit.
using MapSet = std::uint64_t;
inline MapSet map_set(std::uint32_t map) { return MapSet{1} << (map < 63 ? map : 63); }

struct ShadowByte {
  MapSet from = 0;
  bool vague = false; // of a number that Linux may not know to fit 32 bits
  bool zero = false;  // stored as the constant 0: by itself, not as part of another number
  bool operator==(const ShadowByte&) const = default;
};

// The constants that a register may hold, if each way to the place leaves one there: Linux follows
// ways one by one, where the frontend's states join them. nullopt: something else.
using Constants = std::optional<std::set<std::uint64_t>>;

struct ShadowFrame {
  std::array<MapSet, 11> regs{};
  std::array<bool, 11> vague{}; // as above
  std::array<Constants, 11> constants{};
  std::map<int, Constants> spilled; // likewise, of whole registers on the stack
  std::map<int, ShadowByte> stack;  // by offset from r10; others: nothing is known
};

struct Shadow {
  std::vector<ShadowFrame> frames{1};                      // as in State
  std::map<std::uint32_t, std::set<std::uint32_t>> loaded; // by map: bytes of values looked at

  ShadowFrame& top() { return frames.back(); }
  MapSet stack_sources(unsigned frame, std::int64_t offset, std::int64_t bytes) const;
  bool stack_vague(unsigned frame, std::int64_t offset, std::int64_t bytes) const;
  bool stack_zero(unsigned frame, std::int64_t offset, std::int64_t bytes) const;
};

// Of a register in front of an instruction.
Constants known_constants(const Shadow&, const verify::State&, unsigned reg);
void join_into(Shadow&, const Shadow&);
// `before`: the state in front of the instruction.
void step(Shadow&, const verify::State& before, const isa::Instruction&);
// From the end of a block into another node: calls push a frame, returns pop it.
void follow(Shadow&, verify::EdgeKind, std::size_t frames);

} // namespace pw::nfp::rules
