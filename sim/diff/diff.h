// Several engines over the same packets in lock step; the first difference, made small.
#pragma once

#include "sim/engine.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pw {

// An engine whose LRU maps have room for more than max_entries, so that it never evicts: what an
// engine that evicts by a rule of its own (Engine::first_eviction) is compared with from then on.
struct Guide {
  std::function<std::unique_ptr<Engine>()> make;
  std::map<std::string, std::size_t> lru; // LRU maps and their max_entries
};

struct DiffOptions {
  bool compare_trace = false;
  bool compare_cycles = true; // among engines that have them
  bool minimise = true;
  unsigned max_trials = 200; // runs while minimising
  unsigned chunk = 256;      // packets between two looks at the results
  std::optional<Guide> guide;
  std::size_t followed_entries = 2'000'000; // of maps, looked at packet by packet with the guide
};

struct DiffValue {
  std::string engine; // name
  std::string value;  // of `field`, for people: "XDP_TX (3)", "60", hex bytes
};

struct Difference {
  std::optional<std::size_t> packet; // index; none for a map at the end
  std::string field;  // "verdict", "retval", "length", "bytes", "redirect", "queue", "trace", "cycle_in",
                      // "cycle_out", "map NAME", "error"
  std::string detail; // where inside: "byte 14", "key 00 00 00 01"
  std::vector<DiffValue> values; // one an engine that was compared
};

struct DiffResult {
  std::optional<Difference> difference; // of the whole input
  // With minimise: a small input that shows a difference in the same field, and that difference.
  std::vector<Packet> packets;
  MapState maps; // initial
  std::optional<Difference> minimised;
  std::size_t compared = 0;             // packets
  std::vector<std::size_t> unsupported; // by engine: packets it could not run
  // From this packet on an engine (Engine::first_eviction) was not compared with the others any
  // more: it may have evicted other entries from an LRU map.
  std::optional<std::size_t> evicted;
  std::size_t followed = 0; // packets behind that which were compared with the guide
};

struct DiffEngine {
  std::string name;
  std::function<std::unique_ptr<Engine>()> make; // a fresh one, maps as the object says
};

// maps: set in every engine before the first packet. Throws what the engines' factories throw.
DiffResult diff_engines(std::span<const DiffEngine>, std::span<const Packet>, const MapState& maps,
                        const DiffOptions& = {});

} // namespace pw
