#include "sim/kernel/lru_watch.h"

#include <algorithm>

namespace pw::kernel {

namespace {
// A map that stays just below its limit would be counted with every update. Giving up early is
// safe.
constexpr unsigned most_counts = 256;
} // namespace

std::uint32_t entries_without_eviction(std::uint32_t max_entries) {
  constexpr std::uint32_t largest_batch = 128;
  return max_entries - std::clamp(max_entries / 2, 1u, largest_batch);
}

LruWatch::LruWatch(const Object& object, std::function<std::size_t(unsigned map)> count)
    : count_(std::move(count)) {
  for (unsigned i = 0; i < object.maps.size(); ++i)
    if (const MapDefinition& m = object.maps[i];
        m.type == BPF_MAP_TYPE_LRU_HASH || m.type == BPF_MAP_TYPE_LRU_PERCPU_HASH)
      maps_.push_back({.map = i, .limit = entries_without_eviction(m.max_entries)});
}

void LruWatch::filled(unsigned map, std::size_t given, std::uint32_t next_packet) {
  for (Watched& w : maps_) {
    if (w.map != map)
      continue;
    w.entries = given;
    w.updates = updates_;
    if (given > w.limit)
      first_ = std::min(first_.value_or(next_packet), next_packet);
  }
}

void LruWatch::after_packet(std::uint32_t packet, std::uint64_t updates) {
  updates_ = updates;
  for (Watched& w : maps_) {
    if (first_ || w.entries + (updates - w.updates) <= w.limit)
      continue;
    w.entries = count_(w.map);
    w.updates = updates;
    if (w.entries > w.limit || ++w.counted > most_counts)
      first_ = packet;
  }
}

} // namespace pw::kernel
