// Packets that some engine can't run must not reach the maps of the others before they are compared
// with that engine. So there are two passes: all engines over the packets that all can run, then,
// if that left packets out, the engines that can run everything over everything.
#include "sim/diff/diff.h"

#include "sim/diff/lockstep.h"
#include "sim/diff/minimise.h"

#include <algorithm>
#include <set>

namespace pw {

namespace {

// Some of the packets, with their places in the whole.
struct Selection {
  std::vector<Packet> packets;
  std::vector<std::size_t> places;
};

Selection without(std::span<const Packet> packets, const std::set<std::size_t>& left_out) {
  Selection selection;
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (!left_out.contains(i)) {
      selection.packets.push_back(packets[i]);
      selection.places.push_back(i);
    }
  return selection;
}

class Comparison {
public:
  Comparison(std::span<const DiffEngine> engines, std::span<const Packet> packets,
             const MapState& maps, const DiffOptions& options)
      : engines_(engines), packets_(packets), maps_(maps), options_(options) {
    result_.unsupported.resize(engines.size());
    result_.maps = maps;
  }

  DiffResult run() {
    const LockstepResult all = run_lockstep(engines_, packets_, maps_, options_);
    const bool everything =
        std::ranges::all_of(all.unsupported, [](const auto& packets) { return packets.empty(); });
    if (everything)
      finish(all, engines_, {packets_.begin(), packets_.end()});
    else
      run_in_two_passes();
    return std::move(result_);
  }

private:
  void run_in_two_passes() {
    std::set<std::size_t> left_out;
    std::vector<DiffEngine> complete;
    for (std::size_t e = 0; e < engines_.size(); ++e) {
      const auto cannot = unsupported_packets(engines_[e], packets_, maps_, options_);
      result_.unsupported[e] = cannot.size();
      left_out.insert(cannot.begin(), cannot.end());
      if (cannot.empty())
        complete.push_back(engines_[e]);
    }
    const Selection common = without(packets_, left_out);
    LockstepResult first = run_lockstep(engines_, common.packets, maps_, options_);
    finish(first, engines_, common.packets);
    if (result_.difference) {
      if (result_.difference->packet)
        result_.difference->packet = common.places.at(*result_.difference->packet);
      return;
    }
    if (complete.size() < 2)
      return;
    const LockstepResult second = run_lockstep(complete, packets_, maps_, options_);
    finish(second, complete, {packets_.begin(), packets_.end()});
  }

  void finish(const LockstepResult& outcome, std::span<const DiffEngine> engines,
              std::vector<Packet> packets) {
    result_.compared = std::max(result_.compared, outcome.compared);
    result_.difference = outcome.difference;
    if (!result_.evicted)
      result_.evicted = outcome.evicted;
    result_.followed = std::max(result_.followed, outcome.followed);
    if (!outcome.difference || !options_.minimise)
      return;
    std::vector<DiffEngine> pair;
    for (const DiffEngine& engine : engines)
      for (const DiffValue& value : outcome.difference->values)
        if (engine.name == value.engine)
          pair.push_back(engine);
    SmallCase small = minimise(pair, std::move(packets), maps_, *outcome.difference, options_);
    result_.packets = std::move(small.packets);
    result_.maps = std::move(small.maps);
    result_.minimised = std::move(small.difference);
  }

  std::span<const DiffEngine> engines_;
  std::span<const Packet> packets_;
  const MapState& maps_;
  const DiffOptions& options_;
  DiffResult result_;
};

} // namespace

DiffResult diff_engines(std::span<const DiffEngine> engines, std::span<const Packet> packets,
                        const MapState& maps, const DiffOptions& options) {
  return Comparison(engines, packets, maps, options).run();
}

} // namespace pw
