#include "sim/diff/minimise.h"

#include "sim/diff/lockstep.h"

#include <algorithm>

namespace pw {

namespace {

class Minimiser {
public:
  Minimiser(std::span<const DiffEngine> engines, SmallCase start, const DiffOptions& options)
      : engines_(engines), options_(options), best_(std::move(start)), trials_(options.max_trials) {
  }

  SmallCase run() {
    cut_behind();
    keep_last_only();
    drop_packets();
    drop_maps();
    drop_entries();
    shorten_packets();
    return std::move(best_);
  }

private:
  // Keeps the case if it still shows a difference in the same field.
  bool attempt(std::vector<Packet> packets, MapState maps) {
    if (trials_ == 0)
      return false;
    --trials_;
    try {
      auto result = run_lockstep(engines_, packets, maps, options_);
      if (!result.difference || result.difference->field != best_.difference.field)
        return false;
      best_ = {std::move(packets), std::move(maps), std::move(*result.difference)};
      return true;
    } catch (const Failure&) {
      return false; // another problem than the one we are after
    }
  }

  void cut_behind() {
    if (best_.difference.packet)
      best_.packets.resize(std::min(best_.packets.size(), *best_.difference.packet + 1));
  }

  void keep_last_only() {
    if (best_.packets.size() > 1)
      attempt({best_.packets.back()}, best_.maps);
  }

  // Delta debugging: leaves out runs of packets, from halves down to single ones.
  void drop_packets() {
    for (std::size_t run = best_.packets.size() / 2; run > 0; run /= 2)
      for (std::size_t end = best_.packets.size(); end > 0 && trials_ > 0;) {
        const std::size_t begin = end > run ? end - run : 0;
        auto fewer = best_.packets;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(begin),
                    fewer.begin() + static_cast<std::ptrdiff_t>(end));
        attempt(std::move(fewer), best_.maps);
        end = std::min(begin, best_.packets.size());
      }
  }

  void drop_maps() {
    if (best_.maps.empty() || attempt(best_.packets, {}))
      return;
    const MapState all = best_.maps;
    for (const auto& [name, contents] : all) {
      MapState fewer = best_.maps;
      fewer.erase(name);
      attempt(best_.packets, std::move(fewer));
    }
  }

  void drop_entries() {
    const MapState all = best_.maps;
    for (const auto& [name, contents] : all)
      for (std::size_t run = contents.size(); run > 0; run /= 2)
        drop_runs(name, run);
  }

  void drop_runs(const std::string& name, std::size_t run) {
    for (std::size_t at = 0; at < best_.maps[name].size() && trials_ > 0;) {
      MapState fewer = best_.maps;
      MapContents& contents = fewer[name];
      const auto first = std::next(contents.begin(), static_cast<std::ptrdiff_t>(at));
      const std::size_t count = std::min(run, contents.size() - at);
      contents.erase(first, std::next(first, static_cast<std::ptrdiff_t>(count)));
      if (!attempt(best_.packets, std::move(fewer)))
        at += count;
    }
  }

  void shorten_packets() {
    for (std::size_t i = 0; i < best_.packets.size(); ++i)
      for (std::size_t cut = best_.packets[i].bytes.size() / 2; cut > 0; cut /= 2) {
        if (cut >= best_.packets.at(i).bytes.size())
          continue;
        auto shorter = best_.packets;
        shorter[i].bytes.resize(shorter[i].bytes.size() - cut);
        attempt(std::move(shorter), best_.maps);
      }
  }

  std::span<const DiffEngine> engines_;
  DiffOptions options_;
  SmallCase best_;
  unsigned trials_;
};

} // namespace

SmallCase minimise(std::span<const DiffEngine> engines, std::vector<Packet> packets, MapState maps,
                   const Difference& difference, const DiffOptions& options) {
  return Minimiser(engines, {std::move(packets), std::move(maps), difference}, options).run();
}

} // namespace pw
