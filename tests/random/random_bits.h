// Random numbers of the generator: the same seed gives the same program on every machine.
#pragma once

#include "support/hash.h"

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace pw::random {

class Bits {
public:
  explicit Bits(std::uint64_t seed) : state_(splitmix64(seed)) {}

  std::uint64_t next() { return splitmix64(state_ += 0x632be59bd9b4e019ull); }
  unsigned below(unsigned n) { return n == 0 ? 0 : unsigned(next() % n); }
  unsigned between(unsigned low, unsigned high) { return low + below(high - low + 1); }
  bool percent(unsigned chance) { return below(100) < chance; }

  template <class T> const T& of(const std::vector<T>& all) {
    return all[below(unsigned(all.size()))];
  }
  template <class T> T of(std::initializer_list<T> all) {
    return all.begin()[below(unsigned(all.size()))];
  }

  // Numbers that find mistakes: small ones, those next to powers of two, and any.
  std::int32_t interesting() {
    switch (below(6)) {
    case 0:
      return std::int32_t(below(8));
    case 1:
      return -std::int32_t(below(8));
    case 2:
      return std::int32_t((1u << below(32)) - below(2));
    case 3:
      return of({0x7fffffff, std::int32_t(0x80000000), 0xff, 0x100, 0xffff, 0x10000, -1});
    case 4:
      return std::int32_t(below(256));
    default:
      return std::int32_t(next());
    }
  }

private:
  std::uint64_t state_;
};

} // namespace pw::random
