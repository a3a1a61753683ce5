// Where in the pipeline a part of the netlist belongs, told by the names that the emitted text
// gives: s<n>_x in stage n, e<r>_x at the entrance of region r, out_x behind the result FIFO, else
// the instance of the top module that it stands in.
#pragma once

#include "ir/pipeline.h"

#include <string>

namespace pw::fpga {

class Places {
public:
  explicit Places(const pipeline::Pipeline&);

  // "stage 3", "entrance 0", "result", "map0_flows_table"; "" if the name doesn't tell.
  std::string of_wire(const std::string& net) const;
  // Of the logic in front of a register: a register s3_x ends what stage 2 computes.
  std::string in_front_of(const std::string& register_net) const;

private:
  std::vector<int> region_that_begins_; // by stage; -1: none
};

// "s3_sum" -> "sum": what the emitted text calls the value in every stage.
std::string value_name(const std::string& net);

} // namespace pw::fpga
