// A netlist as yosys writes it (write_json, flattened), reduced to what cost and paths need.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace pw::fpga {

enum class CellKind : std::uint8_t {
  Lut,      // a look-up table of any size
  Carry,    // a piece of a carry chain
  WideMux,  // MUXF7 to MUXF9: behind the tables of the same slice
  FlipFlop, //
  Shift,    // a shift register in a look-up table
  LutRam,   // memory in look-up tables: read at once, written with the clock
  Block,    // block RAM
  Ultra,    // UltraRAM
  Dsp,      //
  Other,    // buffers of pins and clocks: no cost that counts here
};

// What the cells are of: their names differ.
enum class Family : std::uint8_t { UltraScalePlus, Ice40 };

// Of a cell type's name.
CellKind kind_of(Family, const std::string& type);

// Look-up tables that a cell of LutRam takes (a SLICEM's, by the library guide of the family); 1
// for any other that is one.
unsigned luts_of(const std::string& type);

// Block RAMs in units of the device's (a RAMB18 is half a RAMB36).
double blocks_of(const std::string& type);

using Net = std::uint32_t; // number of a bit; 0 and 1 are constants in the file and never listed

struct Cell {
  CellKind kind = CellKind::Other;
  std::uint32_t type = 0;   // index into Netlist::types
  std::vector<Net> reads;   // inputs that outputs depend on within the clock
  std::vector<Net> stores;  // inputs that are taken with the clock
  std::vector<Net> outputs; //
};

struct Netlist {
  Family family = Family::UltraScalePlus;
  std::vector<std::string> types;
  std::vector<Cell> cells;
  // By net: the name that tells most of where it belongs ("s3_sum", else "map0_flows_table.found"),
  // without the number of the bit; "" where only yosys named it.
  std::vector<std::string> names;
};

// Throws std::runtime_error if it is none, or has no module `top`.
Netlist read_netlist(std::istream&, const std::string& top, Family);

} // namespace pw::fpga
