// Numbers of any width, as bits, plain and slow: what the reference computes with.
#pragma once

#include <cstdint>
#include <vector>

namespace pw::test {

class Wide {
public:
  Wide() = default;
  explicit Wide(unsigned width, std::uint64_t value = 0) : bits_(width) {
    for (unsigned i = 0; i < width && i < 64; ++i)
      bits_[i] = (value >> i & 1) != 0;
  }
  unsigned width() const { return static_cast<unsigned>(bits_.size()); }
  bool bit(unsigned i) const { return i < bits_.size() && bits_[i]; }
  void set(unsigned i, bool v) { bits_[i] = v; }
  bool sign() const { return !bits_.empty() && bits_.back(); }
  bool any() const {
    for (bool b : bits_)
      if (b)
        return true;
    return false;
  }
  std::uint64_t low() const {
    std::uint64_t v = 0;
    for (unsigned i = 0; i < 64 && i < width(); ++i)
      v |= std::uint64_t{bits_[i]} << i;
    return v;
  }
  // Bits [low, low + count), zeros behind the end, or copies of the top bit.
  Wide part(unsigned low, unsigned count, bool fill = false) const {
    Wide out(count);
    for (unsigned i = 0; i < count; ++i)
      out.bits_[i] = low + i < width() ? bits_[low + i] : fill;
    return out;
  }
  bool operator==(const Wide&) const = default;

private:
  std::vector<bool> bits_;
};

Wide add(const Wide& a, const Wide& b, bool carry);
Wide negate_bits(const Wide& a);
Wide multiply(const Wide& a, const Wide& b);
bool less(const Wide& a, const Wide& b, bool is_signed);

} // namespace pw::test
