#include "sim/interp/hash_store.h"

#include "sim/maps/contents.h"

#include <cerrno>

namespace pw::interp {

namespace {

std::string text(ByteSpan key) { return {key.begin(), key.end()}; }

bool is_lru(bpf_map_type type) {
  return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

} // namespace

HashStore::HashStore(const MapDefinition& map)
    : MapStore(map), per_cpu_(is_per_cpu_map(map.type)), lru_(is_lru(map.type)),
      preallocated_((map.flags & BPF_F_NO_PREALLOC) == 0) {
  if (lru_)
    slots_.emplace(map.max_entries);
}

std::optional<Element> HashStore::find(ByteSpan key) {
  const auto entry = table_.find(text(key));
  if (entry == table_.end())
    return std::nullopt;
  if (lru_)
    slots_->touch(entry->second.slot, packet());
  return entry->second.element;
}

int HashStore::update(ByteSpan key, ByteSpan bytes, std::uint64_t flags) {
  const bool lock = (flags & BPF_F_LOCK) != 0 && definition().spin_lock && !lru_ && !per_cpu_;
  const std::uint64_t mode = lock ? flags & ~std::uint64_t{BPF_F_LOCK} : flags;
  if (mode > BPF_EXIST)
    return -EINVAL;
  const auto entry = table_.find(text(key));
  if (entry == table_.end())
    return mode == BPF_EXIST ? -ENOENT : insert(text(key), bytes);
  if (lru_)
    slots_->touch(entry->second.slot, packet());
  return mode == BPF_NOEXIST ? -EEXIST : replace_value(entry->second, bytes, lock || per_cpu_);
}

int HashStore::replace_value(Entry& entry, ByteSpan bytes, bool in_place) {
  if (!in_place)
    entry.element = replacement(entry.element);
  set(entry.element, bytes);
  return 0;
}

int HashStore::insert(const std::string& key, ByteSpan bytes) {
  if (!lru_ && table_.size() >= definition().max_entries)
    return -E2BIG;
  const LruSlots::Slot slot = lru_ ? take_slot(key) : 0;
  const Element element = take();
  set(element, bytes);
  table_.emplace(key, Entry{element, slot});
  return 0;
}

LruSlots::Slot HashStore::take_slot(const std::string& key) {
  if (const auto slot = slots_->take(key, packet()))
    return *slot;
  const LruSlots::Slot slot = slots_->victim(packet());
  const auto evicted = table_.find(slots_->key_of(slot));
  free_.push_back(evicted->second.element);
  table_.erase(evicted);
  slots_->reuse(slot, key, packet());
  return slot;
}

int HashStore::remove(ByteSpan key) {
  const auto entry = table_.find(text(key));
  if (entry == table_.end())
    return -ENOENT;
  erase(entry);
  return 0;
}

void HashStore::erase(Table::iterator entry) {
  if (lru_)
    slots_->release(entry->second.slot);
  free_.push_back(entry->second.element);
  table_.erase(entry);
}

Element HashStore::take() {
  if (free_.empty())
    return new_element();
  const Element element = free_.back();
  free_.pop_back();
  return element;
}

// The element for the new value of a key that had `old`.
Element HashStore::replacement(Element old) {
  if (!preallocated_ || lru_) {
    const Element fresh = take();
    free_.push_back(old);
    return fresh;
  }
  const Element fresh = spare_ ? *spare_ : new_element();
  spare_ = old;
  return fresh;
}

MapContents HashStore::contents() {
  MapContents all;
  for (const auto& [key, entry] : table_) {
    const auto bytes = value(entry.element);
    all.emplace(Bytes(key.begin(), key.end()), Bytes(bytes.begin(), bytes.end()));
  }
  return all;
}

void HashStore::replace(const MapContents& given) {
  while (!table_.empty())
    erase(table_.begin());
  if (lru_)
    slots_->clear();
  begin_packet(0); // entries from the host count as used by the first packet
  for (const auto& [key, bytes] : given)
    insert(text(key), bytes);
}

} // namespace pw::interp
