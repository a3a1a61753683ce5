// All that the page says, as plain data: gathered once, then written as HTML and as JSON.
#pragma once

#include "backends/nfp/code/code.h"
#include "cli/describe.h"
#include "cli/map_access.h"
#include "cli/statistics.h"
#include "ir/resources.h"
#include "sim/nic/result.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pw::cli::report {

// One frame size, offered at the line rate of the port.
struct SizeFigures {
  unsigned bytes = 0;   // with FCS
  double line_mpps = 0; // what the port can carry
  double carried_mpps = 0, carried_gbps = 0;
  double lost_share = 0; // 0 .. 1
  double p50_ns = 0, p99_ns = 0;
};

// Of a pipeline, or words alone.
struct LineCost {
  unsigned words = 0;        // of a card's program
  std::set<unsigned> stages; // in which its operations take their operands
  unsigned operations = 0;
  std::uint64_t register_bits = 0; // of what it computes, over all stages that it crosses
};

struct SourceLine {
  unsigned number = 0;
  std::string text;
  std::optional<LineCost> cost; // nothing: no operation of the pipeline comes from it
};

struct SourceText {
  std::string path;
  bool whole = false; // read from the file; else only the lines that the object carries
  std::vector<SourceLine> lines;
};

struct BlockFigures {
  std::string name, what;
  std::uint64_t luts = 0;  // small memories
  std::uint64_t logic = 0; // comparators of prefixes that packets change; of no other logic
  std::uint64_t flip_flops = 0, blocks = 0, ultra = 0;
};

struct MapFigures {
  const pipeline::Map* map = nullptr;
  std::string text; // one line, as `compile` says it
  MapUse use;
  MemoryDemand demand;
};

// A program for micro-engines.
struct WordFigures {
  unsigned words = 0, most = 0; // most: that the firmware takes
  unsigned commands = 0, branches = 0, nops = 0;
};

struct PeerFigures {
  std::string name, where, hardware, rate, latency, area;
};

struct CardVerdict {
  bool accepted = false;
  std::optional<unsigned> words;
  std::string reason; // of the first error
};

struct ReportFigures {
  std::string object, version;
  std::string maps_file;                        // "" = the maps are as the object has them
  const pipeline::Pipeline* pipeline = nullptr; // null with engine nfp, and what is made of it is
                                                // empty
  std::optional<WordFigures> words;             // engine nfp
  std::vector<MapDefinition> card_maps;         // engine nfp
  unsigned instructions = 0;
  std::vector<StageText> stages;
  std::optional<Throughput> throughput; // of 64 bytes back to back, the pipeline alone
  std::optional<Latency> latency;       // clocks
  nic::EstimateResult estimate;
  std::vector<SizeFigures> sizes; // ascending
  std::vector<SourceText> sources;
  DeviceSize device{};
  std::vector<BlockFigures> blocks;
  std::vector<MapFigures> maps;
  std::vector<PeerFigures> peers; // of the same program; mostly none
  CardVerdict card;
  std::vector<Diagnostic> warnings;
};

// The lines of all operations by file, in the order of their names. A file is read from where the
// object says or from beside the object, and is only believed if it has the lines that the object
// carries.
std::vector<SourceText> source_texts(const pipeline::Pipeline&, const std::string& object);
std::vector<SourceText> source_texts(const nfp::Image&, const std::string& object);

std::vector<MapFigures> map_figures(const pipeline::Pipeline&);
std::vector<BlockFigures> block_figures(const pipeline::Pipeline&);
WordFigures word_figures(const nfp::Image&, unsigned most);

// What was published about a program of that name; empty for all but a few.
std::vector<PeerFigures> peers_of(const std::string& program);

Json figures_json(const ReportFigures&);

} // namespace pw::cli::report
