// Looks ahead from a state: which way do the next conditional jumps go, and do the next accesses
// come out right?
//
// Compilers join paths only to tell them apart again a few instructions later, by a flag that says
// which path it was; or to share instructions that are right on each path for another reason. What
// is known on one of the paths is lost where they are joined. States whose fates differ, or whose
// union has a worse one, are therefore better kept apart.
#pragma once

#include "frontend/verify/explore.h"

#include <vector>

namespace pw::verify {

enum class Way : std::uint8_t { Straight, Taken, Open };

struct Fate {
  std::vector<Way> ways;  // in the order in which the jumps are met, straight before taken
  std::size_t faults = 0; // reasons to complain
  bool operator==(const Fate&) const = default;
};

class Foresight {
public:
  // Looks at `blocks` blocks from each state.
  Foresight(const Object&, const Program&, const Exploration&, unsigned blocks, bool micro_engine);
  // `next_id`: an id that the state doesn't have yet.
  Fate fate(const State&, unsigned context, unsigned block, std::uint32_t next_id);

private:
  struct Walk {
    Fate fate;
    unsigned blocks = 0;
  };
  void follow(Walk&, State, unsigned context, unsigned block);
  void jump(Walk&, State, unsigned context, unsigned insn, const isa::Jump&);
  void go_to(Walk&, State, unsigned context, unsigned insn);
  void leave(Walk&, State, unsigned context);

  const pw::Program& program_;
  const Exploration& explored_;
  unsigned most_blocks_;
  Report silent_;
  Transfer transfer_;
};

} // namespace pw::verify
