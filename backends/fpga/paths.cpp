#include "backends/fpga/paths.h"

#include <algorithm>
#include <iterator>

namespace pw::fpga {

namespace {

bool combinational(CellKind kind) {
  return kind == CellKind::Lut || kind == CellKind::Carry || kind == CellKind::WideMux ||
         kind == CellKind::LutRam || kind == CellKind::Other;
}

} // namespace

Levels::Levels(const Netlist& netlist)
    : netlist_(netlist), makers_(netlist.names.size(), 0), levels_(netlist.names.size(), unknown) {
  for (std::size_t i = 0; i < netlist.cells.size(); ++i)
    if (combinational(netlist.cells[i].kind))
      for (const Net net : netlist.cells[i].outputs)
        makers_[net] = std::uint32_t(i) + 1;
}

const Cell* Levels::maker(Net net) const {
  return makers_[net] ? &netlist_.cells[makers_[net] - 1] : nullptr;
}

// The next piece of a chain, or a wide multiplexer: no level of its own.
bool Levels::passes(Net before, const Cell& cell) const {
  const Cell* source = maker(before);
  if (cell.kind == CellKind::WideMux || cell.kind == CellKind::Other)
    return true;
  return cell.kind == CellKind::Carry && source && source->kind == CellKind::Carry;
}

unsigned Levels::through(Net before, const Cell& cell) const {
  const unsigned so_far = levels_[before] == pending ? 0 : levels_[before];
  return so_far + (passes(before, cell) ? 0 : 1);
}

// Without recursion: netlists are deep. A net that is being settled when it is met again closes a
// loop, and counts as nothing there.
void Levels::settle(Net end) {
  std::vector<Net> stack = {end};
  while (!stack.empty()) {
    const Net net = stack.back();
    const Cell* cell = maker(net);
    if (levels_[net] != unknown && levels_[net] != pending) {
      stack.pop_back();
    } else if (!cell) {
      levels_[net] = 0;
    } else if (levels_[net] == unknown) {
      levels_[net] = pending;
      std::ranges::copy_if(cell->reads, std::back_inserter(stack),
                           [&](Net input) { return levels_[input] == unknown; });
    } else {
      levels_[net] = deepest(*cell);
    }
  }
}

unsigned Levels::deepest(const Cell& cell) const {
  unsigned most = 0;
  for (const Net input : cell.reads)
    most = std::max(most, through(input, cell));
  return most;
}

unsigned Levels::at(Net net) {
  settle(net);
  return levels_[net];
}

Path Levels::path_to(Net end) {
  Path path{at(end), {}};
  for (Net net = end, steps = 0; steps++ <= netlist_.cells.size();) {
    if (const std::string& name = netlist_.names[net];
        !name.empty() && (path.nets.empty() || path.nets.back() != name))
      path.nets.push_back(name);
    const Cell* cell = maker(net);
    if (!cell || cell->reads.empty())
      break;
    net = *std::ranges::max_element(cell->reads, {},
                                    [&](Net input) { return through(input, *cell); });
  }
  std::ranges::reverse(path.nets);
  return path;
}

} // namespace pw::fpga
