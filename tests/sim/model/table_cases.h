// Pipelines with maps of kind Table.
#pragma once

#include "tests/sim/model/cases.h"

namespace pw::test {

// Look up a flow, insert it if it is new, count: a packet a clock. `given`: entries before the run.
Case table_counter(const std::string& name, unsigned entries, bool lru, unsigned given);

std::vector<Case> table_cases();

// Packets for table_counter() with as many keys that all have the rows of the first one: more than
// its places, so that they wait in the stash until it is full and the hash functions change.
std::vector<Packet> colliding_packets(const Case&, unsigned keys);

} // namespace pw::test
