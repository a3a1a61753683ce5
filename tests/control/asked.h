// Operations through the library, and whether their answers are those of a serial order.
#pragma once

#include "control/pipewright/control.h"
#include "tests/control/live.h"

#include <vector>

namespace pw::test {

struct Said {
  Packet operation;
  int result = 0;
  std::vector<std::uint8_t> value; // of a look-up
};

Said ask(pipewright_control*, const LiveProgram&, const Packet& operation);

// What the interpreter made of the operation, and what the library said of it.
void expect_answer(const LiveProgram&, const PacketResult& expected, const Said&);

} // namespace pw::test
