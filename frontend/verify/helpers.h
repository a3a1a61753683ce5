// What Linux knows of each helper function, and which of them this compiler lifts.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstdint>
#include <string>

namespace pw::verify {

enum class Argument : std::uint8_t {
  None,
  Any, // a number
  Context,
  Map,          // of a type that the helper takes
  Key,          // memory of the map's key size
  Memory,       // read; the next argument is its size
  MemoryOrNull, // likewise; may be null
  MemoryOut,    // written; the next argument is its size
  FibLookup,    // struct bpf_fib_lookup, read and written; the next argument is its size
  Size,         // of the memory before it, at least 1
  SizeOrZero,
  MapValue,    // memory of the map's value size
  MapValueOut, // likewise, written
  Lock,        // struct bpf_spin_lock in a map value
  MtuLength,   // u32, read and written
  Callback,
  StackPointerOrNull,
  Record, // of a ring buffer
  Source, // memory as large as the size before it, or a number that is no address
  ConstantString,
};

enum class Result : std::uint8_t { Nothing, Number, Verdict, MapValueOrNull, Length, RecordOrNull };

struct HelperSignature {
  std::uint32_t id = 0;
  std::array<Argument, 5> arguments{};
  Result result = Result::Number;
  bool moves_packet = false; // packet pointers are gone after it
};

// nullptr: not lifted.
const HelperSignature* signature(std::uint32_t id);
// Registers r1 .. rN that the call reads; 5 where it is not known.
unsigned argument_count(std::uint32_t id);
// "bpf_map_lookup_elem"; "" if Linux has no helper of that number.
std::string helper_name(std::uint32_t id);
// Does Linux let XDP programs call it?
bool allowed_for_xdp(std::uint32_t id);
bool allowed_for_tc(std::uint32_t id);

} // namespace pw::verify
