// A program of the examples, and what the NIC makes of it.
#pragma once

#include "frontend/frontend.h"
#include "ir/compile.h"
#include "sim/nic/estimate.h"
#include "tests/sim/support/programs.h"

namespace pw::nic::test {

struct Subject {
  Object object;
  Compiled compiled;
  EngineInput input;

  explicit Subject(const std::string& name, double clock_mhz = 250)
      : object(open_object(pw::test::compile_file(pw::test::source_dir() + "/examples/" + name +
                                                  "/" + name + ".bpf.c"),
                           OpenOptions{})) {
    const Program& program = select_program(object, "", ProgramType::Unknown);
    CompileOptions options;
    options.clock_mhz = clock_mhz;
    compiled = compile_pipeline(object, lift_program(object, program, {}), options);
    input.object = &object;
    input.program = &program;
    input.pipeline = &compiled.pipeline;
  }
};

inline EstimateResult estimate(const Subject& subject, EstimateEngine engine,
                               const std::string& traffic, bool search = false) {
  EstimateInput input;
  input.engine = engine;
  input.program = subject.input;
  input.traffic = parse_traffic(traffic);
  input.search = search;
  input.search_frames = 4000;
  return nic::estimate(input);
}

} // namespace pw::nic::test
