// How many accesses to a Table can still be issued once its `hold` is high: packets that have
// entered the region before, in the clocks between its entrance and the stage of the access.
#pragma once

#include "ir/pipeline.h"

namespace pw::pipeline {

// The parameter RESERVE of pw_table, and `reserve` of table_shape().
inline unsigned table_reserve(const Pipeline& p, unsigned map) {
  unsigned reserve = 0;
  for (const Operation& o : p.operations) {
    if (o.kind != OpKind::MapAccess || o.map != map)
      continue;
    for (const Region& r : p.regions)
      if (o.stage >= r.first_stage && o.stage <= r.last_stage)
        reserve += o.stage - r.first_stage + 1;
  }
  return reserve;
}

} // namespace pw::pipeline
