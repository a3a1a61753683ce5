#include "sim/tables/map_table.h"

#include "ir/prefixes.h"
#include "sim/maps/contents.h"

#include <algorithm>
#include <cstring>

namespace pw {

using pipeline::MapKind;

MapTable::MapTable(const pipeline::Map& map, const MapDefinition& definition)
    : map_(&map), host_value_bytes_(is_redirect_map(definition.type) ? 4 : definition.value_size) {
  for (const auto& column : map.columns)
    columns_.emplace_back(std::size_t(map.slots) * column.count * column.bytes);
  if (map.kind == MapKind::Present || map.kind == MapKind::Table)
    present_.resize(map.slots);
  if (map.kind == MapKind::Table)
    keys_.resize(std::size_t(map.slots) * map.key_bytes);
  if (map.kind == MapKind::Hash)
    hash_.emplace(map.ways, map.row_bits, map.key_bytes);
  if (map.kind == MapKind::Lpm)
    lpm_.emplace(map.key_bytes - 4);
}

void MapTable::clear() {
  for (auto& column : columns_)
    std::fill(column.begin(), column.end(), std::uint8_t{0});
  std::fill(present_.begin(), present_.end(), std::uint8_t{0});
  if (hash_)
    hash_->clear();
  next_slot_ = 0;
  if (lpm_)
    lpm_->clear();
  rest_.clear();
}

void MapTable::load(const MapContents& contents) {
  clear();
  ++loads_;
  for (const auto& [key, value] : contents)
    set_value(place(key), value);
  if (lpm_)
    lpm_->build();
}

void MapTable::forget_keys() { std::fill(present_.begin(), present_.end(), std::uint8_t{0}); }

void MapTable::set_key(std::uint32_t slot, const std::uint8_t* key) {
  present_.at(slot) = 1;
  std::copy_n(key, map_->key_bytes, &keys_[std::size_t(slot) * map_->key_bytes]);
}

std::uint32_t MapTable::place(const std::vector<std::uint8_t>& key) {
  if (map_->kind == MapKind::Table) {
    set_key(next_slot_, key.data());
    return next_slot_++;
  }
  if (lpm_)
    return lpm_->add(key);
  if (map_->kind == MapKind::Present)
    present_[key_index(key)] = 1;
  if (map_->kind != MapKind::Hash)
    return key_index(key);
  const auto slot =
      hash_->insert(key, [this](std::uint32_t from, std::uint32_t to) { move_value(from, to); });
  if (!slot)
    throw Failure(diagnose("PW-MAP-090",
                           "the keys of map '" + map_->name + "' can't be placed in its hash table")
                      .limited(std::to_string(map_->slots) + " slots in " +
                                   std::to_string(map_->ways) + " ways",
                               "all rows of one of the keys are taken by others")
                      .help("raise max_entries, so that the table has more rows"));
  return *slot;
}

void MapTable::move_value(std::uint32_t from, std::uint32_t to) {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const std::size_t bytes = std::size_t(map_->columns[c].count) * map_->columns[c].bytes;
    std::memcpy(&columns_[c][to * bytes], &columns_[c][from * bytes], bytes);
  }
  rest_.erase(to);
  if (auto node = rest_.extract(from)) {
    node.key() = to;
    rest_.insert(std::move(node));
  }
}

namespace {
std::size_t size_in_value(const pipeline::Column& column, std::size_t value_bytes) {
  const std::size_t bytes = std::size_t(column.count) * column.bytes;
  return column.offset >= value_bytes ? 0 : std::min(bytes, value_bytes - column.offset);
}

bool any_nonzero(const std::vector<std::uint8_t>& bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; });
}
} // namespace

void MapTable::set_value(std::uint32_t slot, const std::vector<std::uint8_t>& value) {
  std::vector<std::uint8_t> uncovered = value;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const auto& column = map_->columns[c];
    const std::size_t stride = std::size_t(column.count) * column.bytes;
    const std::size_t size = size_in_value(column, value.size());
    std::uint8_t* words = columns_[c].data() + slot * stride;
    std::memset(words, 0, stride);
    std::copy_n(value.begin() + column.offset, size, words);
    std::fill_n(uncovered.begin() + column.offset, size, std::uint8_t{0});
  }
  rest_.erase(slot);
  if (any_nonzero(uncovered))
    rest_.emplace(slot, std::move(uncovered));
}

std::vector<std::uint8_t> MapTable::value(std::uint32_t slot) const {
  std::vector<std::uint8_t> value(host_value_bytes_);
  if (const auto rest = rest_.find(slot); rest != rest_.end())
    value = rest->second;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const auto& column = map_->columns[c];
    const std::size_t stride = std::size_t(column.count) * column.bytes;
    const std::size_t size = size_in_value(column, value.size());
    if (size != 0)
      std::memcpy(&value[column.offset], columns_[c].data() + slot * stride, size);
  }
  return value;
}

MapContents MapTable::contents() const {
  MapContents contents;
  for (std::uint32_t slot = 0; slot < map_->slots; ++slot) {
    if (!occupied(slot))
      continue;
    if (map_->kind == MapKind::Hash || map_->kind == MapKind::Table || lpm_)
      contents.emplace(std::vector<std::uint8_t>(key(slot), key(slot) + map_->key_bytes),
                       value(slot));
    else
      contents.emplace(index_key(slot), value(slot));
  }
  return contents;
}

bool MapTable::occupied(std::uint32_t slot) const {
  switch (map_->kind) {
  case MapKind::Array:
    return slot < map_->max_entries;
  case MapKind::Present:
  case MapKind::Table:
    return present_[slot] != 0;
  case MapKind::Hash:
    return hash_->valid(slot);
  case MapKind::Lpm:
    return slot < lpm_->size();
  }
  return false;
}

const std::uint8_t* MapTable::key(std::uint32_t slot) const {
  if (lpm_)
    return lpm_->key(slot);
  return map_->kind == MapKind::Table ? &keys_[std::size_t(slot) * map_->key_bytes]
                                      : hash_->key(slot);
}

std::uint64_t MapTable::find(const std::uint8_t* key) const {
  std::uint32_t slot = 0;
  if (lpm_)
    return lpm_->find(key);
  if (map_->kind == MapKind::Hash) {
    const auto found = hash_->find(key);
    return found ? std::uint64_t{*found} << 1 | 1 : 0;
  }
  std::memcpy(&slot, key, sizeof slot);
  return slot < map_->slots && occupied(slot) ? std::uint64_t{slot} << 1 | 1 : 0;
}

} // namespace pw
