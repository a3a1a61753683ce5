#include "sim/interp/array_store.h"

#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"

#include <cerrno>

namespace pw::interp {

namespace {
std::uint32_t slot_of(ByteSpan key) {
  return key[0] | key[1] << 8 | key[2] << 16 | static_cast<std::uint32_t>(key[3]) << 24;
}
} // namespace

ArrayStore::ArrayStore(const MapDefinition& map) : MapStore(map) {
  for (std::uint32_t i = 0; i < map.max_entries; ++i)
    new_element();
  if (!map.initial.empty() && map.max_entries != 0)
    set(0, map.initial);
}

std::optional<Element> ArrayStore::find(ByteSpan key) {
  const std::uint32_t slot = slot_of(key);
  return slot < definition().max_entries ? std::optional(slot) : std::nullopt;
}

int ArrayStore::update(ByteSpan key, ByteSpan bytes, std::uint64_t flags) {
  if ((flags & ~std::uint64_t{BPF_F_LOCK}) > BPF_EXIST)
    return -EINVAL;
  const auto slot = find(key);
  if (!slot)
    return -E2BIG;
  if ((flags & BPF_NOEXIST) != 0)
    return -EEXIST;
  if ((flags & BPF_F_LOCK) != 0 && !definition().spin_lock)
    return -EINVAL;
  set(*slot, bytes);
  return 0;
}

int ArrayStore::remove(ByteSpan) { return -EINVAL; }

MapContents ArrayStore::contents() {
  MapContents all;
  for (std::uint32_t i = 0; i < definition().max_entries; ++i) {
    const auto bytes = value(i);
    all.emplace_hint(all.end(), index_key(i), Bytes(bytes.begin(), bytes.end()));
  }
  return all;
}

void ArrayStore::replace(const MapContents& given) {
  for (std::uint32_t i = 0; i < definition().max_entries; ++i)
    set(i, {});
  for (const auto& [key, bytes] : given)
    set(slot_of(key), bytes);
}

std::optional<Element> RedirectStore::find(ByteSpan key) {
  const auto slot = slots_.find(Bytes(key.begin(), key.end()));
  return slot == slots_.end() ? std::nullopt : std::optional(slot->second);
}

int RedirectStore::update(ByteSpan, ByteSpan, std::uint64_t) { return -EINVAL; }
int RedirectStore::remove(ByteSpan) { return -EINVAL; }

MapContents RedirectStore::contents() {
  MapContents all;
  for (const auto& [key, element] : slots_) {
    const auto bytes = value(element).first(4);
    all.emplace(key, Bytes(bytes.begin(), bytes.end()));
  }
  return all;
}

void RedirectStore::replace(const MapContents& given) {
  slots_.clear();
  for (const auto& [key, bytes] : given) {
    const Element element = new_element();
    set(element, bytes);
    slots_.emplace(key, element);
  }
}

ProgramStore::ProgramStore(const MapDefinition& definition)
    : MapStore(definition), slots_(initial_contents(definition)) {}

int ProgramStore::update(ByteSpan, ByteSpan, std::uint64_t) { return -EINVAL; }
int ProgramStore::remove(ByteSpan) { return -EINVAL; }

std::optional<std::string> ProgramStore::program(std::uint32_t slot) const {
  const auto found = slots_.find(index_key(slot));
  if (found == slots_.end())
    return std::nullopt;
  return std::string(found->second.begin(), found->second.end());
}

int InnerStore::update(ByteSpan, ByteSpan, std::uint64_t) { return -EINVAL; }
int InnerStore::remove(ByteSpan) { return -EINVAL; }

std::optional<std::string> InnerStore::inner(ByteSpan key) const {
  const auto found = slots_.find(Bytes(key.begin(), key.end()));
  if (found == slots_.end())
    return std::nullopt;
  return std::string(found->second.begin(), found->second.end());
}

int QueueStore::update(ByteSpan, ByteSpan, std::uint64_t) { return -EINVAL; }
int QueueStore::remove(ByteSpan) { return -EINVAL; }

int QueueStore::push(ByteSpan value, std::uint64_t flags) {
  if (flags != 0 && flags != BPF_EXIST)
    return -EINVAL;
  if (values_.size() >= definition().max_entries) {
    if (flags == 0)
      return -E2BIG;
    values_.pop_front(); // the oldest, also of a stack
  }
  values_.emplace_back(value.begin(), value.end());
  return 0;
}

std::optional<Bytes> QueueStore::next(bool remove) {
  if (values_.empty())
    return std::nullopt;
  Bytes value = stack() ? values_.back() : values_.front();
  if (remove && stack())
    values_.pop_back();
  else if (remove)
    values_.pop_front();
  return value;
}

MapContents QueueStore::contents() {
  MapContents all;
  for (std::uint32_t i = 0; i < values_.size(); ++i)
    all.emplace(place_key(i), stack() ? values_[values_.size() - 1 - i] : values_[i]);
  return all;
}

void QueueStore::replace(const MapContents& given) {
  values_.clear();
  for (const auto& [place, value] : given)
    if (stack())
      values_.push_front(value);
    else
      values_.push_back(value);
}

int FilterStore::push(ByteSpan value, std::uint64_t flags) {
  if (flags != BPF_ANY)
    return -EINVAL;
  bloom_push(definition(), value, words_);
  return 0;
}

bool FilterStore::may_hold(ByteSpan value) const {
  return bloom_holds(definition(), value, words_);
}

void FilterStore::replace(const MapContents& given) { words_ = bloom_bits(definition(), given); }

int OpaqueStore::update(ByteSpan, ByteSpan, std::uint64_t) { return -EINVAL; }
int OpaqueStore::remove(ByteSpan) { return -EINVAL; }

} // namespace pw::interp
