#include "cli/map_access.h"

#include <algorithm>

namespace pw::cli {

using pipeline::Operation;
using pipeline::OpKind;
using pipeline::Pipeline;

namespace {

bool constant_zero(const Pipeline& p, pipeline::ValueId v) {
  for (const Operation& op : p.operations)
    if (op.result == v)
      return op.kind == OpKind::Constant && op.constant.words == std::vector<std::uint64_t>{0};
  return false;
}

void add(const Pipeline& p, const Operation& op, MapUse& use) {
  if (op.kind == OpKind::MapFind)
    ++use.lookups;
  else if (op.kind == OpKind::MapRead)
    ++use.reads;
  else if (op.kind == OpKind::MapWrite)
    ++use.writes;
  else if (op.kind == OpKind::MapAccess) {
    ++use.accesses;
    use.inserts |= !constant_zero(p, op.operands.at(2));
    use.removes |= !constant_zero(p, op.operands.at(3));
  }
}

bool names_map(OpKind kind) {
  return kind == OpKind::MapFind || kind == OpKind::MapAccess || kind == OpKind::MapRead ||
         kind == OpKind::MapWrite;
}

// Where a table is accessed its slots are not known yet: an interlock in front of that is for any
// two packets that access it.
bool accessed_in(const Pipeline& p, const pipeline::Region& r, unsigned map) {
  return std::ranges::any_of(p.operations, [&](const Operation& op) {
    return op.kind == OpKind::MapAccess && op.map == map && op.stage >= r.first_stage &&
           op.stage <= r.last_stage;
  });
}

// ... unless it is for those with the same key: {key, is accessed}.
bool by_key(const Pipeline& p, const pipeline::Interlock& lock) {
  return p.values[lock.handles[0]].width == 8 * p.maps[lock.map].key_bytes + 1;
}

std::string number_of(unsigned n, const std::string& one, const std::string& many) {
  return n == 1 ? "one " + one : std::to_string(n) + " " + many;
}

std::string wait_text(const MapWait& w) {
  return "packets wait in front of stage " + std::to_string(w.stage) + " for " +
         (w.keyed ? "one of the same entry" : "any other") + " among the last " +
         std::to_string(w.distance) + ": a conflict costs up to " + std::to_string(w.distance) +
         (w.distance == 1 ? " clock" : " clocks") +
         (w.when_full ? ", while it is nearly full" : "");
}

} // namespace

MapUse use_of_map(const Pipeline& p, unsigned map) {
  MapUse use;
  for (const Operation& op : p.operations)
    if (op.map == map && names_map(op.kind))
      add(p, op, use);
  for (const pipeline::Region& r : p.regions)
    for (const pipeline::Interlock& l : r.interlocks)
      if (l.map == map)
        use.waits.push_back({r.first_stage, l.distance,
                             !l.handles.empty() && (by_key(p, l) || !accessed_in(p, r, map)),
                             l.when_full});
  return use;
}

std::string text_of(const MapUse& use) {
  std::string text;
  auto part = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (use.accesses)
    part(number_of(use.accesses, "access", "accesses") + " a packet (look-up" +
         (use.inserts ? ", insertion" : "") + (use.removes ? ", deletion" : "") + ")");
  if (use.lookups)
    part(number_of(use.lookups, "look-up", "look-ups"));
  if (use.reads)
    part(number_of(use.reads, "read", "reads"));
  if (use.writes)
    part(number_of(use.writes, "write", "writes"));
  if (text.empty())
    text = "not accessed";
  else if (!use.writes && !use.inserts && !use.removes)
    text += "; read-only";
  else if (use.waits.empty())
    text += "; no interlock";
  for (const MapWait& w : use.waits)
    text += "; " + wait_text(w);
  return text;
}

Json json_of(const MapUse& use) {
  Json waits = Json::array();
  for (const MapWait& w : use.waits)
    waits.push_back({{"stage", w.stage},
                     {"clocks", w.distance},
                     {"same_entry_only", w.keyed},
                     {"when_full", w.when_full}});
  return {{"lookups", use.lookups}, {"accesses", use.accesses}, {"inserts", use.inserts},
          {"deletes", use.removes}, {"reads", use.reads},       {"writes", use.writes},
          {"interlocks", waits}};
}

} // namespace pw::cli
