// One walk over the program.
#pragma once

#include "frontend/verify/explore.h"

#include <vector>

namespace pw::verify {

// How to go about it.
struct Manner {
  unsigned foresight = 0; // blocks; 0: states that can be joined are
  // By part: tail-called programs are looked at in this order. Empty: by the number of tail calls
  // that led to them, which is right without knowing who calls whom.
  std::vector<unsigned> ranks;
  bool exact_places = false; // explore.h
};

// `out` has code and graph; the rest is filled in.
void explore_once(const Object&, const Linked&, const VerifyOptions&, const Manner&, Report&,
                  Exploration& out);

} // namespace pw::verify
