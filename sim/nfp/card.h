// What the simulator assumes of a card. Clocks are those of a micro-engine. Figures without a
// vendor's table behind them are parameters, and said to be so.
#pragma once

#include <string>

namespace pw::me {

// The units that commands to memory wait for, in clocks of a micro-engine. No source; a bulk engine
// that moves a word of 64 bits a clock, and an atomic engine that is busy for as long as it takes
// to read and write a word again.
struct MemoryProfile {
  unsigned ctm_units = 5; // an island each; engines belong to islands in equal parts
  unsigned ctm_command_clocks = 1, ctm_bytes_per_clock = 8;
  unsigned emem_units = 2; // lines of 64 bytes in turn
  unsigned emem_command_clocks = 2, emem_bytes_per_clock = 8;
  unsigned emem_atomic_clocks = 4; // of an addition, all in all
};

struct CardProfile {
  std::string name = "Agilio CX (NFP-4000)";
  double clock_mhz = 800; // platform.h of Netronome's firmware: 800 on CX, 1200 on LX, 633 Lithium
  unsigned engines = 50;  // that run programs: 5 islands of 10 worker engines (firmware, CX)
  unsigned contexts = 4;  // of an engine: the program's registers need four-context mode
  unsigned ctm_clocks = 75;   // packet data, 50..100 (papers on FlexTOE and Cora)
  unsigned emem_clocks = 200; // map values, 150..250 (the same), up to 500 in others
  // A map helper: instructions and accesses to EMEM one behind another. No source; the open
  // firmware's lookup computes a hash, reads a bucket and compares the key.
  unsigned helper_instructions = 60;
  unsigned helper_reads = 2;
  // What the firmware itself spends on a packet, instructions of one engine: 50 engines at 800 MHz
  // over the 32 to 33 million packets/s that were measured for XDP_DROP (hXDP, OSDI'20) and by the
  // vendor.
  unsigned firmware_clocks = 1200;
  MemoryProfile memories;
};

} // namespace pw::me
