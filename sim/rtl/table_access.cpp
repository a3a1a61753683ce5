#include "sim/rtl/table_access.h"

#include "ir/prefixes.h"
#include "support/table_shape.h"

#include <algorithm>
#include <vector>

namespace pw::rtl {

namespace {

// Bits [first, first + count) of little-endian bytes, at most 56.
std::uint64_t bits(const std::uint8_t* bytes, unsigned first, unsigned count) {
  std::uint64_t word = 0;
  for (unsigned i = 0; i <= (first % 8 + count - 1) / 8; ++i)
    word |= std::uint64_t{bytes[first / 8 + i]} << (8 * i);
  return word >> (first % 8) & ((std::uint64_t{1} << count) - 1);
}

} // namespace

TableAccess::TableAccess(HostPort& port, unsigned map, const pipeline::Map& table)
    : port_(&port), map_(map), key_bytes_(table.key_bytes),
      slot_bits_(table_slot_bits(table.max_entries)),
      places_(holds_prefixes(table)
                  ? table.max_entries
                  : ((table.ways << table.row_bits) * table.places) + table.stash) {}

// Data is {key, operation}.
std::uint64_t TableAccess::operate(Operation operation, const std::uint8_t* key) {
  std::vector<std::uint8_t> data(std::max(8u, key_bytes_ + 1));
  data[0] = std::uint8_t(operation);
  for (unsigned i = 0; key && i < key_bytes_; ++i) {
    data[i] |= std::uint8_t(key[i] << 2);
    data[i + 1] = key[i] >> 6;
  }
  std::vector<std::uint8_t> answer(data.size());
  port_->access({map_, 0, 0, 1, std::uint32_t(data.size()), true, data.data(), answer.data()});
  return bits(answer.data(), 0, slot_bits_ + 2);
}

bool TableAccess::load(const MapTable& host) {
  if (host.loads() == loads_)
    return false;
  loads_ = host.loads();
  operate(Operation::Empty, nullptr);
  for (std::uint32_t slot = 0; slot < host.map().slots && host.occupied(slot); ++slot)
    if (operate(Operation::Insert, host.key(slot)) != (std::uint64_t{slot} << 1 | 1))
      throw Failure(diagnose("PW-RTL-105", "the hardware does not keep to its protocol: map '" +
                                               host.map().name + "' gives key number " +
                                               std::to_string(slot) + " another slot"));
  return true;
}

// A place is {key, slot, valid}.
void TableAccess::dump(MapTable& host) {
  const unsigned row_bytes = key_bytes_ + 5;
  std::vector<std::uint8_t> rows(std::size_t(places_) * row_bytes);
  port_->access({map_, 0, 0, places_, row_bytes, false, rows.data(), nullptr});
  host.forget_keys();
  std::vector<std::uint8_t> key(key_bytes_);
  for (std::uint32_t place = 0; place < places_; ++place) {
    const std::uint8_t* row = &rows[std::size_t(place) * row_bytes];
    if (!(row[0] & 1))
      continue;
    for (unsigned i = 0; i < key_bytes_; ++i)
      key[i] = std::uint8_t(bits(row, 1 + slot_bits_ + 8 * i, 8));
    host.set_key(std::uint32_t(bits(row, 1, slot_bits_)), key.data());
  }
}

} // namespace pw::rtl
