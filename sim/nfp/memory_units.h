// Queues in front of the card's memories: many engines, few units.
#pragma once

#include "sim/nfp/card.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace pw::me {

// A command to a memory outside of the engine.
struct Access {
  bool ctm = false;          // packet data; else external memory
  std::uint64_t address = 0; // in that memory
  unsigned bytes = 0;
  bool atomic = false;
};

// The clocks of one unit, booked in windows: engines are simulated one after another, a few
// hundred clocks apart, so commands don't come in the order of their clocks. A command begins in
// the first window from its clock on that has clocks left.
class MemoryUnit {
public:
  // First clock of a command that is there at `clock` and takes `service` clocks.
  std::uint64_t book(std::uint64_t clock, std::uint64_t service);

  std::uint64_t commands = 0, busy = 0, waited = 0; // clocks

private:
  void forget_before(std::uint64_t window);

  static constexpr std::uint64_t window = 32;   // clocks
  static constexpr std::size_t kept = 1U << 14; // windows

  std::deque<std::uint32_t> booked_;
  std::uint64_t first_ = 0; // window of booked_[0]
};

class MemorySystem {
public:
  MemorySystem(const MemoryProfile&, unsigned engines);

  // Clocks that a command waits in front of its unit.
  std::uint64_t wait(unsigned engine, const Access&, std::uint64_t clock);

  void restart(); // of the figures
  struct Figures {
    std::uint64_t commands = 0, busiest = 0; // busiest: clocks of the unit with the most
    double mean_wait = 0;                    // clocks of a command
  };
  Figures figures(bool ctm) const;

private:
  MemoryUnit& unit_of(unsigned engine, const Access&);
  std::uint64_t service(const Access&) const;

  MemoryProfile profile_;
  unsigned engines_;
  std::vector<MemoryUnit> ctm_, emem_;
};

} // namespace pw::me
