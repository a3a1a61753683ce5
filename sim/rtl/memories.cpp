#include "sim/rtl/memories.h"

#include <algorithm>

namespace pw::rtl {

using pipeline::MapKind;

Memories::Memories(Simulator& simulator, HostTables& tables)
    : simulator_(simulator), tables_(tables) {
  for (unsigned m = 0; m < tables.size(); ++m) {
    const auto& map = tables.table(m).map();
    if (map.kind == MapKind::Table) {
      keys_.emplace_back(simulator, m, map);
    } else if (map.kind != MapKind::Array) {
      const unsigned bytes = map.kind == MapKind::Hash ? map.key_bytes + 1 : 1;
      shadows_.push_back({m, 0, bytes, false, std::vector<std::uint8_t>(map.slots * bytes)});
    }
    for (unsigned c = 0; c < map.columns.size(); ++c)
      shadows_.push_back({m, 1 + c, map.columns[c].bytes, map.columns[c].written,
                          std::vector<std::uint8_t>(tables.table(m).column(c).size())});
  }
}

// Rows as the hardware should hold them. Table 0 of a hash map is {key, valid}.
std::vector<std::uint8_t> Memories::wanted(const Shadow& shadow) const {
  const MapTable& table = tables_.table(shadow.map);
  if (shadow.table != 0)
    return table.column(shadow.table - 1);
  std::vector<std::uint8_t> rows(shadow.rows.size());
  for (unsigned slot = 0; slot < table.map().slots; ++slot) {
    if (!table.occupied(slot))
      continue;
    std::uint8_t* row = &rows[std::size_t(slot) * shadow.row_bytes];
    row[0] = 1;
    for (unsigned i = 0; table.map().kind == MapKind::Hash && i < table.map().key_bytes; ++i) {
      row[i] |= std::uint8_t(table.key(slot)[i] << 1);
      row[i + 1] = table.key(slot)[i] >> 7;
    }
  }
  return rows;
}

void Memories::write_differing(Shadow& shadow, std::vector<std::uint8_t> rows) {
  const std::size_t bytes = shadow.row_bytes;
  for (std::size_t row = 0; row * bytes < rows.size(); ++row) {
    std::uint8_t* data = &rows[row * bytes];
    if (!shadow.known || !std::equal(data, data + bytes, &shadow.rows[row * bytes]))
      simulator_.access(
          {shadow.map, shadow.table, std::uint32_t(row), 1, shadow.row_bytes, true, data, nullptr});
  }
  shadow.rows = std::move(rows);
  shadow.known = true;
}

// Slots that were empty when the columns were last read hold what packets have left there.
void Memories::forget(unsigned map) {
  for (Shadow& shadow : shadows_)
    if (shadow.map == map && shadow.written)
      shadow.known = false;
}

void Memories::load() {
  for (TableAccess& keys : keys_)
    if (keys.load(tables_.table(keys.map())))
      forget(keys.map());
  for (Shadow& shadow : shadows_)
    write_differing(shadow, wanted(shadow));
}

// Runs of slots that hold entries; what stands in the others does not matter.
void Memories::read_written(Shadow& shadow) {
  MapTable& table = tables_.table(shadow.map);
  const unsigned count = table.map().columns[shadow.table - 1].count;
  const std::size_t slot_bytes = std::size_t(count) * shadow.row_bytes;
  const unsigned slots = table.map().slots;
  for (unsigned first = 0; first < slots; ++first) {
    unsigned end = first;
    while (end < slots && table.occupied(end))
      ++end;
    if (end > first)
      simulator_.access({shadow.map, shadow.table, first * count, (end - first) * count,
                         shadow.row_bytes, false, &shadow.rows[first * slot_bytes], nullptr});
    first = end;
  }
  table.column(shadow.table - 1) = shadow.rows;
}

void Memories::dump() {
  for (TableAccess& keys : keys_)
    keys.dump(tables_.table(keys.map()));
  for (Shadow& shadow : shadows_)
    if (shadow.written)
      read_written(shadow);
}

} // namespace pw::rtl
