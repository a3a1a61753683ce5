// Registers and clocks as in backends/verilog/rtl/pw_table*.sv; but an access that is decided finds
// everything that earlier ones have written, so nothing is forwarded here.
#include "sim/tables/dynamic_table.h"

#include "ir/table_reserve.h"
#include "sim/tables/free_slots.h"
#include "sim/tables/lru_hand.h"
#include "sim/tables/table_hash.h"

#include "support/table_shape.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace pw {
namespace {

// Set of entries of the stash.
using Mask = unsigned __int128;
constexpr unsigned max_stash = widest_stash, max_places = 16, max_row_bits = 20;
unsigned count(Mask m) {
  return unsigned(std::popcount(std::uint64_t(m)) + std::popcount(std::uint64_t(m >> 64)));
}
Mask bit(unsigned i) { return Mask(1) << i; }
unsigned lowest(Mask m) {
  const auto low = std::uint64_t(m);
  return unsigned(low ? std::countr_zero(low) : 64 + std::countr_zero(std::uint64_t(m >> 64)));
}

constexpr std::uint32_t nowhere = ~std::uint32_t{0};
constexpr unsigned max_tries = 255, rehash_margin = 8;
// After so many clocks in which nothing is on the way, registers don't change any more.
constexpr unsigned still_clocks = 4;
constexpr unsigned look_clocks = 3; // from the issue until the entry is there

enum class State { Rest, Seed, Scan, Scanned, Hash, Compare, Lift, Lifted, Drain };

struct Op {
  enum class Kind { None, Access, Move } kind = Kind::None;
  bool insert = false, remove = false;
  std::uint32_t stamp = 0;
  unsigned index = 0, pick = 0;           // Move: entry of the stash, place to exchange it with
  TableHash::Value hash;                  // of the key
  std::array<std::uint32_t, 16> places{}; // where the key may stand
};

} // namespace

struct DynamicTable::Core {
  explicit Core(const Shape& s);

