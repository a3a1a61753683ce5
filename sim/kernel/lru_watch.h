// From when on Linux may have evicted entries of an LRU map: by lists of its own, which nobody else
// can follow.
#pragma once

#include "frontend/object/object.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace pw::kernel {

// Linux hands the elements of an LRU map out to a processor in batches, and evicts as soon as a
// batch can't be filled: at most 128, or half of the map (so from Linux 6.16 on;
// before that, maps of a few hundred entries evict earlier).
std::uint32_t entries_without_eviction(std::uint32_t max_entries);

class LruWatch {
public:
  // `count` gives the number of entries of a map of the object. It is asked seldom: in between,
  // every update is taken for a new entry.
  LruWatch(const Object&, std::function<std::size_t(unsigned map)> count);

  // The host has written a map.
  void filled(unsigned map, std::size_t given, std::uint32_t next_packet);
  // `updates`: calls of bpf_map_update_elem of all packets so far.
  void after_packet(std::uint32_t packet, std::uint64_t updates);
  std::optional<std::uint32_t> first_eviction() const { return first_; }

private:
  struct Watched {
    unsigned map = 0;
    std::uint64_t limit = 0;   // of entries
    std::uint64_t entries = 0; // when they were counted, `updates` ago
    std::uint64_t updates = 0;
    unsigned counted = 0;
  };

  std::function<std::size_t(unsigned map)> count_;
  std::vector<Watched> maps_;
  std::uint64_t updates_ = 0;
  std::optional<std::uint32_t> first_;
};

} // namespace pw::kernel
