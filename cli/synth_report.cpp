#include "cli/synth_report.h"

#include "ir/resources.h"

#include <algorithm>
#include <optional>
#include <ranges>

namespace pw::cli {

namespace {

using fpga::CellCounts;
using fpga::PlaceCost;

std::string blocks_text(double blocks) { return fixed(blocks, blocks == int(blocks) ? 0 : 1); }

std::vector<std::string> cells_row(const std::string& name, const CellCounts& c) {
  return {name,
          std::to_string(c.luts + c.memory_luts),
          std::to_string(c.memory_luts),
          std::to_string(c.flip_flops),
          blocks_text(c.blocks),
          std::to_string(c.ultra),
          std::to_string(c.dsp)};
}

double share(double used, double there) { return there == 0 ? 0 : used / there; }

std::string percent(double used, double there) {
  return there == 0 ? "-" : fixed(100 * share(used, there), 2) + " %";
}

std::string line_of(const SourceLocation& where) {
  if (!where.known())
    return "";
  const std::string file = where.file.substr(where.file.rfind('/') + 1);
  const std::size_t first = where.text.find_first_not_of(" \t");
  return file + ":" + std::to_string(where.line) +
         (first == std::string::npos ? "" : ": " + where.text.substr(first));
}

const char* block_name(const std::string& device) {
  const fpga::DeviceTools* tools = fpga::tools_of(device);
  return tools ? tools->block_name : "blocks";
}

// In the units that the tools count: an EBR of an ice40 is no BRAM36.
double blocks_there(const std::string& device) {
  const fpga::DeviceTools* tools = fpga::tools_of(device);
  return tools ? tools->blocks : 0;
}

std::string resources(const SynthReport& r) {
  Table table({"place", "LUT", "of them memory", "FF", block_name(r.pipeline->device), "URAM288",
               "DSP", "levels"});
  const auto row = [&](const std::string& name, const CellCounts& c, const std::string& levels) {
    std::vector<std::string> cells = cells_row(name, c);
    cells.push_back(levels);
    table.row(cells);
  };
  for (const PlaceCost& p : r.synthesis->cost.places)
    row(p.place, p.cells, p.longest.levels == 0 ? "" : std::to_string(p.longest.levels));
  const CellCounts& all = r.synthesis->cost.total;
  row("all", all, "");
  if (const DeviceSize* size = device_named(r.pipeline->device))
    table.row({"of " + r.pipeline->device, percent(all.luts + all.memory_luts, double(size->luts)),
               "", percent(all.flip_flops, double(size->flip_flops)),
               percent(all.blocks, blocks_there(r.pipeline->device)),
               percent(all.ultra, double(size->ultra288)), "", ""});
  return table.text();
}

std::string joined(const std::vector<std::string>& nets, std::size_t most) {
  std::string out;
  const std::size_t left_out = nets.size() > most ? nets.size() - most : 0;
  for (std::size_t i = 0; i < nets.size(); ++i) {
    if (left_out && i == most / 2)
      out += " > ...";
    if (left_out && i >= most / 2 && i < most / 2 + left_out)
      continue;
    out += (out.empty() ? "" : " > ") + nets[i];
  }
  return out;
}

// Stages that only carry values on have nothing but their reset.
bool is_reset(const fpga::Path& path) { return !path.nets.empty() && path.nets.front() == "rst"; }

std::string paths(const SynthReport& r) {
  std::string out;
  for (const PlaceCost& p : r.synthesis->cost.places) {
    if (p.longest.levels == 0 || is_reset(p.longest))
      continue;
    const std::string line = line_of(origin_of(p.longest, *r.verilog));
    out += p.place + ": " + std::to_string(p.longest.levels) +
           (p.longest.levels == 1 ? " level" : " levels") + (line.empty() ? "" : ", " + line) +
           "\n";
    if (!p.longest.nets.empty())
      out += "    " + joined(p.longest.nets, 6) + "\n";
  }
  return out;
}

std::string layout_text(const SynthReport& r) {
  const fpga::Layout& layout = *r.synthesis->layout;
  const SourceLocation where = origin_of({0, layout.critical}, *r.verilog);
  std::string out = "\nplaced and routed: " + fixed(layout.fmax_mhz, 1) + " MHz at most, " +
                    std::to_string(layout.cells) + " of " + std::to_string(layout.cells_there) +
                    " logic cells, with those of the wrapper that brings all ports to four pins\n";
  if (!layout.critical.empty())
    out += "its slowest path: " + joined(layout.critical, 6) +
           (where.known() ? "\n    " + line_of(where) : "") + "\n";
  return out;
}

Json cells_json(const CellCounts& c) {
  return {{"luts", c.luts + c.memory_luts},
          {"memory_luts", c.memory_luts},
          {"flip_flops", c.flip_flops},
          {"blocks", c.blocks},
          {"ultra", c.ultra},
          {"dsp", c.dsp}};
}

Json place_json(const PlaceCost& p, const VerilogOutput& verilog) {
  const SourceLocation where = origin_of(p.longest, verilog);
  Json out = {{"place", p.place}};
  out.update(cells_json(p.cells));
  out["levels"] = p.longest.levels;
  out["path"] = p.longest.nets;
  out["file"] = where.known() ? Json(where.file) : Json(nullptr);
  out["line"] = where.known() ? Json(where.line) : Json(nullptr);
  return out;
}

Json share_json(const SynthReport& r) {
  const DeviceSize* size = device_named(r.pipeline->device);
  if (!size)
    return nullptr;
  const CellCounts& all = r.synthesis->cost.total;
  return {{"luts", share(all.luts + all.memory_luts, double(size->luts))},
          {"flip_flops", share(all.flip_flops, double(size->flip_flops))},
          {"blocks", share(all.blocks, blocks_there(r.pipeline->device))},
          {"ultra", share(all.ultra, double(size->ultra288))}};
}

} // namespace

SourceLocation origin_of(const fpga::Path& path, const VerilogOutput& verilog) {
  for (const std::string& net : std::views::reverse(path.nets))
    if (const auto at = verilog.origins.find(fpga::value_name(net)); at != verilog.origins.end())
      return at->second;
  return {};
}

std::string synth_text(const SynthReport& r) {
  const fpga::Synthesis& s = *r.synthesis;
  return r.verilog->top + " on " + r.pipeline->device + ", by " + s.tool + " in " +
         fixed(s.seconds, 1) + " s (" + fixed(s.processor_seconds, 1) + " of a processor) and " +
         std::to_string(s.memory_bytes >> 20) + " MB\n\n" + resources(r) +
         "\nlogic levels between registers, the longest path of each place, and the line that it "
         "comes from\n" +
         paths(r) + (s.layout ? layout_text(r) : "");
}

Json synth_json(const SynthReport& r) {
  const fpga::Synthesis& s = *r.synthesis;
  Json places = Json::array();
  for (const PlaceCost& p : s.cost.places)
    places.push_back(place_json(p, *r.verilog));
  Json layout = nullptr;
  if (s.layout)
    layout = {{"fmax_mhz", s.layout->fmax_mhz},
              {"cells", s.layout->cells},
              {"cells_there", s.layout->cells_there},
              {"path", s.layout->critical}};
  return {{"top", r.verilog->top},
          {"device", r.pipeline->device},
          {"tool", s.tool},
          {"seconds", s.seconds},
          {"processor_seconds", s.processor_seconds},
          {"memory_bytes", s.memory_bytes},
          {"total", cells_json(s.cost.total)},
          {"share", share_json(r)},
          {"places", places},
          {"layout", layout}};
}

} // namespace pw::cli
