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
      preallocated_((map.flags & BPF_F_NO_PREALLOC) == 0) {}

std::optional<Element> HashStore::find(ByteSpan key) {
  const auto entry = table_.find(text(key));
  if (entry == table_.end())
    return std::nullopt;
  touch(entry->second);
  return entry->second.element;
}

int HashStore::update(ByteSpan key, ByteSpan bytes, std::uint64_t flags) {
  if (flags > BPF_EXIST)
    return -EINVAL;
  const auto entry = table_.find(text(key));
  if (entry != table_.end())
    return flags == BPF_NOEXIST ? -EEXIST : replace_value(entry->second, bytes);
  return flags == BPF_EXIST ? -ENOENT : insert(text(key), bytes);
}

int HashStore::replace_value(Entry& entry, ByteSpan bytes) {
  if (!per_cpu_)
    entry.element = replacement(entry.element);
  set(entry.element, bytes);
  touch(entry);
  return 0;
}

int HashStore::insert(const std::string& key, ByteSpan bytes) {
  if (table_.size() >= definition().max_entries) {
    if (!lru_)
      return -E2BIG;
    erase(table_.find(ages_.front()));
  }
  const Element element = take();
  set(element, bytes);
  const auto age = lru_ ? ages_.insert(ages_.end(), key) : ages_.end();
  table_.emplace(key, Entry{element, age});
  return 0;
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
    ages_.erase(entry->second.age);
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

void HashStore::touch(Entry& entry) {
  if (lru_)
    ages_.splice(ages_.end(), ages_, entry.age);
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
  for (const auto& [key, bytes] : given)
    insert(text(key), bytes);
}

} // namespace pw::interp
