#include "cli/estimate_report.h"
#include "cli/report/figures.h"

namespace pw::cli::report {

namespace {

Json json_of(const SizeFigures& s) {
  return {{"bytes", s.bytes},
          {"line_mpps", s.line_mpps},
          {"carried_mpps", s.carried_mpps},
          {"carried_gbps", s.carried_gbps},
          {"lost_share", s.lost_share},
          {"p50_ns", s.p50_ns},
          {"p99_ns", s.p99_ns}};
}

Json json_of(const SourceText& file) {
  Json lines = Json::array();
  for (const SourceLine& l : file.lines)
    if (l.cost)
      lines.push_back({{"line", l.number},
                       {"text", l.text},
                       {"words", l.cost->words},
                       {"stages", l.cost->stages},
                       {"operations", l.cost->operations},
                       {"register_bits", l.cost->register_bits}});
  return {{"file", file.path}, {"lines", lines}};
}

Json json_of(const BlockFigures& b) {
  return {{"name", b.name},
          {"memory_luts", b.luts},
          {"comparator_luts", b.logic},
          {"flip_flops", b.flip_flops},
          {"bram36", b.blocks},
          {"uram288", b.ultra}};
}

Json json_of(const PeerFigures& p) {
  return {{"name", p.name}, {"where", p.where},     {"hardware", p.hardware},
          {"rate", p.rate}, {"latency", p.latency}, {"area", p.area}};
}

template <typename T> Json list_of(const std::vector<T>& all) {
  Json out = Json::array();
  for (const T& one : all)
    out.push_back(json_of(one));
  return out;
}

Json words_json(const ReportFigures& f) {
  if (!f.words)
    return nullptr;
  return {{"instructions", f.instructions}, {"words", f.words->words},
          {"most", f.words->most},          {"commands", f.words->commands},
          {"branches", f.words->branches},  {"nops", f.words->nops}};
}

Json maps(const ReportFigures& f) {
  if (!f.pipeline) {
    Json out = Json::array();
    for (const MapDefinition& m : f.card_maps)
      out.push_back({{"name", m.name},
                     {"key_bytes", m.key_size},
                     {"value_bytes", m.value_size},
                     {"max_entries", m.max_entries}});
    return out;
  }
  Json out = maps_json(*f.pipeline);
  for (std::size_t i = 0; i < f.maps.size(); ++i) {
    out[i]["memory_luts"] = f.maps[i].demand.luts;
    out[i]["comparator_luts"] = f.maps[i].demand.logic;
    out[i]["flip_flops"] = f.maps[i].demand.flip_flops;
    out[i]["bram36"] = f.maps[i].demand.blocks;
    out[i]["uram288"] = f.maps[i].demand.ultra;
  }
  return out;
}

Json pipeline_json(const ReportFigures& f) {
  if (!f.pipeline)
    return nullptr;
  return {{"instructions", f.instructions},
          {"stages", f.pipeline->stages},
          {"register_bits", f.pipeline->register_bits},
          {"clock_mhz", f.pipeline->clock_mhz},
          {"packets_per_clock", f.throughput ? Json(f.throughput->packets_per_clock) : Json()},
          {"latency_clocks", f.latency ? Json(f.latency->min) : Json()}};
}

Json device_json(const ReportFigures& f) {
  if (!f.pipeline)
    return nullptr;
  return {{"name", f.device.name},
          {"luts", f.device.luts},
          {"flip_flops", f.device.flip_flops},
          {"bram36", f.device.block36},
          {"uram288", f.device.ultra288}};
}

} // namespace

Json figures_json(const ReportFigures& f) {
  return {{"schema_version", 1},
          {"program", f.estimate.program},
          {"object_sha256", f.estimate.object_sha256},
          {"pipeline", pipeline_json(f)},
          {"card",
           {{"accepted", f.card.accepted},
            {"words", f.card.words ? Json(*f.card.words) : Json()},
            {"reason", f.card.reason}}},
          {"micro_engines", words_json(f)},
          {"stage_list", f.pipeline ? stages_json(*f.pipeline) : Json::array()},
          {"estimate", estimate_json(f.estimate, f.warnings)},
          {"sizes", list_of(f.sizes)},
          {"sources", list_of(f.sources)},
          {"device", device_json(f)},
          {"resources", list_of(f.blocks)},
          {"maps", maps(f)},
          {"peers", list_of(f.peers)},
          {"diagnostics", diagnostics_json(f.warnings)["diagnostics"]}};
}

} // namespace pw::cli::report
