// The ir layer as those to its right see it: lifted LLVM IR in, plain pipeline out; MLIR stays
// inside.
#pragma once

#include "frontend/frontend.h"
#include "ir/pipeline.h"

#include <optional>
#include <string>

namespace pw {

inline constexpr unsigned widest_window =
    4096; // bytes; wider ones would cost more than a device has
inline constexpr unsigned usual_window = 256;
inline constexpr unsigned roomy_window = 512; // for writes at offsets known only at run time

struct CompileOptions {
  std::string device = "xcu50";
  double clock_mhz = 250;
  unsigned bus_bits = 512;
  std::optional<unsigned> window; // bytes; default what the program needs, at most usual_window
  // Reads behind the window are served from the stored packet; otherwise they are refused.
  bool whole_packet = true;
  std::optional<std::uint64_t>
      random_schedule; // seed: any legal schedule instead of the best (tests)
};

struct Compiled {
  pipeline::Pipeline pipeline;
  std::string pw_text;     // --emit pw: the dialect, unscheduled, after the passes
  std::string stages_text; // --emit stages: the dialect, scheduled
  std::vector<Diagnostic> warnings;
};

// Throws Failure: PW-IR-..., PW-MAP-..., PW-PKT-..., PW-DEV-...
Compiled compile_pipeline(const Object&, const LiftedProgram&, const CompileOptions& = {});

} // namespace pw
