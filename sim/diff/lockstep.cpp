#include "sim/diff/lockstep.h"

#include "sim/diff/compare.h"
#include "sim/diff/follower.h"

#include <algorithm>

namespace pw {

namespace {

std::unique_ptr<Engine> started(const DiffEngine& engine, const MapState& maps) {
  auto made = engine.make();
  if (!maps.empty())
    made->set_maps(maps);
  return made;
}

// One pass over the packets with one engine of each kind.
class Lockstep {
public:
  Lockstep(std::span<const DiffEngine> engines, const DiffOptions& options, const MapState& maps)
      : engines_(engines), options_(options), maps_(maps), followers_(engines.size()) {
    result_.unsupported.resize(engines.size());
    for (const DiffEngine& engine : engines)
      running_.push_back(started(engine, maps));
  }

  LockstepResult run(std::span<const Packet> packets) {
    packets_ = packets;
    const std::size_t step = std::max(1u, options_.chunk);
    for (std::size_t at = 0; at < packets.size() && !finished(); at += step)
      chunk(packets.subspan(at, std::min(step, packets.size() - at)), at);
    if (!finished())
      compare_final_maps();
    return std::move(result_);
  }

private:
  bool finished() const {
    return result_.difference ||
           std::ranges::any_of(result_.unsupported, [](const auto& list) { return !list.empty(); });
  }

  void chunk(std::span<const Packet> packets, std::size_t first) {
    std::vector<std::vector<PacketResult>> results;
    for (std::size_t e = 0; e < running_.size(); ++e)
      results.push_back(followed(e, first) ? follow(e, packets, first) : running_[e]->run(packets));
    const std::size_t end = pending_ ? *pending_->packet - first : packets.size();
    for (std::size_t i = 0; i < end && !finished(); ++i)
      packet(results, i, first + i);
    if (pending_ && !finished())
      result_.difference = std::move(pending_);
  }

  // From the chunk behind the one in which the engine may have evicted something.
  bool followed(std::size_t engine, std::size_t first) const {
    return options_.guide && first > 0 && evicted(engine, first - 1);
  }

  // The results are for what they say about unsupported packets: the guide compares.
  std::vector<PacketResult> follow(std::size_t e, std::span<const Packet> packets,
                                   std::size_t first) {
    auto& follower = followers_[e];
    if (!follower)
      follower = std::make_unique<Follower>(*options_.guide, maps_, packets_.first(first));
    std::vector<PacketResult> results(packets.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      if (follower->entries() > options_.followed_entries) {
        std::ranges::move(running_[e]->run(packets.subspan(i)),
                          results.begin() + std::ptrdiff_t(i));
        break;
      }
      const Follower::Step step = follower->step(*running_[e], packets[i], options_);
      results[i].unsupported = step.unsupported;
      result_.followed += step.unsupported ? 0 : 1;
      if (step.mismatch) { // another engine may differ before
        Difference found = difference(*step.mismatch, first + i, {engines_[e].name, "expected"});
        if (!pending_ || *pending_->packet > first + i)
          pending_ = std::move(found);
        break;
      }
    }
    return results;
  }

  static Difference difference(const Mismatch& m, std::optional<std::size_t> packet,
                               const std::pair<std::string, std::string>& names) {
    return {.packet = packet,
            .field = m.field,
            .detail = m.detail,
            .values = {{names.first, m.first}, {names.second, m.second}}};
  }

  void packet(const std::vector<std::vector<PacketResult>>& results, std::size_t i,
              std::size_t index) {
    for (std::size_t e = 0; e < running_.size(); ++e)
      if (results[e].at(i).unsupported)
        result_.unsupported[e].push_back(index);
    if (finished())
      return;
    ++result_.compared;
    compare(index, [&](std::size_t a, std::size_t b) {
      return compare_results(results[a][i], results[b][i], options_);
    });
  }

  void compare_final_maps() {
    std::vector<MapState> states;
    for (const auto& engine : running_)
      states.push_back(engine->maps());
    compare(std::nullopt,
            [&](std::size_t a, std::size_t b) { return compare_maps(states[a], states[b]); });
  }

  // May the engine have evicted entries by a rule of its own before the end of this packet (of
  // all)?
  bool evicted(std::size_t engine, std::optional<std::size_t> packet) const {
    const auto first = running_[engine]->first_eviction();
    return first && (!packet || *first <= *packet);
  }

  // Every pair, because cycles are compared among timed engines only.
  template <typename Compare> void compare(std::optional<std::size_t> packet, const Compare& pair) {
    for (std::size_t a = 0; a < running_.size(); ++a)
      for (std::size_t b = a + 1; b < running_.size(); ++b)
        if (evicted(a, packet) || evicted(b, packet)) {
          result_.evicted = result_.evicted ? result_.evicted : packet;
        } else if (const auto mismatch = pair(a, b)) {
          result_.difference = difference(*mismatch, packet, {engines_[a].name, engines_[b].name});
          return;
        }
  }

  std::span<const DiffEngine> engines_;
  const DiffOptions& options_;
  const MapState& maps_;
  std::span<const Packet> packets_;
  std::vector<std::unique_ptr<Engine>> running_;
  std::vector<std::unique_ptr<Follower>> followers_; // by engine, from its first eviction on
  std::optional<Difference> pending_;                // of followed engines, in this chunk
  LockstepResult result_;
};

} // namespace

LockstepResult run_lockstep(std::span<const DiffEngine> engines, std::span<const Packet> packets,
                            const MapState& maps, const DiffOptions& options) {
  return Lockstep(engines, options, maps).run(packets);
}

std::vector<std::size_t> unsupported_packets(const DiffEngine& engine,
                                             std::span<const Packet> packets, const MapState& maps,
                                             const DiffOptions& options) {
  const auto running = started(engine, maps);
  std::vector<std::size_t> found;
  const std::size_t step = std::max(1u, options.chunk);
  for (std::size_t at = 0; at < packets.size(); at += step) {
    const auto results = running->run(packets.subspan(at, std::min(step, packets.size() - at)));
    for (std::size_t i = 0; i < results.size(); ++i)
      if (results[i].unsupported)
        found.push_back(at + i);
  }
  return found;
}

} // namespace pw
