#include "sim/interp/map_store.h"

#include "sim/interp/array_store.h"
#include "sim/interp/hash_store.h"
#include "sim/interp/lpm_store.h"
#include "sim/maps/contents.h"

#include <algorithm>

namespace pw::interp {

namespace {
constexpr std::size_t lock_bytes = 4; // of struct bpf_spin_lock
}

MapStore::MapStore(const MapDefinition& definition)
    : definition_(definition), stride_(std::max<std::size_t>(definition.value_size, 1)) {}

std::span<std::uint8_t> MapStore::value(Element element) {
  return std::span(bytes_).subspan(element * stride_, definition_.value_size);
}

Element MapStore::new_element() {
  const Element fresh = elements();
  bytes_.resize(bytes_.size() + stride_);
  return fresh;
}

void MapStore::set(Element element, ByteSpan bytes) {
  const auto target = value(element);
  const std::size_t n = std::min(target.size(), bytes.size());
  std::copy_n(bytes.begin(), n, target.begin());
  std::fill(target.begin() + static_cast<std::ptrdiff_t>(n), target.end(), 0);
  if (definition_.spin_lock)
    std::ranges::fill(target.subspan(*definition_.spin_lock, lock_bytes), std::uint8_t{0});
}

namespace {

std::unique_ptr<MapStore> store_of_type(const MapDefinition& definition) {
  switch (definition.type) {
  case BPF_MAP_TYPE_ARRAY:
  case BPF_MAP_TYPE_PERCPU_ARRAY:
    return std::make_unique<ArrayStore>(definition);
  case BPF_MAP_TYPE_HASH:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    return std::make_unique<HashStore>(definition);
  case BPF_MAP_TYPE_LPM_TRIE:
    return std::make_unique<LpmStore>(definition);
  case BPF_MAP_TYPE_PROG_ARRAY:
    return std::make_unique<ProgramStore>(definition);
  case BPF_MAP_TYPE_ARRAY_OF_MAPS:
  case BPF_MAP_TYPE_HASH_OF_MAPS:
    return std::make_unique<InnerStore>(definition);
  case BPF_MAP_TYPE_QUEUE:
  case BPF_MAP_TYPE_STACK:
    return std::make_unique<QueueStore>(definition);
  case BPF_MAP_TYPE_BLOOM_FILTER:
    return std::make_unique<FilterStore>(definition);
  default:
    break;
  }
  if (is_redirect_map(definition.type))
    return std::make_unique<RedirectStore>(definition);
  return std::make_unique<OpaqueStore>(definition);
}

} // namespace

std::unique_ptr<MapStore> make_map_store(const MapDefinition& definition) {
  if (definition.role == MapRole::Routes) { // as many as the host has
    MapDefinition roomy = definition;
    roomy.max_entries = ~0u;
    return store_of_type(roomy);
  }
  return definition.role == MapRole::Own ? store_of_type(definition)
                                         : std::make_unique<OpaqueStore>(definition);
}

} // namespace pw::interp
