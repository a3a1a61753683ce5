// How the pipeline accesses a map, whether packets wait for each other there, and what that costs.
#pragma once

#include "cli/output.h"
#include "ir/pipeline.h"

#include <string>
#include <vector>

namespace pw::cli {

struct MapWait {
  unsigned stage = 0;     // packets wait in front of it
  unsigned distance = 0;  // clocks that one waits at most for the packet before it
  bool keyed = false;     // only packets that may have the same entry wait
  bool when_full = false; // only while the table is nearly full
};

struct MapUse {
  unsigned lookups = 0, accesses = 0;    // accesses of a Table; lookups of other kinds
  bool inserts = false, removes = false; // by accesses
  unsigned reads = 0, writes = 0;        // of columns
  std::vector<MapWait> waits;
};

MapUse use_of_map(const pipeline::Pipeline&, unsigned map);

// "one access a packet (look-up, insertion), 2 reads and 2 writes; no interlock"
std::string text_of(const MapUse&);
Json json_of(const MapUse&);

} // namespace pw::cli
