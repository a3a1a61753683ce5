// Levels of logic between registers. A level is a look-up table or a carry chain, however long;
// wide multiplexers count with the table in front of them.
#pragma once

#include "backends/fpga/netlist.h"

#include <string>
#include <vector>

namespace pw::fpga {

// A path that ends where a register or a memory takes its data.
struct Path {
  unsigned levels = 0;
  std::vector<std::string> nets; // those with a name, from the register it begins at to its end
};

// What stands behind a net, cell by cell; made once for a netlist.
class Levels {
public:
  explicit Levels(const Netlist&);

  unsigned at(Net);      // of the logic in front of a net
  Path path_to(Net end); // a longest one

private:
  // The cell that computes a net from others within the clock; none for registers and inputs.
  const Cell* maker(Net net) const;
  bool passes(Net before, const Cell& behind) const;
  unsigned through(Net before, const Cell& behind) const;
  unsigned deepest(const Cell&) const;
  void settle(Net net);

  static constexpr unsigned unknown = ~0u, pending = ~0u - 1;
  const Netlist& netlist_;
  std::vector<std::uint32_t> makers_; // cell + 1
  std::vector<unsigned> levels_;
};

} // namespace pw::fpga
