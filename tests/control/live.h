// A program with the branch for operations of the host, and random operations among its packets.
#pragma once

#include "frontend/control/control.h"
#include "ir/compile.h"
#include "sim/engine.h"

#include <memory>
#include <random>

namespace pw::test {

struct LiveProgram {
  explicit LiveProgram(const std::string& path);

  EngineInput input() const;
  std::unique_ptr<Engine> engine(EngineKind) const; // Interp, Model
  const MapDefinition& map(const ControlledMap& m) const { return object.maps[m.map]; }

  Object object;
  const Program* program = nullptr;
  std::vector<ControlledMap> maps;
  Compiled compiled;
};

struct Mix {
  unsigned operations = 0;
  unsigned percent = 50; // operations of all that comes in
  std::uint32_t seed = 1;
};

// Packets of `traffic`, again and again, with operations at random places among them: on every map,
// by keys that packets use and by others.
std::vector<Packet> with_operations(const LiveProgram&, const std::vector<Packet>& traffic,
                                    const Mix&);

// What the map holds, but for the lists of keys; those are compared with what they list.
MapState visible(const LiveProgram&, const MapState&);
void expect_keys_listed(const LiveProgram&, const MapState&);

} // namespace pw::test
