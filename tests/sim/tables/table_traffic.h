// Accesses to a table, clock by clock, as a pipeline makes them: packets enter unless `hold` is
// high, and `reserve` clocks later they have their access.
#pragma once

#include "sim/tables/dynamic_table.h"

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
};

class TableTraffic {
public:
  struct Packet {
    bool enable = false, insert = false, remove = false;
    std::uint32_t stamp = 0;
    std::vector<std::uint8_t> key;
    DynamicTable::Access access() const {
      return {
          .enable = enable, .insert = insert, .remove = remove, .key = key.data(), .stamp = stamp};
    }
  };

  TableTraffic(const DynamicTable::Shape& s, const TrafficMix& mix, std::uint32_t seed)
      : mix_(mix), random_(seed), on_the_way_(s.reserve) {
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
    return {.enable = true,
            .insert = percent(mix_.insert_percent),
            .remove = percent(mix_.remove_percent),
            .stamp = mix_.random_stamps ? std::uint32_t(random_()) : stamp_,
            .key = keys_[last_[random_() % 3] % keys_.size()]};
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
  std::vector<std::vector<std::uint8_t>> keys_;
  std::size_t last_[3] = {0, 0, 0};
  unsigned turn_ = 0;
  std::uint32_t stamp_ = 0;
};

} // namespace pw::test
