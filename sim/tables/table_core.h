// What a DynamicTable is made of: registers and clocks as in backends/verilog/rtl/pw_table*.sv; but
// an access that is decided finds everything that earlier ones have written, so nothing is
// forwarded here. Look-ups, accesses and moves are in table_core.cpp, all else in
// table_control.cpp.
#pragma once

#include "sim/tables/dynamic_table.h"
#include "sim/tables/free_slots.h"
#include "sim/tables/lru_hand.h"
#include "sim/tables/prefix_table.h"
#include "sim/tables/table_hash.h"
#include "support/table_shape.h"

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace pw {

namespace table_core {

// Set of entries of the stash.
using Mask = unsigned __int128;
constexpr unsigned max_stash = widest_stash, max_places = 16, max_row_bits = 20;
inline unsigned count(Mask m) {
  return unsigned(std::popcount(std::uint64_t(m)) + std::popcount(std::uint64_t(m >> 64)));
}
inline Mask bit(unsigned i) { return Mask(1) << i; }
inline unsigned lowest(Mask m) {
  const auto low = std::uint64_t(m);
  return unsigned(low ? std::countr_zero(low) : 64 + std::countr_zero(std::uint64_t(m >> 64)));
}

constexpr std::uint32_t nowhere = ~std::uint32_t{0};
constexpr unsigned max_tries = 255, rehash_margin = 8;
// After so many clocks in which nothing is on the way, registers don't change any more.
constexpr unsigned still_clocks = 4;
constexpr unsigned look_clocks = 3; // from the issue until the entry is there

enum class State { Rest, Seed, Scan, Scanned, Hash, Compare, Lift, Lifted, Drain };

// A look-up on its way.
struct Query {
  bool enable = false, remove = false;
  std::vector<std::uint8_t> key;
  std::uint32_t stamp = 0;
};

struct Op {
  enum class Kind { None, Access, Move } kind = Kind::None;
  bool insert = false, remove = false;
  std::uint32_t stamp = 0;
  unsigned index = 0, pick = 0;           // Move: entry of the stash, place to exchange it with
  TableHash::Value hash;                  // of the key
  std::array<std::uint32_t, 16> places{}; // where the key may stand
};

} // namespace table_core

struct DynamicTable::Core {
  using Mask = table_core::Mask;
  using Op = table_core::Op;
  using Query = table_core::Query;
  using State = table_core::State;

  explicit Core(const Shape& s);

  Result clock(const Access&, std::span<const Find>);
  void restart();
  bool quiet() const;
  bool settled() const;
  Result host(const Access&);
  std::uint32_t find_place(const std::uint8_t* key, const Op&) const;
  void locate(const std::uint8_t* key, Op&) const;
  const std::uint8_t* key_of(std::uint32_t place) const { return &keys[place * bytes]; }
  Entry place(std::uint32_t number) const;

  Shape shape;
  std::size_t bytes; // of a key
  unsigned candidates;
  std::uint32_t rows_end; // places of the rows; behind them, the stash
  Counters counters;
  std::unique_ptr<PrefixTable> prefixes; // does it all, if they are prefixes

private:
  // All of the clock that takes registers as they were, then what is decided, then new registers.
  struct Next {
    bool issue_move = false, load_move = false, hold = false, quiet = false, crowded = false;
    unsigned load_index = 0;
  };
  Next plan(bool access) const; // or a removal at a port for look-ups
  void issue(const Access&, const Next&);
  void issue(std::span<const Find>);
  Result clock_with_something(const Access&, std::span<const Find>, bool access);
  void decide_finds();
  void remove_found();
  void decide(const Op&, const std::uint8_t* key);
  void decide_access(const Op&, const std::uint8_t* key);
  void decide_move(const Op&, const std::uint8_t* key);
  void remove(std::uint32_t place);
  std::uint32_t choose(const Op&, std::uint32_t but) const;
  void put(std::uint32_t place, const std::uint8_t* key, std::uint32_t tag, std::uint32_t slot);
  void put_in_stash(unsigned index, const std::uint8_t* key, std::uint32_t tag, std::uint32_t slot);
  bool belongs_at(std::uint32_t place) const;
  void control();
  void scan_on();
  void seed();
  void step_random() { random = random >> 1 ^ (random & 1 ? 0x80200003u : 0); }
  unsigned random_pick() const;
  bool exhausted() const { return tries == table_core::max_tries; }
  bool full() const { return slots.full(); }
  bool few_slots() const { return slots.used() + shape.margin >= shape.max_entries; }
  // Number of the memory in which a place of the rows is.
  std::uint32_t memory(std::uint32_t place) const {
    return (place / shape.places >> shape.row_bits) * shape.places + place % shape.places;
  }

  TableHash hash;
  FreeSlots slots;
  LruHand lru;
  std::vector<std::uint32_t> slot_of; // place -> slot, nowhere: empty
  std::vector<std::uint32_t> tag_of;
  std::vector<std::uint8_t> keys;
  std::vector<std::uint32_t> place_of; // LRU: slot -> place

  // Registers. ops[now % 4] is issued now, the one of three clocks ago is decided now.
  std::array<Op, 4> ops;
  std::vector<std::uint8_t> op_keys;
  unsigned now = 0, on_the_way = 0; // operations issued and not decided
  Result result;
  // Places that were written, of this clock and the two before.
  std::array<std::array<std::uint32_t, 3>, 3> written;
  // Ports for look-ups: as ops, by clock and port; what they found, and what one removes.
  std::array<std::vector<Query>, 4> queries;
  std::vector<Result> found, found_before; // in this clock, in the last one
  std::uint32_t to_remove = table_core::nowhere;
  unsigned queries_on_the_way = 0;
  Mask stash_valid = 0, busy = 0;
  bool move_ready = false, holds = false, was_quiet = false, crowded = false;
  unsigned own_index = 0;
  std::vector<std::uint8_t> own_key;
  unsigned tries = 0, age = 0, still = 0;
  std::uint32_t random = 0;

  State state = State::Rest;
  unsigned waited = 0;
  std::uint32_t scan_row = 0, scan_pick = 0;
  bool all_seen = false;
  std::vector<bool> new_mix;

  friend class DynamicTable;
};

} // namespace pw
