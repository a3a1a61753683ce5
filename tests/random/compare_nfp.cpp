#include "backends/nfp/nfp.h"
#include "frontend/frontend.h"
#include "tests/random/compare.h"

namespace pw::random {

Contestant nfp() {
  return {"nfp", [](const Case& c) -> std::unique_ptr<Engine> {
            const pw::nfp::FirmwareProfile profile;
            const LiftedProgram lifted =
                lift_program(c.object, c.program(), pw::nfp::lift_options(profile, LiftOptions{}));
            const auto compiled = pw::nfp::compile_program(c.object, c.program(), lifted, profile);
            const auto elf = pw::nfp::write_elf(compiled.image, c.object, profile);
            EngineInput input;
            input.object = &c.object;
            input.program = &c.program();
            input.nfp_elf = &elf;
            return make_engine(EngineKind::Nfp, input);
          }};
}

} // namespace pw::random
