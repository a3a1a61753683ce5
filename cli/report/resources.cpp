// Maps and what the compiler knows of the device's blocks that the design takes.
#include "backends/verilog/structure.h"
#include "cli/card_words.h"
#include "cli/report/figures.h"

#include <algorithm>

namespace pw::cli::report {

namespace {

unsigned packet_reads(const pipeline::Pipeline& p) {
  return unsigned(
      std::ranges::count(p.operations, pipeline::OpKind::PacketRead, &pipeline::Operation::kind));
}

std::string entries_text(const pipeline::Map& m) {
  return "key " + std::to_string(m.key_bytes) + " bytes, value " + std::to_string(m.value_bytes) +
         " bytes, " + std::to_string(m.max_entries) + (m.max_entries == 1 ? " entry" : " entries");
}

// As the Verilog has it: a place for each beat and whether it is a frame's last.
BlockFigures packet_buffer(const pipeline::Pipeline& p) {
  const unsigned depth = verilog::structure_of(p).packet_depth;
  return {"packet buffer",
          std::to_string(depth) + " beats: frames wait there for their verdicts",
          0,
          0,
          0,
          choose_memory(depth, 8 * p.bus_bytes + 1).blocks,
          0};
}

} // namespace

std::vector<MapFigures> map_figures(const pipeline::Pipeline& p) {
  const Json kinds = maps_json(p);
  std::vector<MapFigures> all;
  for (unsigned i = 0; i < p.maps.size(); ++i) {
    const pipeline::Map& m = p.maps[i];
    const std::string kind = kinds.at(i).at("kind");
    all.push_back({&m, kind + (m.lru ? " (LRU), " : ", ") + entries_text(m), use_of_map(p, i),
                   demand_of(p, i)});
  }
  return all;
}

std::vector<BlockFigures> block_figures(const pipeline::Pipeline& p) {
  std::vector<BlockFigures> all = {
      packet_buffer(p),
      {"stage registers", "values between the stages", 0, 0, p.register_bits, 0, 0}};
  if (const unsigned reads = packet_reads(p); reads != 0)
    all.push_back({"reads behind the window", std::to_string(reads) + ", a copy of the frames each",
                   0, 0, 0, reads * packet_copy_blocks, 0});
  for (const MapFigures& m : map_figures(p))
    all.push_back({"map " + m.map->name, m.text, m.demand.luts, m.demand.logic, m.demand.flip_flops,
                   m.demand.blocks, m.demand.ultra});
  return all;
}

// What card_words.h counts, too.
WordFigures word_figures(const nfp::Image& image, unsigned most) {
  const Json classes = classes_json(image);
  return {unsigned(image.words.size()), most, classes.at("commands"), classes.at("branches"),
          classes.at("nops")};
}

} // namespace pw::cli::report
