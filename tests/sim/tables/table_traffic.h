// Accesses to a table, clock by clock, as a pipeline makes them: packets enter unless `hold` is
// high, and `reserve` clocks later they have their access.
#pragma once

#include "sim/tables/dynamic_table.h"
#include "support/hash.h"

#include <deque>
#include <random>
#include <vector>

namespace pw::test {

struct TrafficMix {
  unsigned idle_percent = 0; // clocks without a packet
  unsigned same_percent = 0; // packets with one of the last three keys
  unsigned insert_percent = 80, remove_percent = 10;
  std::uint32_t keys = 100;   // that there are
  bool random_stamps = false; // instead of packet numbers
  // At ports for look-ups; `removing`: the first of them may remove, accesses don't then.
  unsigned find_percent = 50, find_remove_percent = 30;
  bool removing = false;
};

class TableTraffic {
public:
  struct Look {
    bool enable = false, remove = false;
    std::vector<std::uint8_t> key;
  };
  struct Packet {
    bool enable = false, insert = false, remove = false;
    std::uint32_t stamp = 0;
    std::vector<std::uint8_t> key;
    std::vector<Look> looks; // by port
    std::vector<DynamicTable::Find> finds() const {
      std::vector<DynamicTable::Find> out;
      for (const Look& l : looks)
        out.push_back(
            {.enable = l.enable, .remove = l.remove, .key = l.key.data(), .stamp = stamp});
      return out;
    }
    DynamicTable::Access access() const {
      return {
          .enable = enable, .insert = insert, .remove = remove, .key = key.data(), .stamp = stamp};
    }
  };

  TableTraffic(const DynamicTable::Shape& s, const TrafficMix& mix, std::uint32_t seed)
      : mix_(mix), random_(seed), on_the_way_(s.reserve), finds_(s.finds) {
    for (std::uint32_t i = 0; i < mix.keys; ++i)
      keys_.push_back(make_key(s.key_bytes, i));
  }
  void use_keys(std::vector<std::vector<std::uint8_t>> keys) { keys_ = std::move(keys); }
  void set_mix(const TrafficMix& mix) { mix_ = mix; }
  const std::vector<std::vector<std::uint8_t>>& keys() const { return keys_; }

  // The access of this clock.
  Packet next(bool hold) {
    on_the_way_.push_back(hold || percent(mix_.idle_percent) ? Packet{} : packet());
    Packet p = on_the_way_.front();
    on_the_way_.pop_front();
    return p;
  }

private:
  bool percent(unsigned p) { return random_() % 100 < p; }
  Packet packet() {
    if (!percent(mix_.same_percent))
      last_[turn_ = (turn_ + 1) % 3] = random_() % keys_.size();
    ++stamp_;
    Packet p{.enable = true,
             .insert = percent(mix_.insert_percent),
             .remove = percent(mix_.remove_percent) && !mix_.removing,
             .stamp = mix_.random_stamps ? std::uint32_t(random_()) : stamp_,
             .key = keys_[last_[random_() % 3] % keys_.size()],
             .looks = {}};
    for (unsigned port = 0; port < finds_; ++port)
      p.looks.push_back(look(port, p.key));
    if (finds_ > 0 && percent(20))
      p.enable = false;
    return p;
  }
  // What one port removes in a clock another one does not access.
  Look look(unsigned port, const std::vector<std::uint8_t>& accessed) {
    const std::size_t key =
        percent(50) ? last_[random_() % 3] % keys_.size() : random_() % keys_.size();
    return {.enable = percent(mix_.find_percent),
            .remove = port == 0 && mix_.removing && percent(mix_.find_remove_percent) &&
                      keys_[key] != accessed,
            .key = keys_[key]};
  }
  // Different keys, as far as they have enough bits.
  std::vector<std::uint8_t> make_key(unsigned bytes, std::uint32_t number) {
    std::vector<std::uint8_t> key(bytes);
    for (unsigned i = 0; i < bytes; ++i)
      key[i] = i < 4 ? std::uint8_t(number >> (8 * i)) : std::uint8_t(random_());
    return key;
  }

  TrafficMix mix_;
  std::mt19937 random_;
  std::deque<Packet> on_the_way_;
  unsigned finds_;
  std::vector<std::vector<std::uint8_t>> keys_;
  std::size_t last_[3] = {0, 0, 0};
  unsigned turn_ = 0;
  std::uint32_t stamp_ = 0;
};

// Keys that all have the rows of the zero key: a basis of the kernel of the hash functions as they
// are after reset, and its sums.
inline std::vector<std::vector<std::uint8_t>> colliding_keys(const DynamicTable::Shape& s,
                                                             std::size_t count) {
  using Key = std::vector<std::uint8_t>;
  const unsigned bytes = s.key_bytes, row_bits = s.row_bits;
  struct Column {
    std::uint64_t rows;
    Key key;
  };
  std::vector<Column> pivots;
  std::vector<Key> kernel;
  for (std::size_t bit = 0; bit < 8 * bytes; ++bit) {
    Column c{0, Key(bytes)};
    c.key[bit / 8] = std::uint8_t(1 << bit % 8);
    for (unsigned f = 0; f < 2; ++f)
      c.rows |= std::uint64_t{table_column(f, bit, 8 * bytes, row_bits)} << (32 * f);
    for (const Column& p : pivots)
      if (c.rows & (p.rows & -p.rows)) {
        c.rows ^= p.rows;
        for (unsigned i = 0; i < bytes; ++i)
          c.key[i] ^= p.key[i];
      }
    if (c.rows)
      pivots.push_back(c);
    else
      kernel.push_back(c.key);
  }
  std::vector<Key> keys(count, Key(bytes));
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < kernel.size() && k < 32; ++k)
      if (i >> k & 1)
        for (unsigned b = 0; b < bytes; ++b)
          keys[i][b] ^= kernel[k][b];
  return keys;
}

} // namespace pw::test
