// Pipelines for the tests of model and rtl: each exercises one thing of the hardware.
#pragma once

#include "sim/engine.h"

#include <random>

namespace pw::test {

struct Case {
  std::string name;
  pipeline::Pipeline pipeline;
  Object object;
  MapState maps; // before the run
};

class PipelineBuilder;
// What was built, with the maps that its pipeline has as those of the object.
Case make_case(PipelineBuilder&, MapState before = {});

std::vector<Case> all_cases();
const Case& case_named(const std::vector<Case>&,
                       const std::string& name); // throws std::out_of_range

// What an engine wants to know of a case.
EngineInput input_of(const Case&);

// A random legal pipeline: operations of all kinds and widths in random stages and regions, map
// accesses with the interlocks that they need, random packet writes.
Case random_case(std::uint32_t seed);

// Random Ethernet-like frames. lengths: every kind of short, around the beat edges, long. Fields
// that the cases use as keys take few values, so that packets close to each other meet in the maps.
std::vector<Packet> random_packets(std::uint32_t seed, std::size_t count);

} // namespace pw::test
