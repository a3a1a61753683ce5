// A pass that looks at each instruction that is reached, by its kind, and says what stands in its
// place.
#pragma once

#include "backends/nfp/offload/draft.h"

#include <map>
#include <variant>

namespace pw::nfp::offload {

// Pass has an operator() for each kind of instruction, which may fill in instead_[at_].
template <typename Pass> class Walk {
public:
  // Whether the program was changed.
  bool run() {
    for (unsigned i = 0; i < facts_.before.size(); ++i)
      if (facts_.explored.code[i] && facts_.reached[i]) {
        at_ = i;
        std::visit(static_cast<Pass&>(*this), *facts_.explored.code[i]);
      }
    if (instead_.empty())
      return false;
    draft_.replace(instead_);
    return true;
  }

protected:
  explicit Walk(Draft& draft) : draft_(draft), facts_(draft.facts()) {}

  Draft& draft_;
  const Facts& facts_;
  std::map<unsigned, Insns> instead_;
  unsigned at_ = 0; // the instruction that is looked at
};

} // namespace pw::nfp::offload
