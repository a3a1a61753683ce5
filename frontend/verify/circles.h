// Loops in which nothing new becomes known: they would be unrolled for ever.
#pragma once

#include "frontend/verify/explore.h"

#include <map>
#include <utility>
#include <vector>

namespace pw::verify {

class Circles {
public:
  // `here`: the nodes at one place, which are about to be processed. Is it a loop head that was
  // entered with the same knowledge in an earlier round?
  bool closed(const Exploration&, const std::vector<unsigned>& here);

private:
  // States at a loop head in an earlier round. To find circles of any length it stays for twice as
  // many rounds each time (Brent).
  struct Anchor {
    std::vector<unsigned> nodes;
    std::uint32_t rounds = 0, patience = 1;
  };
  std::map<std::pair<unsigned, unsigned>, Anchor> anchors_; // by context and block
};

} // namespace pw::verify
