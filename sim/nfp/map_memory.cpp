#include "sim/nfp/map_memory.h"

#include "sim/maps/contents.h"
#include "sim/nfp/stop.h"

#include <algorithm>

namespace pw::me {

namespace {

constexpr std::uint64_t base = std::uint64_t{0x80} << 32; // of external memory
constexpr unsigned map_shift = 32;                        // each map has 4 GiB of addresses

std::size_t stride(const interp::MapStore& store) {
  return std::max<std::size_t>((store.definition().value_size + 7) / 8 * 8, 8);
}

void turn_words(std::vector<std::uint8_t>& value, const std::vector<bool>& counters) {
  for (std::size_t word = 0; word < counters.size(); ++word)
    if (counters[word] && value.size() >= 4 * word + 4)
      std::reverse(value.begin() + static_cast<std::ptrdiff_t>(4 * word),
                   value.begin() + static_cast<std::ptrdiff_t>(4 * word + 4));
}

[[noreturn]] void outside(std::uint64_t address) {
  throw Stop("PW-ME-009",
             "address " + std::to_string(address) + " of external memory is in no map value");
}

void demand_same(const MapDefinition& map, const TableEntry& table) {
  if (map.type != table.type || map.key_size != table.key_size ||
      map.value_size != table.value_size || map.max_entries != table.max_entries)
    throw Failure(diagnose("PW-ME-001", "not a program for the micro-engine simulator: map '" +
                                            table.name + "' is another one in the object"));
}

} // namespace

MapMemory::MapMemory(const Object& object, const std::vector<TableEntry>& tables) {
  for (const MapDefinition& map : object.maps)
    slots_.push_back({interp::make_map_store(map), {}});
  for (const TableEntry& table : tables) {
    const auto map = std::ranges::find(object.maps, table.name, &MapDefinition::name);
    if (map == object.maps.end())
      throw Failure(diagnose("PW-ME-001", "not a program for the micro-engine simulator: the "
                                          "object has no map '" +
                                              table.name + "'"));
    demand_same(*map, table);
    const auto at = static_cast<std::size_t>(map - object.maps.begin());
    by_id_[table.id] = at;
    slots_[at].counters = table.counters;
  }
  for (Slot& slot : slots_)
    if (has_contents(slot.store->definition()))
      slot.store->replace(turned(slot, slot.store->contents()));
}

MapContents MapMemory::turned(const Slot& slot, MapContents contents) const {
  if (std::ranges::find(slot.counters, true) != slot.counters.end())
    for (auto& [key, value] : contents)
      turn_words(value, slot.counters);
  return contents;
}

void MapMemory::replace(const MapState& state) {
  for (Slot& slot : slots_)
    if (const auto given = state.find(slot.store->definition().name); given != state.end())
      slot.store->replace(turned(slot, given->second));
}

MapState MapMemory::state() {
  MapState out;
  for (const Slot& slot : slots_)
    if (has_contents(slot.store->definition()))
      out[slot.store->definition().name] = turned(slot, slot.store->contents());
  return out;
}

void MapMemory::begin_packet(std::uint32_t index) {
  for (Slot& slot : slots_)
    slot.store->begin_packet(index);
}

interp::MapStore& MapMemory::table(std::uint32_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end())
    throw Stop("PW-ME-014", "there is no table " + std::to_string(id));
  return *slots_[found->second].store;
}

ValueAddress MapMemory::address(std::uint32_t id, interp::Element element) {
  const interp::MapStore& store = table(id);
  const std::uint64_t start = base + (std::uint64_t{by_id_.at(id)} << map_shift);
  return {static_cast<std::uint32_t>(start >> 8),
          static_cast<std::uint32_t>(element * stride(store))};
}

MapMemory::Found MapMemory::find(std::uint64_t address) {
  const std::uint64_t map = (address - base) >> map_shift;
  if (address < base || map >= slots_.size())
    outside(address);
  interp::MapStore& store = *slots_[map].store;
  const std::uint64_t offset = address & ((std::uint64_t{1} << map_shift) - 1);
  if (offset / stride(store) >= store.elements())
    outside(address);
  return {store.value(static_cast<interp::Element>(offset / stride(store))),
          offset % stride(store)};
}

void MapMemory::read(std::uint64_t address, std::span<Byte> out) {
  const Found found = find(address);
  if (found.offset >= found.value.size() ||
      found.offset + out.size() > (found.value.size() + 7) / 8 * 8)
    outside(address);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t at = found.offset + i;
    out[i] = at < found.value.size() ? Byte{found.value[at], true} : Byte{0, false};
  }
}

std::span<std::uint8_t> MapMemory::writable(std::uint64_t address, std::size_t n) {
  const Found found = find(address);
  if (found.offset + n > found.value.size())
    outside(address);
  return found.value.subspan(found.offset, n);
}

} // namespace pw::me
