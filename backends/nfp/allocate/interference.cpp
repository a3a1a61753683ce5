#include "backends/nfp/allocate/interference.h"

#include <algorithm>
#include <numeric>

namespace pw::nfp {

Interference::Interference(const Function& f)
    : parent_(f.values), rows_(f.values, boost::dynamic_bitset<>(f.values)), lists_(f.values),
      taken_(f.values), uses_(f.values) {
  std::iota(parent_.begin(), parent_.end(), 0u);
  const Places places(f);
  const Liveness live(f, places);
  for (BlockId b = 0; b < f.blocks.size(); ++b)
    add_block(f.blocks[b], places, live.at_end(b));
}

void Interference::add_block(const Block& b, const Places& places, const PlaceSet& live) {
  walk_back(b, places, live, [&](const Instruction& i, const Effects& e, const PlaceSet& behind) {
    std::optional<Place> moved; // a move's two sides may share a register
    if (is_move(i) && e.reads.size() == 1)
      moved = e.reads[0];
    for (std::size_t w = 0; w < e.writes.size(); ++w) {
      add_write(e.writes[w], moved, places, behind);
      for (std::size_t other = 0; other < w; ++other)
        add(e.writes[w], e.writes[other], places);
    }
    for (const auto* all : {&e.reads, &e.writes})
      for (Place p : *all)
        if (places.is_value(p))
          ++uses_[p];
  });
}

void Interference::add_write(Place written, std::optional<Place> moved, const Places& places,
                             const PlaceSet& live) {
  if (!places.is_value(written) && !places.is_register(written))
    return;
  for (std::size_t p = live.find_first(); p != PlaceSet::npos; p = live.find_next(p)) {
    if (!places.is_value(Place(p)) && !places.is_register(Place(p)))
      break; // the places behind are none that share registers
    if (p != written && p != moved)
      add(written, Place(p), places);
  }
}

void Interference::add(Place a, Place b, const Places& places) {
  if (places.is_register(a))
    std::swap(a, b);
  if (!places.is_value(a) || a == b)
    return;
  if (places.is_register(b)) {
    taken_[a] |= Registers(1) << (b - places.reg(Bank::A, 0));
  } else if (places.is_value(b) && !rows_[a].test(b)) {
    rows_[a].set(b);
    rows_[b].set(a);
    lists_[a].push_back(b);
    lists_[b].push_back(a);
  }
}

Node Interference::node(unsigned value) const {
  while (parent_[value] != value)
    value = parent_[value];
  return value;
}

std::vector<Node> Interference::neighbours(Node n) const {
  std::vector<Node> all;
  for (Node other : lists_[n])
    all.push_back(node(other));
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

void Interference::join(Node a, Node b) {
  parent_[b] = a;
  taken_[a] |= taken_[b];
  uses_[a] += uses_[b];
  for (Node other : lists_[b]) {
    other = node(other);
    if (rows_[a].test(other))
      continue;
    rows_[a].set(other);
    rows_[other].set(a);
    lists_[a].push_back(other);
    lists_[other].push_back(a);
  }
}

} // namespace pw::nfp
