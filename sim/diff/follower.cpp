#include "sim/diff/follower.h"

#include <algorithm>

namespace pw {

namespace {

std::unique_ptr<Engine> started(const Guide& guide, const MapState& maps) {
  auto made = guide.make();
  if (!maps.empty())
    made->set_maps(maps);
  return made;
}

std::string name_of(const std::string& map) { return "map " + map; }

std::size_t entries_of(const MapState& state) {
  std::size_t sum = 0;
  for (const auto& [name, contents] : state)
    sum += contents.size();
  return sum;
}

} // namespace

Follower::Follower(const Guide& guide, const MapState& maps, std::span<const Packet> before)
    : guide_(guide), first_(started(guide, maps)), second_(started(guide, maps)) {
  pass(before);
}

// For the sake of packet numbers, which random numbers and times depend on.
void Follower::pass(std::span<const Packet> packets) {
  first_->run(packets);
  second_->run(packets);
  before_.reset();
}

Follower::Step Follower::step(Engine& engine, const Packet& packet, const DiffOptions& options) {
  if (!before_)
    before_ = engine.maps();
  const PacketResult result = engine.run({&packet, 1}).front();
  MapState after = engine.maps();
  entries_ += entries_of(after);
  Step step{.unsupported = result.unsupported, .mismatch = std::nullopt};
  if (!step.unsupported) {
    step.mismatch = expect(*first_, *before_, packet, result, after, options);
    // An entry may have been evicted before the packet came to look for it.
    const MapState left = without_evicted(*before_, after);
    const auto other = expect(*second_, left, packet, result, after, options);
    if (!other)
      step.mismatch.reset();
  } else {
    pass({&packet, 1});
  }
  before_ = std::move(after);
  return step;
}

std::optional<Mismatch> Follower::expect(Engine& guide, const MapState& before,
                                         const Packet& packet, const PacketResult& result,
                                         const MapState& after, const DiffOptions& options) {
  guide.set_maps(before);
  const PacketResult expected = guide.run({&packet, 1}).front();
  if (auto mismatch = compare_results(result, expected, options))
    return mismatch;
  return compare_states(before, after, guide.maps());
}

std::optional<Mismatch> Follower::compare_states(const MapState& before, const MapState& after,
                                                 const MapState& guide) const {
  MapState exact = after, expected = guide;
  for (const auto& [name, size] : guide_.lru) {
    exact.erase(name);
    expected.erase(name);
    if (auto mismatch = compare_lru(name, before.at(name), after.at(name), guide.at(name)))
      return mismatch;
  }
  return compare_maps(exact, expected);
}

std::optional<Mismatch> Follower::compare_lru(const std::string& name, const MapContents& before,
                                              const MapContents& after,
                                              const MapContents& guide) const {
  const std::size_t room = guide_.lru.at(name);
  if (after.size() > room)
    return Mismatch{name_of(name), "entries", std::to_string(after.size()),
                    "at most " + std::to_string(room)};
  for (const auto& [key, value] : after) {
    const auto expected = guide.find(key);
    if (expected == guide.end() || expected->second != value)
      return Mismatch{name_of(name), "key " + hex_text(key), hex_text(value),
                      expected == guide.end() ? "no entry" : hex_text(expected->second)};
  }
  std::vector<const MapContents::value_type*> added;
  for (const auto& entry : guide)
    if (!before.contains(entry.first))
      added.push_back(&entry);
  // Of several new ones the last may have evicted the first.
  if (added.size() == 1 && !after.contains(added.front()->first))
    return Mismatch{name_of(name), "key " + hex_text(added.front()->first), "no entry",
                    hex_text(added.front()->second)};
  return std::nullopt;
}

MapState Follower::without_evicted(const MapState& before, const MapState& after) const {
  MapState left = before;
  for (const auto& [name, size] : guide_.lru) {
    const MapContents& remaining = after.at(name);
    std::erase_if(left.at(name),
                  [&](const auto& entry) { return !remaining.contains(entry.first); });
  }
  return left;
}

} // namespace pw
