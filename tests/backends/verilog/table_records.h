// What table_test.cpp tells table_driver.cpp: records, each with the bytes of a key behind it;
// behind a Clock, such a pair for each port for look-ups.
#pragma once

#include <cstdint>

namespace pw::test {

struct TableRecord {
  enum What : std::uint8_t {
    Clock, // one clock: the access, what result and hold are in it
    Host,  // operation `number` of the host, its answer
    Read,  // place `number`; result = {slot, valid}, the key is that of the entry
  };
  std::uint8_t what = Clock;
  std::uint8_t enable = 0, insert = 0, remove = 0, hold = 0, crowded = 0;
  std::uint32_t number = 0; // Clock: the stamp
  std::uint64_t result = 0;
};

} // namespace pw::test
