// Which places hold something that is still read.
#pragma once

#include "backends/nfp/allocate/places.h"

#include <boost/dynamic_bitset.hpp>

#include <vector>

namespace pw::nfp {

using PlaceSet = boost::dynamic_bitset<>;

class Liveness {
public:
  Liveness(const Function&, const Places&);
  const PlaceSet& at_begin(BlockId b) const { return in_[b]; }
  // Behind the block's branch.
  const PlaceSet& at_end(BlockId b) const { return out_[b]; }

private:
  std::vector<PlaceSet> in_, out_;
};

// live: behind the instruction -> before it.
void step_back(const Effects&, PlaceSet& live);

// Calls visit(instruction, effects, live behind it) for each instruction of the block, last first.
template <class Block, class Visit>
void walk_back(Block& block, const Places& places, PlaceSet live, Visit visit) {
  Effects e;
  const auto step = [&](auto& instruction) {
    effects(instruction, places, e);
    visit(instruction, e, live);
    step_back(e, live);
  };
  if (block.branch)
    step(*block.branch);
  for (auto i = block.body.rbegin(); i != block.body.rend(); ++i)
    step(*i);
}

} // namespace pw::nfp
