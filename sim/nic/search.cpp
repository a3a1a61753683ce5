#include "sim/nic/search.h"

#include <algorithm>
#include <cstdio>

namespace pw::nic {

namespace {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", share * 100);
  return text;
}

// Queues say how full they are; they are not the cause.
const ComponentFigures* busiest(const RunFigures& run) {
  const ComponentFigures* best = nullptr;
  for (const ComponentFigures& c : run.components)
    if (c.name != "port" && (best == nullptr || c.utilisation > best->utilisation))
      best = &c;
  return best;
}

// Of an engine's components, which stand between buffer and PCIe, the busiest. Contexts hold
// packets whatever it is that those wait for: they are the limit only if nothing else is near its
// own.
std::string limit_of_engine(const RunFigures& run) {
  constexpr double near = 0.9;
  const ComponentFigures *best = nullptr, *contexts = nullptr;
  bool inside = false;
  for (const ComponentFigures& c : run.components) {
    if (c.name == "PCIe")
      break;
    if (inside && c.name == "contexts")
      contexts = &c;
    else if (inside && (best == nullptr || c.utilisation > best->utilisation))
      best = &c;
    inside = inside || c.name == "receive buffer";
  }
  if (best != nullptr && contexts != nullptr && best->utilisation < near &&
      contexts->utilisation > best->utilisation)
    return contexts->name;
  return best == nullptr ? "receive buffer" : best->name;
}

// The component whose slowness shows as loss at a place.
std::string cause_of(const std::string& place, const RunFigures& run) {
  if (place == "DMA buffer")
    return "PCIe";
  if (place == "host queue")
    return "host";
  if (place == "transmit buffer")
    return "transmit";
  if (place == "redirect buffer")
    return "redirect";
  if (place == "port")
    return "port";
  return limit_of_engine(run);
}

const ComponentFigures* component(const RunFigures& run, const std::string& name) {
  const auto at = std::ranges::find(run.components, name, &ComponentFigures::name);
  return at == run.components.end() ? nullptr : &*at;
}

std::string limit_of(const RunFigures& run) {
  if (run.paused != 0 && run.losses.empty())
    return limit_of_engine(run);
  if (run.losses.empty()) {
    const ComponentFigures* best = busiest(run);
    return best ? best->name : "";
  }
  const auto most = std::ranges::max_element(run.losses, {}, &LossFigures::frames);
  return cause_of(most->place, run);
}

std::string describe(const RunFigures& run, const std::string& name) {
  const ComponentFigures* c = component(run, name);
  if (c == nullptr)
    return "";
  std::string text = name + " busy " + percent(c->utilisation) + " of the time";
  if (!c->why.empty())
    text += "; " + c->why;
  return text;
}

} // namespace

bool carries(const RunFigures& run) {
  constexpr double allowed = 0.0002;
  return run.lost == 0 && run.growth < allowed && run.paused == 0;
}

LosslessFigures search_lossless(double line_gbps, const std::function<RunFigures(double)>& run) {
  LosslessFigures found;
  double low = 0, high = line_gbps, next = line_gbps;
  RunFigures failed;
  while (found.runs == 0 || (high - low > high * 0.0005 && found.runs < 20)) {
    const RunFigures figures = run(next);
    ++found.runs;
    found.frames = figures.offered.frames;
    if (carries(figures)) {
      low = next;
      found.mpps = figures.offered.mpps;
      found.gbps = figures.offered.gbps;
      if (next == line_gbps)
        break;
    } else {
      high = next;
      failed = figures;
    }
    next = (low + high) / 2;
    if (low == 0 && figures.carried.gbps > 0) // what came through is a good guess
      next = std::min(next * 1.9, std::max(figures.carried.gbps * 0.999, high / 4));
  }
  found.line_rate = low == line_gbps;
  found.limit = found.line_rate ? "port" : limit_of(failed);
  return found;
}

Bottleneck find_bottleneck(const RunFigures& run, const std::optional<LosslessFigures>& lossless) {
  if (run.lost != 0) {
    const std::string name = limit_of(run);
    const auto most = std::ranges::max_element(run.losses, {}, &LossFigures::frames);
    if (most->place == "card")
      return {"card", "frames are lost that are longer than the card's packet buffers"};
    return {name, "packets are lost at the " + most->place + ": " + describe(run, name)};
  }
  if (run.paused != 0) {
    const std::string name = limit_of(run);
    return {name, "nothing is lost, but pause frames hold the sender for " + percent(run.paused) +
                      " of the time: " + describe(run, name)};
  }
  if (lossless && lossless->line_rate)
    return {"port", "the port: this program carries its line rate with this traffic"};
  if (!carries(run)) {
    const std::string name = limit_of(run);
    return {name, "nothing is lost in so short a run, but the wait grows: " + describe(run, name)};
  }
  if (lossless)
    return {lossless->limit,
            "nothing is lost at this rate; at higher ones the limit is " + lossless->limit};
  const ComponentFigures* best = busiest(run);
  return best && best->utilisation > 0.9 ? Bottleneck{best->name, describe(run, best->name)}
                                         : Bottleneck{"", "nothing is near its limit"};
}

} // namespace pw::nic
