// A scheduled pipeline in words: what each stage matches and does, and the C lines it comes from.
#pragma once

#include "cli/output.h"
#include "ir/pipeline.h"

#include <string>
#include <vector>

namespace pw::cli {

struct StageText {
  unsigned stage = 0;
  unsigned region = 0;
  unsigned register_bits = 0;        // at the border behind the stage
  std::vector<std::string> match;    // comparisons and lookups that this stage decides
  std::vector<std::string> actions;  // map and packet accesses, arithmetic, the verdict
  std::vector<SourceLocation> lines; // distinct, ascending
};

std::vector<StageText> describe(const pipeline::Pipeline&);

std::string stages_text(const pipeline::Pipeline&); // for people
Json stages_json(const pipeline::Pipeline&);

// "flows: hash, 8-byte keys, 16-byte values, 1024 entries in 4 x 512 slots", and below it how packets
// access it (cli/map_access.h).
std::string maps_text(const pipeline::Pipeline&);
Json maps_json(const pipeline::Pipeline&);

} // namespace pw::cli
