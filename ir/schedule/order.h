// Constraints that come from the order of map accesses.
#pragma once

#include "ir/schedule/problem.h"

namespace pw::schedule {

// All accesses of one column, as nodes, in program order.
struct ColumnAccesses {
  ir::MapOp map;
  unsigned column = 0;
  std::vector<unsigned> reads, writes;
};

std::vector<ColumnAccesses> accesses_by_column(const Problem&);

// All accesses of one table, as nodes, in program order.
struct TableAccesses {
  ir::MapOp map;
  std::vector<unsigned> accesses;
};

std::vector<TableAccesses> accesses_by_table(const Problem&);

// What program order asks for: a read sees the writes of its own packet before it and not those
// after it; accesses of a table are done one after another.
void add_order(Problem&);

// A read and a write that close within one clock are put into the same stage.
struct Fusion {
  unsigned read = 0, write = 0;
};
std::vector<Fusion> possible_fusions(const Problem&);

} // namespace pw::schedule
