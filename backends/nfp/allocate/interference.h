// Which values are alive at the same time, with values joined to one node where copies between them
// vanish so.
#pragma once

#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/firmware/firmware.h"

#include <cstdint>
#include <vector>

namespace pw::nfp {

using Node = unsigned;           // a value that stands for all that were joined with it
using Registers = std::uint64_t; // a bit a register: bank A 0..31, bank B 32..63

constexpr Registers register_bit(Bank bank, unsigned n) {
  return Registers(1) << (n + (bank == Bank::B ? bank_registers : 0));
}

class Interference {
public:
  explicit Interference(const Function&);

  Node node(unsigned value) const;
  bool is_node(unsigned value) const { return node(value) == value; }
  bool clash(Node a, Node b) const { return rows_[a].test(b); }
  // Each once.
  std::vector<Node> neighbours(Node) const;
  // Registers that something else has while the node lives.
  Registers taken(Node n) const { return taken_[n]; }
  // How often the program names it.
  unsigned uses(Node n) const { return uses_[n]; }
  unsigned values() const { return unsigned(parent_.size()); }
  // b becomes part of a. They must not clash.
  void join(Node a, Node b);

private:
  void add_block(const Block&, const Places&, const PlaceSet& live);
  void add_write(Place written, std::optional<Place> moved, const Places&, const PlaceSet& live);
  void add(Place a, Place b, const Places&);

  std::vector<Node> parent_;
  std::vector<boost::dynamic_bitset<>> rows_;
  std::vector<std::vector<Node>> lists_;
  std::vector<Registers> taken_;
  std::vector<unsigned> uses_;
};

// Joins the two sides of moves wherever they don't clash, most frequent first.
void coalesce(const Function&, Interference&);

// --- banks.cpp ---

struct Banks {
  // That each node needs so that two sources of an instruction are of different kinds; nothing:
  // either serves.
  std::vector<std::optional<Bank>> bank;
  // Nodes that stand beside it in some instruction.
  std::vector<std::vector<Node>> partners;
};
// wide: nodes that get both banks in any case, so that their partners are free.
Banks choose_banks(Function&, const Interference&, const std::vector<Node>& wide);

// --- spill.cpp ---

// Puts the nodes to local memory behind the stack. Throws PW-NFP-250.
void spill(Function&, const Interference&, const std::vector<Node>&, const FirmwareProfile&);

} // namespace pw::nfp
