// Hash maps: plain, per-CPU and LRU.
#pragma once

#include "sim/interp/lru_slots.h"
#include "sim/interp/map_store.h"

#include <unordered_map>

namespace pw::interp {

// Elements are recycled in the order in which Linux does it on one CPU: a deleted element is the
// next to be used (last in, first out); a pre-allocated table keeps one spare element, which an
// update of an existing key swaps with the old one. Per-CPU values are updated in place, and so is
// what is there with BPF_F_LOCK. An LRU table that is full evicts (lru_slots.h).
class HashStore : public MapStore {
public:
  explicit HashStore(const MapDefinition&);
  std::optional<Element> find(ByteSpan key) override;
  int update(ByteSpan key, ByteSpan value, std::uint64_t flags) override;
  int remove(ByteSpan key) override;
  MapContents contents() override;
  void replace(const MapContents&) override;

private:
  struct Entry {
    Element element = 0;
    LruSlots::Slot slot = 0; // LRU only
  };
  using Table = std::unordered_map<std::string, Entry>;

  Element take();
  Element replacement(Element old);
  int replace_value(Entry&, ByteSpan value, bool in_place);
  int insert(const std::string& key, ByteSpan value);
  LruSlots::Slot take_slot(const std::string& key);
  void erase(Table::iterator);

  bool per_cpu_, lru_, preallocated_;
  Table table_;
  std::optional<LruSlots> slots_; // LRU only
  std::vector<Element> free_;
  std::optional<Element> spare_;
};

} // namespace pw::interp
