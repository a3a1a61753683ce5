#include "sim/tables/table_core.h"

#include "ir/table_reserve.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pw {

using namespace table_core;

DynamicTable::Core::Core(const Shape& s)
    : shape(s), bytes(s.key_bytes), candidates(s.ways * s.places),
      rows_end((s.ways * s.places) << s.row_bits), hash(s.key_bytes, s.row_bits),
      slots(s.max_entries), lru(s.lru ? s.max_entries : 0), slot_of(rows_end + s.stash),
      tag_of(rows_end + s.stash), keys((rows_end + s.stash) * bytes),
      place_of(s.lru ? s.max_entries : 0), op_keys(4 * bytes), own_key(bytes) {
  if (s.prefixes) {
    prefixes = std::make_unique<PrefixTable>(s);
    return;
  }
  if (candidates > max_places || s.stash > max_stash || s.stash < s.reserve + 5 ||
      s.row_bits > max_row_bits)
    throw Failure(diagnose("PW-INT-001", "a table with " + std::to_string(candidates) +
                                             " places a key, 2^" + std::to_string(s.row_bits) +
                                             " rows and a stash of " + std::to_string(s.stash) +
                                             " can't be simulated"));
  shape.last = std::max(shape.last, shape.reserve);
  for (auto& q : queries)
    q.assign(shape.finds, {false, false, std::vector<std::uint8_t>(bytes), 0});
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
  on_the_way = queries_on_the_way = 0;
  for (auto& all : queries)
    for (Query& q : all)
      q.enable = false;
  found.assign(shape.finds, {});
  found_before = found;
  to_remove = nowhere;
  result = {};
  stash_valid = busy = 0;
  move_ready = holds = was_quiet = false;
  tries = age = still = 0;
  crowded = few_slots();
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
  n.crowded = few_slots();
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

void DynamicTable::Core::issue(std::span<const Find> finds) {
  auto& issued = queries[now % 4];
  for (std::size_t i = 0; i < issued.size(); ++i) {
    Query& q = issued[i];
    q.enable = i < finds.size() && finds[i].enable;
    if (!q.enable)
      continue;
    q.remove = finds[i].remove;
    q.stamp = finds[i].stamp;
    std::copy_n(finds[i].key, bytes, q.key.begin());
    ++queries_on_the_way;
  }
}

DynamicTable::Result DynamicTable::Core::clock(const Access& a, std::span<const Find> finds) {
  bool looks = false, removes = false;
  for (const Find& f : finds) {
    looks |= f.enable;
    removes |= f.enable && f.remove;
  }
  if (looks)
    still = 0;
  if (!a.enable && still == still_clocks)
    return {};
  return clock_with_something(a, finds, a.enable || removes);
}

DynamicTable::Result DynamicTable::Core::clock_with_something(const Access& a,
                                                              std::span<const Find> finds,
                                                              bool access) {
  const Result out = result;
  result = {};
  const Next n = plan(access);
  still = n.quiet && !holds && state == State::Rest && !access && queries_on_the_way == 0
              ? still + 1
              : 0;
  issue(a, n);
  issue(finds);
  if (n.load_move)
    std::memcpy(own_key.data(), key_of(rows_end + n.load_index), bytes);
  written[now % 3].fill(nowhere);
  found_before.swap(found);
  if (!shape.lru)
    decide_finds();
  const unsigned decided = (now + 1) % 4; // issued three clocks ago
  decide(ops[decided], &op_keys[decided * bytes]);
  remove_found();
  if (shape.lru)
    decide_finds();
  control();
  if (n.load_move) {
    own_index = n.load_index;
    busy |= bit(n.load_index);
    step_random();
  }
  move_ready = n.load_move || (move_ready && !n.issue_move);
  age = holds ? std::min(age + 1, shape.last + rehash_margin) : 0;
  counters.held += holds;
  holds = n.hold;
  was_quiet = n.quiet;
  crowded = n.crowded;
  now = (now + 1) % 12;
  return out;
}

// In a clock look-ups come before the access; LRU: behind it.
void DynamicTable::Core::decide_finds() {
  auto& decided = queries[(now + 1) % 4];
  for (std::size_t i = 0; i < decided.size(); ++i) {
    Query& q = decided[i];
    found[i] = {};
    if (!std::exchange(q.enable, false))
      continue;
    --queries_on_the_way;
    Op op;
    locate(q.key.data(), op);
    const std::uint32_t place = find_place(q.key.data(), op);
    if (place == nowhere)
      continue;
    found[i] = {.found = true, .hit = true, .slot = slot_of[place]};
    if (shape.lru)
      lru.touch(slot_of[place], q.stamp);
    if (q.remove)
      to_remove = place;
  }
}

// The access of the same clock has not seen that.
void DynamicTable::Core::remove_found() {
  if (to_remove == nowhere)
    return;
  slots.give(slot_of[to_remove]);
  remove(std::exchange(to_remove, nowhere));
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
  *std::ranges::find(written[now % 3], nowhere) = place;
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
  *std::ranges::find(written[now % 3], nowhere) = place;
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
  const std::uint32_t at = find_place(key, op);
  if (at != nowhere) {
    result = {.found = true, .hit = true, .slot = slot_of[at]};
    if (shape.lru)
      lru.touch(result.slot, op.stamp);
    if (op.remove) {
      slots.give(result.slot);
      remove(at);
    }
    return;
  }
  if (!op.insert || (full() && !shape.lru))
    return;
  const Mask free = ~(stash_valid | busy);
  std::uint32_t cleared = to_remove, slot = 0;
  if (!full()) {
    slot = slots.take();
  } else {
    slot = lru.victim(op.stamp);
    cleared = place_of[slot];
  }
  // A place that is cleared in the same clock keeps its memory from taking the new key.
  std::uint32_t place = choose(op, nowhere);
  if (place != nowhere && cleared < rows_end && memory(cleared) == memory(place))
    place = choose(op, memory(place));
  if (cleared != to_remove)
    remove(cleared);
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
    if (std::ranges::find(w, other) != w.end())
      return;
  const std::uint32_t other_slot = slot_of[other], other_tag = tag_of[other];
  std::memcpy(&keys[from * bytes], key_of(other), bytes);
  tag_of[from] = other_tag;
  slot_of[from] = other_slot;
  if (shape.lru)
    place_of[other_slot] = from;
  put(other, key, op.hash.tag, slot);
}

} // namespace pw
