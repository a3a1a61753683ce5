// From a program and its traffic to an answer. No SystemC in here.
#pragma once

#include "sim/engine.h"
#include "sim/nfp/card.h"
#include "sim/nic/config.h"
#include "sim/nic/feed.h"
#include "sim/nic/result.h"

#include <functional>

namespace pw::nic {

// Rtl: a module of SystemC made by Verilator. PlainRtl: the same Verilog as a plain class of
// Verilator's, in the same clocks, what the tests compare the module with.
enum class EstimateEngine { Model, Rtl, PlainRtl, Nfp };

struct EstimateInput {
  NicConfig nic;
  std::string card_file; // for the result
  EstimateEngine engine = EstimateEngine::Model;
  EngineInput program;  // ELF file for Nfp, pipeline for the others
  me::CardProfile card; // Nfp
  MapState maps;        // before the first frame
  // Traffic: packets of a capture, or a specification.
  const std::vector<Packet>* capture = nullptr;
  std::optional<ArrivalSpec> capture_rate; // nullopt: its own times
  TrafficSpec traffic;
  bool search = true;                    // for the highest rate without loss
  std::uint64_t search_frames = 100'000; // in each of its runs, at least 1000
};

// Fills in run, lossless, bottleneck, pipeline and card of the result; what names the input is up
// to the caller. Throws Failure: PW-NIC-003 to 005, and those of the engines.
EstimateResult estimate(const EstimateInput&);

} // namespace pw::nic
