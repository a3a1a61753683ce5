#include "frontend/frontend.h"
#include "ir/compile.h"
#include "tests/random/compare.h"

namespace pw::random {

namespace {

// The pipeline must live as long as the engine that refers to it.
class WithPipeline : public Engine {
public:
  WithPipeline(EngineKind kind, const Case& c, const ModelOptions& options) {
    LiftOptions lift;
    lift.mac = environment_of(c).mac;
    LiftedProgram lifted = lift_program(c.object, c.program(), lift);
    CompileOptions compile;
    compile.random_schedule = options.random_schedule;
    compiled_ = compile_pipeline(c.object, lifted, compile);
    EngineInput input;
    input.object = &c.object;
    input.program = &c.program();
    input.pipeline = &compiled_.pipeline;
    input.environment = environment_of(c);
    input.stall_percent = options.stall_percent;
    input.stall_seed = options.stall_seed;
    engine_ = make_engine(kind, input);
  }
  void set_maps(const MapState& maps) override { engine_->set_maps(maps); }
  MapState maps() override { return engine_->maps(); }
  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    return engine_->run(packets);
  }

private:
  Compiled compiled_;
  std::unique_ptr<Engine> engine_;
};

} // namespace

Contestant model(const ModelOptions& options) {
  return {"model", [options](const Case& c) -> std::unique_ptr<Engine> {
            return std::make_unique<WithPipeline>(EngineKind::Model, c, options);
          }};
}

Contestant rtl(const ModelOptions& options) {
  return {"rtl", [options](const Case& c) -> std::unique_ptr<Engine> {
            return std::make_unique<WithPipeline>(EngineKind::Rtl, c, options);
          }};
}

} // namespace pw::random
