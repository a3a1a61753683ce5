#include "backends/fpga/cost.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace pw::fpga {

namespace {

class Accounts {
public:
  Accounts(const Netlist& netlist, const Places& places)
      : netlist_(netlist), places_(places), levels_(netlist), owner_(netlist.cells.size()),
        makers_(netlist.names.size(), 0) {
    for (std::size_t i = 0; i < netlist.cells.size(); ++i)
      for (const Net net : netlist.cells[i].outputs)
        makers_[net] = std::uint32_t(i) + 1;
  }

  Cost settle() {
    for (std::size_t i = 0; i < netlist_.cells.size(); ++i)
      take_end(i);
    Cost out;
    for (std::size_t i = 0; i < netlist_.cells.size(); ++i) {
      const std::string own = own_place(netlist_.cells[i]);
      count(out, i, own.empty() ? owner_[i] : own);
    }
    for (auto& [name, place] : by_name_)
      out.places.push_back(std::move(place));
    std::ranges::stable_sort(out.places, {}, order);
    return out;
  }

private:
  // Entrances stand in front of the stages that follow them only by name: first all of them.
  static std::tuple<int, unsigned long, std::string> order(const PlaceCost& place) {
    const std::size_t space = place.place.find(' ');
    if (space == std::string::npos)
      return {place.place == "other" ? 3 : 2, 0, place.place};
    return {place.place.starts_with("entrance") ? 0 : 1, std::stoul(place.place.substr(space)), ""};
  }

  PlaceCost& place(const std::string& name) {
    PlaceCost& out = by_name_[name.empty() ? "other" : name];
    out.place = name.empty() ? "other" : name;
    return out;
  }

  std::string first_name(const std::vector<Net>& nets) const {
    for (const Net net : nets)
      if (!netlist_.names[net].empty())
        return netlist_.names[net];
    return "";
  }

  std::string own_place(const Cell& cell) const {
    return places_.of_wire(first_name(cell.outputs));
  }

  // Of a register or memory: the paths that end at it, and the logic on them.
  void take_end(std::size_t index) {
    const Cell& cell = netlist_.cells[index];
    if (cell.stores.empty())
      return;
    const std::string where = places_.in_front_of(first_name(cell.outputs));
    PlaceCost& here = place(where);
    for (const Net net : cell.stores) {
      claim(net, here.place);
      if (levels_.at(net) > here.longest.levels)
        here.longest = levels_.path_to(net);
    }
  }

  // All logic in front of `end` that nobody has claimed.
  void claim(Net end, const std::string& where) {
    std::vector<Net> stack = {end};
    while (!stack.empty()) {
      const std::uint32_t maker = makers_[stack.back()];
      stack.pop_back();
      if (!maker || !owner_[maker - 1].empty() || clocked(netlist_.cells[maker - 1]))
        continue;
      owner_[maker - 1] = where;
      const std::vector<Net>& reads = netlist_.cells[maker - 1].reads;
      stack.insert(stack.end(), reads.begin(), reads.end());
    }
  }

  static bool clocked(const Cell& cell) { return cell.reads.empty() && !cell.stores.empty(); }

  void count(Cost& out, std::size_t index, const std::string& where) {
    const Cell& cell = netlist_.cells[index];
    if (cell.kind == CellKind::Other)
      return;
    out.total.add(netlist_, cell);
    place(where).cells.add(netlist_, cell);
  }

  const Netlist& netlist_;
  const Places& places_;
  Levels levels_;
  std::vector<std::string> owner_; // of cells that are logic
  std::vector<std::uint32_t> makers_;
  std::map<std::string, PlaceCost> by_name_;
};

} // namespace

void CellCounts::add(const Netlist& netlist, const Cell& cell) {
  const std::string& type = netlist.types[cell.type];
  switch (cell.kind) {
  case CellKind::Lut:
    ++luts;
    break;
  case CellKind::LutRam:
    memory_luts += luts_of(type);
    break;
  case CellKind::Shift:
    ++memory_luts;
    break;
  case CellKind::FlipFlop:
    ++flip_flops;
    break;
  case CellKind::Block:
    blocks += blocks_of(type);
    break;
  case CellKind::Ultra:
    ++ultra;
    break;
  case CellKind::Dsp:
    ++dsp;
    break;
  case CellKind::Carry:
  case CellKind::WideMux:
  case CellKind::Other:
    break;
  }
}

Cost cost_of(const Netlist& netlist, const Places& places) {
  return Accounts(netlist, places).settle();
}

} // namespace pw::fpga
