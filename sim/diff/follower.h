// Comparison with an engine that evicts entries of LRU maps by a rule of its own
// (Engine::first_eviction). Before each packet a guide, which never evicts, is given the engine's
// own maps; after it the results must be the same and what is left in the engine's LRU maps must be
// entries of the guide, no more than the map holds, the new one among them. All other maps must be
// equal.
#pragma once

#include "sim/diff/compare.h"

namespace pw {

class Follower {
public:
  // maps: initial; before: packets that the engine has run already.
  Follower(const Guide&, const MapState& maps, std::span<const Packet> before);

  // Packets that the engine ran without being followed.
  void pass(std::span<const Packet>);

  struct Step {
    bool unsupported = false;
    std::optional<Mismatch> mismatch; // first: the engine's value, second: what was expected
  };
  // Runs one packet on the engine, and on the guide.
  Step step(Engine&, const Packet&, const DiffOptions&);

  std::size_t entries() const { return entries_; } // of maps that were looked at so far

private:
  std::optional<Mismatch> expect(Engine& guide, const MapState& before, const Packet&,
                                 const PacketResult&, const MapState& after, const DiffOptions&);
  std::optional<Mismatch> compare_states(const MapState& before, const MapState& after,
                                         const MapState& guide) const;
  std::optional<Mismatch> compare_lru(const std::string& name, const MapContents& before,
                                      const MapContents& after, const MapContents& guide) const;
  MapState without_evicted(const MapState& before, const MapState& after) const;

  const Guide& guide_;
  std::unique_ptr<Engine> first_;  // all of the engine's entries are there while the packet runs
  std::unique_ptr<Engine> second_; // those that the packet evicts are gone when it comes
  std::optional<MapState> before_;
  std::size_t entries_ = 0;
};

} // namespace pw
