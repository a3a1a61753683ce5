#include "sim/interp/lpm_store.h"

#include "sim/maps/contents.h"

#include <algorithm>
#include <cerrno>

namespace pw::interp {

namespace {
std::uint32_t length_of(ByteSpan key) { return key_index(Bytes(key.begin(), key.begin() + 4)); }
} // namespace

LpmStore::LpmStore(const MapDefinition& map) : MapStore(map), bits_((map.key_size - 4) * 8) {}

// The first `length` bits of the key, and the length itself.
std::string LpmStore::prefix(ByteSpan key, std::uint32_t length) const {
  std::string masked(key.begin() + 4, key.end());
  for (std::uint32_t i = 0; i < masked.size(); ++i) {
    const std::uint32_t left = length > i * 8 ? length - i * 8 : 0;
    if (left < 8)
      masked[i] = static_cast<char>(masked[i] & (0xff00 >> left));
  }
  const auto bytes = index_key(length);
  masked.append(bytes.begin(), bytes.end());
  return masked;
}

std::optional<Element> LpmStore::find(ByteSpan key) {
  const std::uint32_t most = length_of(key);
  if (most > bits_)
    return std::nullopt;
  for (std::uint32_t length = most + 1; length-- > 0;)
    if (const auto entry = table_.find(prefix(key, length)); entry != table_.end())
      return entry->second.element;
  return std::nullopt;
}

// Linux gives an element back only when no program can hold it any more (bpf_mem_cache_free_rcu).
Element LpmStore::element() {
  if (free_.empty() || free_.front().packet == packet())
    return new_element();
  const Element e = free_.front().element;
  free_.pop_front();
  return e;
}

int LpmStore::update(ByteSpan key, ByteSpan bytes, std::uint64_t flags) {
  if (flags > BPF_EXIST || length_of(key) > bits_)
    return -EINVAL;
  const std::string id = prefix(key, length_of(key));
  const auto entry = table_.find(id);
  if (entry != table_.end() && flags == BPF_NOEXIST)
    return -EEXIST;
  if (entry == table_.end() && flags == BPF_EXIST)
    return -ENOENT;
  if (entry == table_.end() && table_.size() >= definition().max_entries)
    return -ENOSPC;
  const Element fresh = element();
  if (entry != table_.end())
    free(entry->second.element);
  set(fresh, bytes);
  table_[id] = {Bytes(key.begin(), key.end()), fresh};
  return 0;
}

int LpmStore::remove(ByteSpan key) {
  if (length_of(key) > bits_)
    return -EINVAL;
  const auto entry = table_.find(prefix(key, length_of(key)));
  if (entry == table_.end())
    return -ENOENT;
  free(entry->second.element);
  table_.erase(entry);
  return 0;
}

MapContents LpmStore::contents() {
  MapContents all;
  for (const auto& [id, entry] : table_) {
    const auto bytes = value(entry.element);
    all.emplace(entry.key, Bytes(bytes.begin(), bytes.end()));
  }
  return all;
}

void LpmStore::replace(const MapContents& given) {
  for (const auto& [id, entry] : table_)
    free(entry.element);
  table_.clear();
  for (const auto& [key, bytes] : given)
    update(key, bytes, BPF_ANY);
}

} // namespace pw::interp
