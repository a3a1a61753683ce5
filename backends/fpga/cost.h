// What a netlist costs, by place.
#pragma once

#include "backends/fpga/netlist.h"
#include "backends/fpga/paths.h"
#include "backends/fpga/places.h"

#include <string>
#include <vector>

namespace pw::fpga {

struct CellCounts {
  unsigned luts = 0;        // look-up tables of logic
  unsigned memory_luts = 0; // look-up tables that are memories or shift registers
  unsigned flip_flops = 0;
  double blocks = 0; // block RAMs, in units of the device's
  unsigned ultra = 0;
  unsigned dsp = 0;

  void add(const Netlist&, const Cell&);
};

struct PlaceCost {
  std::string place; // "stage 3", "entrance 0", "result", an instance, "other"
  CellCounts cells;
  Path longest; // that ends here
};

struct Cost {
  CellCounts total;
  std::vector<PlaceCost> places; // entrances and stages in order, then the others by name
};

// Logic counts where its own name says it belongs, else with the register that it leads to.
Cost cost_of(const Netlist&, const Places&);

} // namespace pw::fpga
