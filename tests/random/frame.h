// What the generator knows of registers and stack at a point of the program: just enough to emit
// only what a verifier accepts.
#pragma once

#include <array>
#include <bitset>
#include <map>

namespace pw::random {

enum class Kind {
  Unset,
  Scalar,
  Context,
  Packet,
  MapValue,
  Memory
}; // Memory: on the caller's stack

struct Content {
  Kind kind = Kind::Unset;
  unsigned map = 0;     // MapValue: index into Object::maps
  unsigned bytes = 0;   // Packet, MapValue, Memory: how many may be accessed from the pointer on
  unsigned before = 0;  // Packet: how many in front of it
  bool changed = false; // MapValue: keys of its map have changed since
  bool operator==(const Content&) const = default;
};

inline constexpr unsigned data_bytes = 128; // [fp - 128, fp): plain data
inline constexpr unsigned spill_slots = 4;  // below: 8-byte slots for pointers
inline constexpr unsigned registers = 10;   // r10 is the frame pointer

struct Frame {
  std::array<Content, registers> regs;
  std::bitset<data_bytes> written; // bit i: byte fp - data_bytes + i
  std::array<Content, spill_slots> spills;

  bool is(unsigned reg, Kind kind) const { return regs[reg].kind == kind; }
  void scalar(unsigned reg) { regs[reg] = {Kind::Scalar, 0, 0, 0}; }
  void forget_call_registers();                     // r0 to r5
  template <class Do> void for_each_value(Do act) { // that a register or slot points to
    for (Content& content : regs)
      if (content.kind == Kind::MapValue)
        act(content);
    for (Content& content : spills)
      if (content.kind == Kind::MapValue)
        act(content);
  }
  void forget_values(unsigned map);              // of a map that has changed
  void forget_values();                          // of all maps
  void forget_packet_pointers();                 // after adjust_head and its like
  static Frame join(const Frame&, const Frame&); // what holds on both ways
};

constexpr int spill_offset(unsigned slot) { return -int(data_bytes) - 8 * int(slot + 1); }

} // namespace pw::random
