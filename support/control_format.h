// Operations of the host on maps while packets flow (docs/control.md). An operation is a packet: it
// takes its place among the others, and comes back with its answer.
//
// Bytes of the packet: 0 operation; 1 map (index into Object::maps); 2 flags (BPF_ANY, BPF_NOEXIST,
// BPF_EXIST); 3 zero; 4 .. 7 little-endian: in the request the number of the slot (Entry; else 0),
// in the answer 0 or -errno; from 8 on the key, behind it the value. Request and answer have the
// same length, that of header, key and value.
#pragma once

#include <cstdint>

namespace pw::control {

enum class Operation : std::uint8_t {
  Lookup,
  Update,
  Delete,
  // Of a hash: the key in slot n. -ENOENT: free at present; -ENXIO: neither it nor any slot above
  // has ever been used.
  Entry,
  // Of a hash: the value, and the key is gone. Of a queue or stack: pop (Lookup: peek, Update:
  // push).
  LookupAndDelete,
};

inline constexpr unsigned operation_at = 0, map_at = 1, flags_at = 2, result_at = 4, key_at = 8;

inline constexpr unsigned highest_map = 255; // maps behind it are not reached

// What tells an operation from a packet: this bit of the ingress interface, whose numbers are
// positive.
inline constexpr unsigned mark_bit = 31;
inline constexpr std::uint32_t mark = std::uint32_t{1} << mark_bit;

// The trap number of an answer: what tells it from a packet that leaves.
inline constexpr unsigned trap = 2;

// Values of more bytes are not reached by packets.
inline constexpr unsigned longest = 512; // bytes of a request

// Byte behind the key in a value of the map that keeps the keys of a hash by slot.
enum class SlotState : std::uint8_t { NeverUsed, Used, Free };

} // namespace pw::control
