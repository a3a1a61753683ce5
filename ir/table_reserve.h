// How long after its entrance into the region a packet may still access a Table, and how many
// packets that may be.
#pragma once

#include "ir/pipeline.h"

#include <algorithm>

namespace pw::pipeline {

// Calls f(operation, clocks) for each access: it is issued so many clocks after the packet entered.
template <class F> void for_each_access(const Pipeline& p, unsigned map, F&& f) {
  for (const Operation& o : p.operations) {
    if (o.kind != OpKind::MapAccess || o.map != map)
      continue;
    for (const Region& r : p.regions)
      if (o.stage >= r.first_stage && o.stage <= r.last_stage)
        f(o, o.stage - r.first_stage + 1);
  }
}

// Clocks between any two packets that enter the region of a stage, at least.
inline unsigned clocks_apart(const Pipeline& p, unsigned stage) {
  unsigned apart = 1;
  for (const Region& r : p.regions)
    for (const Interlock& lock : r.interlocks)
      if (stage >= r.first_stage && stage <= r.last_stage && lock.handles.empty() &&
          !lock.when_full)
        apart = std::max(apart, lock.distance + 1);
  return apart;
}

// How many accesses that may insert can still be issued once `hold` is high: packets that have
// entered the region before, in the clocks between its entrance and the stage of the access; where
// an interlock keeps all packets apart these are few. The parameter RESERVE of pw_table, and
// `reserve` of table_shape().
inline unsigned table_reserve(const Pipeline& p, unsigned map) {
  unsigned reserve = 0;
  for_each_access(p, map, [&](const Operation& o, unsigned clocks) {
    const unsigned apart = clocks_apart(p, o.stage);
    reserve += o.port == 0 ? (clocks + apart - 1) / apart : 0;
  });
  return reserve;
}

// Clocks after `hold` rose in which an access may still be issued. The parameter LAST of pw_table.
inline unsigned table_last(const Pipeline& p, unsigned map) {
  unsigned last = 0;
  for_each_access(p, map, [&](const Operation& o, unsigned clocks) {
    last = o.port == 0 ? last + clocks : std::max(last, clocks);
  });
  return last;
}

// Clocks until the result of an access is there. A look-up of an LRU map at a port of its own has
// waited for the access of its clock.
inline unsigned access_latency(const Map& m, unsigned port) {
  return m.find_latency + (m.lru && port > 0);
}

// Ports for look-ups besides the access port.
inline unsigned table_finds(const Pipeline& p, unsigned map) {
  unsigned finds = 0;
  for_each_access(p, map, [&](const Operation& o, unsigned) { finds = std::max(finds, o.port); });
  return finds;
}

// With at most so many free slots a packet that enters now might find the table full: packets on
// the way, the clocks of the table, and those until its count is known. The parameter MARGIN of
// pw_table.
inline unsigned table_margin(const Pipeline& p, unsigned map) { return table_reserve(p, map) + 8; }

// The handles of an interlock by key ({key, is accessed}) whose keys are only looked up: these are
// the last ones, and don't conflict with each other.
inline unsigned look_handles(const Pipeline& p, const Interlock& lock) {
  const auto made_by = [&](ValueId v) {
    return std::find_if(p.operations.begin(), p.operations.end(),
                        [&](const Operation& o) { return o.result == v; });
  };
  const auto changes = [&](const Operation& o) {
    return std::any_of(o.operands.begin() + 2, o.operands.begin() + 4, [&](ValueId v) {
      const auto by = made_by(v);
      return by->kind != OpKind::Constant || by->constant.words != std::vector<std::uint64_t>{0};
    });
  };
  unsigned looks = 0;
  for (ValueId handle : lock.handles) {
    const auto by = made_by(handle);
    if (by == p.operations.end() || p.values[handle].width != 8 * p.maps[lock.map].key_bytes + 1 ||
        by->kind != OpKind::Concat || by->operands.size() != 2)
      return 0;
    bool accessed = false, changed = false;
    for_each_access(p, lock.map, [&](const Operation& o, unsigned) {
      if (o.operands[1] == by->operands[1]) {
        accessed = true;
        changed |= changes(o);
      }
    });
    looks = accessed && !changed ? looks + 1 : 0;
  }
  return looks;
}

} // namespace pw::pipeline
