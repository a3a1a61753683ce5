// Looks ahead from a state: which way do the next conditional jumps go?
//
// Compilers join paths only to tell them apart again a few instructions later, by a flag that says
// which path it was. What is known on one of the paths is lost where they are joined. States whose
// fates differ are therefore better kept apart.
#pragma once

#include "frontend/verify/explore.h"

#include <vector>

namespace pw::verify {

enum class Way : std::uint8_t { Straight, Taken, Open };
using Fate = std::vector<Way>; // in the order in which the jumps are met, straight before taken

class Foresight {
public:
  Foresight(const Object&, const Program&, const Exploration&);
  // `next_id`: an id that the state doesn't have yet.
  Fate fate(const State&, unsigned context, unsigned block, std::uint32_t next_id);

private:
  struct Walk {
    Fate ways;
    unsigned blocks = 0;
  };
  void follow(Walk&, State, unsigned context, unsigned block);
  void jump(Walk&, State, unsigned context, unsigned insn, const isa::Jump&);
  void go_to(Walk&, State, unsigned context, unsigned insn);
  void leave(Walk&, State, unsigned context);

  const Exploration& explored_;
  Report silent_;
  Transfer transfer_;
};

} // namespace pw::verify
