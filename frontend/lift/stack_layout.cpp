#include "frontend/lift/stack_layout.h"

#include <algorithm>

namespace pw::lift {

void StackLayout::finish(int lowest) {
  borders_.insert(lowest);
  borders_.insert(0);
  pieces_.clear();
  for (auto it = borders_.begin(); std::next(it) != borders_.end(); ++it)
    pieces_.push_back({*it, unsigned(*std::next(it) - *it)});
}

unsigned StackLayout::first_overlapping(int offset) const {
  const auto behind = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                       [](int o, const Piece& p) { return o < p.offset; });
  return unsigned(behind - pieces_.begin()) - 1;
}

} // namespace pw::lift
