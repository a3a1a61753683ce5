#include "cli/estimate_report.h"

namespace pw::cli {

namespace {

using namespace nic;

Json json_of(const RateFigures& r) {
  return {{"frames", r.frames}, {"mpps", r.mpps}, {"gbps", r.gbps}};
}

Json json_of(const LatencyFigures& l) {
  Json bins = Json::array();
  for (const LatencyBin& bin : l.bins)
    bins.push_back({{"from_ns", bin.from_ns}, {"below_ns", bin.below_ns}, {"frames", bin.frames}});
  return {{"frames", l.frames},  {"min_ns", l.least_ns}, {"mean_ns", l.mean_ns},
          {"p50_ns", l.p50_ns},  {"p99_ns", l.p99_ns},   {"p999_ns", l.p999_ns},
          {"max_ns", l.most_ns}, {"histogram", bins}};
}

Json json_of(const ComponentFigures& c) {
  return {{"name", c.name},
          {"utilisation", c.utilisation},
          {"frames", c.frames},
          {"queue",
           {{"unit", c.unit},
            {"capacity", c.capacity},
            {"mean", c.mean_level},
            {"max", c.most_level},
            {"mean_frames", c.mean_count},
            {"mean_wait_ns", c.mean_wait_ns}}},
          {"why", c.why}};
}

Json json_of(const LosslessFigures& l) {
  return {{"mpps", l.mpps},   {"gbps", l.gbps},     {"line_rate", l.line_rate},
          {"limit", l.limit}, {"frames", l.frames}, {"runs", l.runs}};
}

Json json_of(const PipelineFigures& p) {
  return {{"stages", p.stages},
          {"regions", p.regions},
          {"register_bits", p.register_bits},
          {"window_bytes", p.window_bytes},
          {"device", p.device},
          {"clock_mhz", p.clock_mhz},
          {"bus_bits", p.bus_bits}};
}

Json json_of(const CardFigures& c) {
  return {{"card", c.card},
          {"clock_mhz", c.clock_mhz},
          {"engines", c.engines},
          {"contexts", c.contexts},
          {"words", c.words},
          {"busy", c.busy},
          {"waiting", c.waiting},
          {"program_clocks", c.program_clocks},
          {"firmware_clocks", c.firmware_clocks},
          {"wait_clocks", c.wait_clocks},
          {"queue_clocks", c.queue_clocks}};
}

template <typename T> Json json_or_null(const std::optional<T>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

Json lost_json(const RunFigures& run) {
  Json places = Json::array();
  for (const LossFigures& loss : run.losses)
    places.push_back({{"place", loss.place}, {"frames", loss.frames}});
  const double share = run.offered.frames == 0 ? 0 : double(run.lost) / double(run.offered.frames);
  return {{"frames", run.lost}, {"share", share}, {"places", places}};
}

Json verdicts_json(const RunFigures& run) {
  Json all = Json::array();
  for (const VerdictFigures& v : run.verdicts)
    all.push_back({{"verdict", v.verdict}, {"frames", v.frames}, {"latency", json_of(v.latency)}});
  return all;
}

Json components_json(const RunFigures& run) {
  Json all = Json::array();
  for (const ComponentFigures& c : run.components)
    all.push_back(json_of(c));
  return all;
}

std::string rate_text(const char* what, const RateFigures& r) {
  return std::string(what) + std::to_string(r.frames) + " packets, " + fixed(r.mpps, 3) +
         " Mpps, " + fixed(r.gbps, 3) + " Gb/s on the wire\n";
}

std::vector<std::string> latency_cells(const LatencyFigures& l) {
  return {fixed(l.least_ns, 1), fixed(l.p50_ns, 1), fixed(l.p99_ns, 1), fixed(l.p999_ns, 1),
          fixed(l.most_ns, 1)};
}

std::string verdicts_text(const RunFigures& run) {
  Table table({"latency, ns", "packets", "min", "p50", "p99", "p99.9", "max"});
  const auto add = [&](const std::string& name, std::uint64_t frames, const LatencyFigures& l) {
    std::vector<std::string> cells = {name, std::to_string(frames)};
    for (std::string& cell : latency_cells(l))
      cells.push_back(l.frames == 0 ? "-" : std::move(cell));
    table.row(std::move(cells));
  };
  for (const VerdictFigures& v : run.verdicts)
    if (v.frames != 0)
      add(v.verdict, v.frames, v.latency);
  add("all", run.latency.frames, run.latency);
  return table.text();
}

// A bar for each of few intervals: two of the octave's eight bins together.
std::string histogram_text(const LatencyFigures& l) {
  std::string text;
  std::uint64_t largest = 0;
  for (const LatencyBin& bin : l.bins)
    largest = std::max(largest, bin.frames);
  for (const LatencyBin& bin : l.bins) {
    const auto stars = std::size_t(40 * bin.frames / std::max<std::uint64_t>(largest, 1));
    std::string range = fixed(bin.from_ns, 1) + " .. " + fixed(bin.below_ns, 1) + " ns";
    range.insert(0, range.size() < 26 ? 26 - range.size() : 0, ' ');
    text += range + "  " + std::to_string(bin.frames) + "  " + std::string(stars, '#') + "\n";
  }
  return text;
}

std::string components_text(const RunFigures& run) {
  Table table({"component", "busy", "packets", "mean queue", "most", "of", "", "mean wait, ns"});
  for (const ComponentFigures& c : run.components) {
    const bool queue = c.capacity != 0;
    table.row({c.name, c.name == "receive buffer" ? "-" : fixed(c.utilisation * 100, 1) + " %",
               std::to_string(c.frames), queue ? fixed(c.mean_level, 1) : "-",
               queue ? fixed(c.most_level, 0) : "-", queue ? fixed(c.capacity, 0) : "-", c.unit,
               queue ? fixed(c.mean_wait_ns, 1) : "-"});
  }
  return table.text();
}

std::string paused_text(const RunFigures& run) {
  return run.paused == 0 ? ""
                         : "paused   the sender, for " + fixed(100 * run.paused, 2) +
                               " % of the time (802.3x)\n";
}

std::string losses_text(const RunFigures& run) {
  if (run.lost == 0)
    return "lost     nothing\n";
  std::string text = "lost     " + std::to_string(run.lost) + " packets (" +
                     fixed(100 * double(run.lost) / double(run.offered.frames), 2) + " %):";
  for (const LossFigures& loss : run.losses)
    text += " " + std::to_string(loss.frames) + " at the " + loss.place +
            (&loss == &run.losses.back() ? "\n" : ",");
  return text;
}

std::string hardware_text(const EstimateResult& r) {
  if (r.pipeline)
    return std::to_string(r.pipeline->stages) + " stages, bus of " +
           std::to_string(r.pipeline->bus_bits) + " bits at " + fixed(r.pipeline->clock_mhz, 1) +
           " MHz, " + r.pipeline->device;
  if (!r.card)
    return "";
  return r.card->card + ", " + std::to_string(r.card->engines) + " engines of " +
         std::to_string(r.card->contexts) + " contexts at " + fixed(r.card->clock_mhz, 0) +
         " MHz, " + std::to_string(r.card->words) + " words";
}

std::string card_text(const EstimateResult& r) {
  if (!r.card)
    return "";
  return "\nengines busy " + fixed(r.card->busy * 100, 1) + " %, contexts waiting for memory " +
         fixed(r.card->waiting * 100, 1) + " %; a packet takes " +
         fixed(r.card->program_clocks, 1) + " clocks of the program, " +
         fixed(r.card->firmware_clocks, 0) + " of the firmware, and waits " +
         fixed(r.card->wait_clocks, 1) + " for memory; in front of memory units its commands wait " +
         fixed(r.card->queue_clocks, 1) + "\n";
}

std::string lossless_text(const EstimateResult& r) {
  if (!r.lossless)
    return "";
  return "without loss up to " + fixed(r.lossless->mpps, 3) + " Mpps, " +
         fixed(r.lossless->gbps, 3) + " Gb/s" +
         (r.lossless->line_rate ? " (line rate)" : " (limit: " + r.lossless->limit + ")") + ", " +
         std::to_string(r.lossless->runs) + " runs of " + std::to_string(r.lossless->frames) +
         " packets\n";
}

} // namespace

Json estimate_json(const EstimateResult& r, const std::vector<Diagnostic>& warnings) {
  return {
      {"schema_version", 1},
      {"program", r.program},
      {"object_sha256", r.object_sha256},
      {"engine", r.engine},
      {"traffic", {{"source", r.traffic}, {"seed", r.seed}}},
      {"nic",
       {{"card", r.card_file}, {"port_gbps", r.port_gbps}, {"pcie", r.pcie}, {"queues", r.queues}}},
      {"offered", json_of(r.run.offered)},
      {"carried", json_of(r.run.carried)},
      {"lost", lost_json(r.run)},
      {"paused", r.run.paused},
      {"latency", json_of(r.run.latency)},
      {"verdicts", verdicts_json(r.run)},
      {"components", components_json(r.run)},
      {"lossless", json_or_null(r.lossless)},
      {"bottleneck", {{"component", r.bottleneck}, {"text", r.bottleneck_text}}},
      {"pipeline", json_or_null(r.pipeline)},
      {"card", json_or_null(r.card)},
      {"diagnostics", diagnostics_json(warnings)["diagnostics"]}};
}

std::string estimate_text(const EstimateResult& r) {
  return "program " + r.program + " on " + r.engine + ": " + hardware_text(r) + "\n" +
         (r.card_file.empty() ? "" : r.card_file + ", ") + "port of " +
         std::to_string(r.port_gbps) + " Gb/s, PCIe " + r.pcie + ", " + std::to_string(r.queues) +
         " host queues\ntraffic " + r.traffic + ", seed " + std::to_string(r.seed) + "\n\n" +
         rate_text("offered  ", r.run.offered) + rate_text("carried  ", r.run.carried) +
         losses_text(r.run) + paused_text(r.run) + "\n" + verdicts_text(r.run) + "\n" + histogram_text(r.run.latency) +
         "\n" + components_text(r.run) + card_text(r) + "\n" + lossless_text(r) +
         (r.bottleneck_text.empty() ? "" : "bottleneck: " + r.bottleneck_text + "\n");
}

} // namespace pw::cli
