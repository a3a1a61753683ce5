// What the tools call a device.
#pragma once

#include "backends/fpga/netlist.h"

#include <string>

namespace pw::fpga {

struct DeviceTools {
  const char* device;     // ours
  Family family;          //
  const char* part;       // Vivado's; nullptr: Vivado doesn't know it
  const char* block_name; // of a block RAM, in reports
  unsigned blocks;        // how many of these it has
};

// Null for a device that there is no flow for. The cards' parts are those of AMD's data sheets of
// the Alveo U50, U200, U250 and U280 (DS965, DS962, DS963).
const DeviceTools* tools_of(const std::string& device);

} // namespace pw::fpga
