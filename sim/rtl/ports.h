// The top module's ports as the harness sees them: those of Verilator's plain class, or, with
// PW_SC, the signals that a module made by `verilator --sc` is bound to. Both have the ports'
// names.
#pragma once

#include "Vpw.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if PW_SC
#include "sim/rtl/signals.h"
#endif

namespace pw::rtl {

#if PW_SC

using Top = Signals;

#else

using Top = Vpw;

// Ports are integers of 8 to 64 bits or arrays of 32-bit words; all of them little-endian bytes.
template <typename Port> void put(Port& port, const void* bytes, std::size_t count) {
  std::memset(static_cast<void*>(&port), 0, sizeof port);
  std::memcpy(static_cast<void*>(&port), bytes, std::min(count, sizeof port));
}

template <typename Port>
void get(const Port& port, void* bytes, std::size_t count, std::size_t offset = 0) {
  std::memset(bytes, 0, count);
  if (offset < sizeof port)
    std::memcpy(bytes, reinterpret_cast<const char*>(&port) + offset,
                std::min(count, sizeof port - offset));
}

#endif

template <typename Port> bool bit(const Port& port, unsigned index) {
  std::uint8_t byte = 0;
  get(port, &byte, 1, index / 8);
  return (byte >> (index % 8) & 1) != 0;
}

} // namespace pw::rtl
