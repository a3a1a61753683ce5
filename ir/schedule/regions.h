// Rigid regions: where packets must not meet in a map, and where they wait for each other instead.
//
//   stage   0 ... 4 | 5    6    7    8    9        a column is read in 7 (issued in 5) and written
//   in 9:
//                   ^ read      data      write    distance 2; packets of the same slot enter at 5
//                   at least entrance, keyed by the handle  3 clocks apart
//
// A border must cut no memory access in flight, and no other written column's span from first read
// to last write.
#pragma once

#include "ir/schedule/algorithm.h"
#include "ir/schedule/materialize.h"

namespace pw::schedule {

// Accesses that may name the same word, of a column that is written; or all accesses of a table.
struct Hazard {
  ir::MapOp map;
  unsigned column = 0;
  bool table = false;
  bool aligned = false;           // of a table: look-ups at ports of their own, see ports.h
  bool by_key = false;            // handles are keys of the table
  unsigned looks = 0;             // of these keys are only looked up: two of them don't conflict
  bool front = false;             // the region begins right at the first access
  std::vector<unsigned> accesses; // nodes
  std::vector<mlir::Value> handles;
  bool constant = false; // a handle is known when compiling
  bool keyed = true;
  unsigned entrance = 0; // node, once it needs one
  // An interlock besides, for any two packets with this handle (null: any two) while the table is
  // nearly full.
  bool crowds = false;
  mlir::Value guard;

  int distance(const Problem&, const std::vector<int>& stage) const;
};

struct Plan {
  Problem problem;             // with entrances as nodes, and all constraints
  std::vector<Hazard> hazards; // those that have an entrance
  std::vector<Hazard> closed;  // those whose accesses are all in one stage
  std::vector<int> stage;
};

// Adds entrances where they are needed and solves. lower_bounds as in earliest().
Plan plan_regions(const Problem&, const std::vector<int>& lower_bounds = {});

// The regions of a solved plan.
std::vector<RegionPlan> regions_of(const Plan&);

} // namespace pw::schedule