  Result clock(const Access&);
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

private:
  // All of the clock that takes registers as they were, then what is decided, then new registers.
  struct Next {
    bool issue_move = false, load_move = false, hold = false, quiet = false;
    unsigned load_index = 0;
  };
  Next plan(bool access) const;
  void issue(const Access&, const Next&);
  Result clock_with_something(const Access&);
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
  bool exhausted() const { return tries == max_tries; }
  bool full() const { return slots.full(); }

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
  std::array<std::array<std::uint32_t, 2>, 3> written; // places, of this clock and the two before
  Mask stash_valid = 0, busy = 0;
  bool move_ready = false, holds = false, was_quiet = false;
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

DynamicTable::Core::Core(const Shape& s)
    : shape(s), bytes(s.key_bytes), candidates(s.ways * s.places),
      rows_end((s.ways * s.places) << s.row_bits), hash(s.key_bytes, s.row_bits),
      slots(s.max_entries), lru(s.lru ? s.max_entries : 0), slot_of(rows_end + s.stash),
      tag_of(rows_end + s.stash), keys((rows_end + s.stash) * bytes),
      place_of(s.lru ? s.max_entries : 0), op_keys(4 * bytes), own_key(bytes) {
  if (candidates > max_places || s.stash > max_stash || s.stash < s.reserve + 5 ||
      s.row_bits > max_row_bits)
    throw Failure(diagnose("PW-INT-001", "a table with " + std::to_string(candidates) +
                                             " places a key, 2^" + std::to_string(s.row_bits) +
                                             " rows and a stash of " + std::to_string(s.stash) +
                                             " can't be simulated"));
  restart();
}

void DynamicTable::Core::restart() {
  if (counters.rehashes != 0)
    hash.set_mix(std::vector<bool>(hash.mix_bits()));
  slots.restart();
  lru.restart();
  std::ranges::fill(slot_of, nowhere);
  ops.fill({});
  for (auto& w : written)
    w.fill(nowhere);
  on_the_way = 0;
  result = {};
  stash_valid = busy = 0;
  move_ready = holds = was_quiet = false;
  tries = age = still = 0;
  random = 0x5eed7ab1;
  state = State::Rest;
  counters = {};
}

void DynamicTable::Core::locate(const std::uint8_t* key, Op& op) const {
  op.hash = hash(key);
  std::uint32_t* place = op.places.data();
  for (unsigned w = 0; w < shape.ways; ++w) {
    const std::uint32_t first = (w << shape.row_bits | hash.row(op.hash, w)) * shape.places;
    for (unsigned p = 0; p < shape.places; ++p)
      *place++ = first + p;
  }
}

std::uint32_t DynamicTable::Core::find_place(const std::uint8_t* key, const Op& op) const {
  const auto here = [&](std::uint32_t place) {
    return tag_of[place] == op.hash.tag && std::memcmp(key_of(place), key, bytes) == 0;
  };
  for (unsigned i = 0; i < candidates; ++i)
    if (slot_of[op.places[i]] != nowhere && here(op.places[i]))
      return op.places[i];
  for (Mask left = stash_valid; left; left &= left - 1)
    if (here(rows_end + lowest(left)))
      return rows_end + lowest(left);
  return nowhere;
}

unsigned DynamicTable::Core::random_pick() const {
  unsigned pick = 0;
  for (unsigned b = 0; (1u << b) < candidates; ++b)
    pick |= (random >> (9 * b) & 1) << b;
  return pick;
}

// What comes into the registers, as far as it depends on registers and on whether there is an
// access.
DynamicTable::Core::Next DynamicTable::Core::plan(bool access) const {
  Next n;
  const unsigned full_at = shape.stash - shape.reserve - table_pipeline_accesses;
  n.hold = state != State::Rest || count(stash_valid | busy) > (holds ? full_at / 2 : full_at);
  n.quiet = on_the_way == 0 && busy == 0 && (stash_valid == 0 || exhausted()) && n.hold == holds;
  n.issue_move = move_ready && !access;
  const Mask movable = stash_valid & ~busy;
  n.load_move = (state == State::Rest || state == State::Drain) && !exhausted() && movable != 0 &&
                (!move_ready || n.issue_move);
  if (n.load_move)
    n.load_index = lowest(movable);
  return n;
}

void DynamicTable::Core::issue(const Access& a, const Next& n) {
  Op& op = ops[now % 4];
  op.kind = a.enable ? Op::Kind::Access : n.issue_move ? Op::Kind::Move : Op::Kind::None;
  if (op.kind == Op::Kind::None)
    return;
  const std::uint8_t* key = a.enable ? a.key : own_key.data();
  locate(key, op);
  std::memcpy(&op_keys[now % 4 * bytes], key, bytes);
  op.insert = a.insert;
  op.remove = a.remove;
  op.stamp = a.stamp;
  op.index = own_index;
  op.pick = a.enable ? 0 : random_pick();
  ++on_the_way;
}

DynamicTable::Result DynamicTable::Core::clock(const Access& a) {
  if (!a.enable && still == still_clocks)
    return {};
  return clock_with_something(a);
}

DynamicTable::Result DynamicTable::Core::clock_with_something(const Access& a) {
  const Result out = result;
  result = {};
  const Next n = plan(a.enable);
  still = n.quiet && !holds && state == State::Rest && !a.enable ? still + 1 : 0;
  issue(a, n);
  if (n.load_move)
    std::memcpy(own_key.data(), key_of(rows_end + n.load_index), bytes);
  written[now % 3].fill(nowhere);
  const unsigned decided = (now + 1) % 4; // issued three clocks ago
  decide(ops[decided], &op_keys[decided * bytes]);
  control();
  if (n.load_move) {
    own_index = n.load_index;
    busy |= bit(n.load_index);
    step_random();
  }
  move_ready = n.load_move || (move_ready && !n.issue_move);
  age = holds ? std::min(age + 1, shape.reserve + rehash_margin) : 0;
  counters.held += holds;
  holds = n.hold;
  was_quiet = n.quiet;
  now = (now + 1) % 12;
  return out;
}

void DynamicTable::Core::decide(const Op& op, const std::uint8_t* key) {
  if (op.kind == Op::Kind::None)
    return;
  --on_the_way;
  if (op.kind == Op::Kind::Access)
    decide_access(op, key);
  else
    decide_move(op, key);
}

void DynamicTable::Core::put(std::uint32_t place, const std::uint8_t* key, std::uint32_t tag,
                             std::uint32_t slot) {
  std::memcpy(&keys[place * bytes], key, bytes);
  tag_of[place] = tag;
  slot_of[place] = slot;
  if (shape.lru)
    place_of[slot] = place;
  auto& now_written = written[now % 3];
  now_written[now_written[0] != nowhere] = place;
}

void DynamicTable::Core::put_in_stash(unsigned index, const std::uint8_t* key, std::uint32_t tag,
                                      std::uint32_t slot) {
  put(rows_end + index, key, tag, slot);
  stash_valid |= bit(index);
  counters.stash_high_water = std::max(counters.stash_high_water, count(stash_valid));
}

void DynamicTable::Core::remove(std::uint32_t place) {
  slot_of[place] = nowhere;
  if (place >= rows_end)
    stash_valid &= ~bit(place - rows_end);
  auto& now_written = written[now % 3];
  now_written[now_written[0] != nowhere] = place;
}

// The first free place in the way with the fewest entries in its row, the lowest way of several.
std::uint32_t DynamicTable::Core::choose(const Op& op, std::uint32_t but) const {
  std::uint32_t best = nowhere;
  unsigned best_count = shape.places;
  for (unsigned w = 0; w < shape.ways; ++w) {
    unsigned taken = 0;
    std::uint32_t first = nowhere;
    for (unsigned p = shape.places; p-- > 0;) {
      const std::uint32_t place = op.places[w * shape.places + p];
      if (slot_of[place] != nowhere)
        ++taken;
      else if (w * shape.places + p != but)
        first = place;
    }
    if (first != nowhere && taken < best_count) {
      best = first;
      best_count = taken;
    }
  }
  return best;
}

void DynamicTable::Core::decide_access(const Op& op, const std::uint8_t* key) {
  const std::uint32_t found = find_place(key, op);
  if (found != nowhere) {
    result = {.found = true, .hit = true, .slot = slot_of[found]};
    if (shape.lru)
      lru.touch(result.slot, op.stamp);
    if (op.remove) {
      slots.give(result.slot);
      remove(found);
    }
    return;
  }
  if (!op.insert || (full() && !shape.lru))
    return;
  const Mask free = ~(stash_valid | busy);
  std::uint32_t place = choose(op, nowhere), slot = 0;
  if (!full()) {
    slot = slots.take();
  } else {
    slot = lru.victim(op.stamp);
    // The victim's place is cleared in the same clock, so its memory can't take the new key.
    const std::uint32_t victim = place_of[slot];
    const auto memory = [&](std::uint32_t p) {
      return (p / shape.places >> shape.row_bits) * shape.places + p % shape.places;
    };
    if (place != nowhere && victim < rows_end && memory(victim) == memory(place))
      place = choose(op, memory(place));
    remove(victim);
  }
  result = {.found = false, .hit = true, .slot = slot};
  if (shape.lru)
    lru.touch(slot, op.stamp);
  if (place == nowhere) {
    put_in_stash(lowest(free), key, op.hash.tag, slot);
    tries = 0;
  } else {
    put(place, key, op.hash.tag, slot);
  }
}

void DynamicTable::Core::decide_move(const Op& op, const std::uint8_t* key) {
  busy &= ~bit(op.index);
  const std::uint32_t from = rows_end + op.index;
  if (!(stash_valid & bit(op.index)))
    return;
  ++counters.moves;
  const std::uint32_t slot = slot_of[from], place = choose(op, nowhere);
  if (place != nowhere) {
    slot_of[from] = nowhere;
    stash_valid &= ~bit(op.index);
    put(place, key, op.hash.tag, slot);
    tries = 0;
    return;
  }
  if (!exhausted())
    ++tries;
  const std::uint32_t other = op.places[op.pick];
  for (const auto& w : written)
    if (w[0] == other || w[1] == other)
      return;
  const std::uint32_t other_slot = slot_of[other], other_tag = tag_of[other];
  std::memcpy(&keys[from * bytes], key_of(other), bytes);
  tag_of[from] = other_tag;
  slot_of[from] = other_slot;
  if (shape.lru)
    place_of[other_slot] = from;
  put(other, key, op.hash.tag, slot);
}

void DynamicTable::Core::seed() {
  const std::uint32_t r = random;
  const auto b = [r](unsigned i) { return r >> i & 1; };
  new_mix.push_back(b(0) ^ (b(7) & b(13)) ^ (b(3) & b(21) & b(29)));
  step_random();
  tries = 0;
  scan_row = scan_pick = 0;
  all_seen = false;
  if (new_mix.size() < hash.mix_bits())
    return;
  hash.set_mix(new_mix);
  ++counters.rehashes;
  state = State::Drain;
}

// To the next place of the rows.
void DynamicTable::Core::scan_on() {
  scan_pick = (scan_pick + 1) % candidates;
  if (scan_pick == 0)
    ++scan_row;
  all_seen = scan_row >> shape.row_bits != 0;
}

bool DynamicTable::Core::belongs_at(std::uint32_t place) const {
  Op op;
  locate(key_of(place), op);
  return std::ranges::count(op.places.begin(), op.places.begin() + candidates, place) != 0;
}

void DynamicTable::Core::control() {
  const std::uint32_t looked_at =
      ((scan_pick / shape.places) << shape.row_bits | scan_row) * shape.places +
      scan_pick % shape.places;
  const auto go_on = [&] {
    scan_on();
    state = all_seen ? State::Drain : State::Scan;
  };
  switch (state) {
  case State::Rest:
    if (!holds || age != shape.reserve + rehash_margin || !exhausted() || !was_quiet)
      return;
    state = State::Seed;
    new_mix.clear();
    return;
  case State::Seed:
    return seed();
  case State::Scan:
    waited = 0;
    state = State::Scanned;
    return;
  case State::Scanned:
    if (++waited < look_clocks)
      return;
    if (slot_of[looked_at] == nowhere)
      return go_on();
    state = State::Hash;
    return;
  case State::Hash:
    state = State::Compare;
    return;
  case State::Compare:
    state = State::Lift;
    if (belongs_at(looked_at))
      go_on();
    return;
  case State::Lift: {
    const Mask free = ~(stash_valid | busy);
    put_in_stash(lowest(free), key_of(looked_at), tag_of[looked_at], slot_of[looked_at]);
    slot_of[looked_at] = nowhere;
    tries = 0;
    scan_on();
    state = State::Lifted;
    return;
  }
  case State::Lifted:
    state = State::Drain;
    return;
  case State::Drain:
    if (!was_quiet)
      return;
    if (count(stash_valid) == shape.stash) {
      state = State::Seed;
      new_mix.clear();
    } else {
      state = all_seen ? State::Rest : State::Scan;
    }
    return;
  }
}

bool DynamicTable::Core::settled() const {
  return state == State::Rest && !holds && !result.hit && !result.found && plan(false).quiet;
}

DynamicTable::Result DynamicTable::Core::host(const Access& a) {
  while (!settled())
    clock({});
  clock(a);
  for (int i = 0; i < 3; ++i)
    clock({});
  const Result out = clock({});
  while (!settled())
    clock({});
  return out;
}

DynamicTable::Entry DynamicTable::Core::place(std::uint32_t number) const {
  return slot_of[number] == nowhere ? Entry{} : Entry{key_of(number), slot_of[number]};
}

DynamicTable::DynamicTable(const Shape& s) : core_(std::make_unique<Core>(s)) {}

DynamicTable::DynamicTable(const pipeline::Pipeline& p, unsigned map)
    : DynamicTable(Shape{.key_bytes = p.maps[map].key_bytes,
                         .max_entries = p.maps[map].max_entries,
                         .ways = p.maps[map].ways,
                         .places = p.maps[map].places,
                         .row_bits = p.maps[map].row_bits,
                         .stash = p.maps[map].stash,
                         .reserve = pipeline::table_reserve(p, map),
                         .lru = p.maps[map].lru}) {}

DynamicTable::~DynamicTable() = default;
DynamicTable::DynamicTable(DynamicTable&&) noexcept = default;
DynamicTable& DynamicTable::operator=(DynamicTable&&) noexcept = default;

DynamicTable::Result DynamicTable::clock(const Access& a) { return core_->clock(a); }
DynamicTable::Result DynamicTable::next() const { return core_->result; }
bool DynamicTable::hold() const { return core_->holds; }
bool DynamicTable::settled() const { return core_->settled(); }

DynamicTable::Result DynamicTable::insert(const std::uint8_t* key) {
  return core_->host({.enable = true, .insert = true, .key = key});
}
DynamicTable::Result DynamicTable::remove(const std::uint8_t* key) {
  return core_->host({.enable = true, .remove = true, .key = key});
}
void DynamicTable::clear() { core_->restart(); }
void DynamicTable::settle() {
  while (!core_->settled())
    core_->clock({});
}

DynamicTable::Result DynamicTable::find(const std::uint8_t* key) const {
  Op op;
  core_->locate(key, op);
  const std::uint32_t place = core_->find_place(key, op);
  return place == nowhere ? Result{}
                          : Result{.found = true, .hit = true, .slot = core_->slot_of[place]};
}

void DynamicTable::for_each(
    const std::function<void(const std::uint8_t*, std::uint32_t)>& visit) const {
  for (std::uint32_t p = 0; p < place_count(); ++p)
    if (core_->slot_of[p] != nowhere)
      visit(core_->key_of(p), core_->slot_of[p]);
}

std::uint32_t DynamicTable::size() const { return core_->slots.used(); }
const DynamicTable::Shape& DynamicTable::shape() const { return core_->shape; }
const DynamicTable::Counters& DynamicTable::counters() const { return core_->counters; }
DynamicTable::Entry DynamicTable::place(std::uint32_t number) const { return core_->place(number); }
std::uint32_t DynamicTable::place_count() const { return core_->rows_end + core_->shape.stash; }

} // namespace pw
