#include "sim/rtl/memories.h"

#include "support/lpm.h"

#include <algorithm>

namespace pw::rtl {

using pipeline::MapKind;

namespace {

// Puts an integer of `bytes` bytes at a bit of a row, which is zero there.
void put_bits(std::uint8_t* row, unsigned at, const std::uint8_t* integer, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) {
    row[at / 8 + i] |= std::uint8_t(integer[i] << at % 8);
    if (at % 8 != 0)
      row[at / 8 + i + 1] |= std::uint8_t(integer[i] >> (8 - at % 8));
  }
}

// A row of a longest-prefix match: {last key of the interval, handle}.
unsigned lpm_row_bytes(const pipeline::Map& map) {
  return (8 * (map.key_bytes - 4) + map.handle_bits + 7) / 8;
}

std::size_t lpm_rows(const pipeline::Map& map) {
  return lpm_shape(map.max_entries, map.key_bytes - 4).intervals;
}

std::vector<std::uint8_t> lpm_row(const pipeline::Map& map, const std::uint8_t* last,
                                  std::uint64_t handle) {
  std::vector<std::uint8_t> row(lpm_row_bytes(map)), key(last, last + map.key_bytes - 4);
  std::reverse(key.begin(), key.end()); // as an integer
  for (unsigned i = 0; i < (map.handle_bits + 7) / 8; ++i)
    row[i] = std::uint8_t(handle >> 8 * i);
  put_bits(row.data(), map.handle_bits, key.data(), unsigned(key.size()));
  return row;
}

// As they are after reset: what is behind the last interval stays so.
std::vector<std::uint8_t> empty_lpm_rows(const pipeline::Map& map) {
  const std::vector<std::uint8_t> ones(map.key_bytes - 4, 0xff);
  const auto row = lpm_row(map, ones.data(), 0);
  std::vector<std::uint8_t> rows;
  for (std::size_t i = 0; i < lpm_rows(map); ++i)
    rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

std::vector<std::uint8_t> wanted_lpm_rows(const MapTable& table) {
  std::vector<std::uint8_t> rows = empty_lpm_rows(table.map());
  for (std::size_t i = 0; i < table.lpm().rows(); ++i) {
    const auto row = lpm_row(table.map(), table.lpm().last(i), table.lpm().handle(i));
    std::copy(row.begin(), row.end(), rows.begin() + std::ptrdiff_t(i * row.size()));
  }
  return rows;
}

} // namespace

Memories::Memories(HostPort& port, HostTables& tables) : port_(port), tables_(tables) {
  for (unsigned m = 0; m < tables.size(); ++m) {
    const auto& map = tables.table(m).map();
    if (map.kind == MapKind::Table) {
      keys_.emplace_back(port, m, map);
    } else if (map.kind == MapKind::Lpm) {
      shadows_.push_back({m, 0, lpm_row_bytes(map), false, empty_lpm_rows(map)});
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
  if (table.map().kind == MapKind::Lpm)
    return wanted_lpm_rows(table);
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
      port_.access(
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
      port_.access({shadow.map, shadow.table, first * count, (end - first) * count,
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
