// Changes of the hash functions, and operations of the host (pw_table_control).
#include "sim/tables/table_core.h"

#include <algorithm>

namespace pw {

using namespace table_core;

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
    if (!holds || age != shape.last + rehash_margin || !exhausted() || !was_quiet)
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
  const Next n = plan(false);
  const auto answered = [](const Result& r) { return !r.hit && !r.found; };
  return state == State::Rest && !holds && answered(result) && n.quiet && n.crowded == crowded &&
         queries_on_the_way == 0 && std::ranges::all_of(found, answered) &&
         std::ranges::all_of(found_before, answered);
}

DynamicTable::Result DynamicTable::Core::host(const Access& a) {
  while (!settled())
    clock({}, {});
  clock(a, {});
  for (int i = 0; i < 3; ++i)
    clock({}, {});
  const Result out = clock({}, {});
  while (!settled())
    clock({}, {});
  return out;
}

DynamicTable::Entry DynamicTable::Core::place(std::uint32_t number) const {
  return slot_of[number] == nowhere ? Entry{} : Entry{key_of(number), slot_of[number]};
}

} // namespace pw
