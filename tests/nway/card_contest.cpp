#include "tests/nway/card_contest.h"

#include "tests/nway/contest.h"

namespace pw::nway {

CardContest::CardContest(Subject subject, const nfp::FirmwareProfile& profile)
    : subject_(std::move(subject)), object_(open_object(subject_.object)) {
  try {
    program_ = &select_program(object_, subject_.program);
    const LiftedProgram lifted =
        lift_program(object_, *program_, nfp::lift_options(profile, LiftOptions{}));
    const nfp::NfpProgram compiled = nfp::compile_program(object_, *program_, lifted, profile);
    words_ = compiled.image.words.size();
    elf_ = nfp::write_elf(compiled.image, object_, profile);
  } catch (const Failure& failure) {
    if (failure.exit() == Exit::Internal)
      throw;
    refusal_ = failure.what();
  }
}

std::unique_ptr<Engine> CardContest::engine(EngineKind kind) const {
  EngineInput input;
  input.object = &object_;
  input.program = program_;
  input.environment = environment;
  input.nfp_elf = &elf_;
  return make_engine(kind, input);
}

bool CardContest::has_kernel() const {
  if (without_kernel)
    return false;
  try {
    const std::unique_ptr<Engine> made = engine(EngineKind::Kernel);
    made->set_maps(example_maps(subject_, object_));
    const std::vector<Packet> probe = {{std::vector<std::uint8_t>(60), 0}};
    made->run(probe);
    return true;
  } catch (const Failure& failure) {
    if (failure.exit() == Exit::EngineUnavailable)
      return false;
    throw;
  }
}

std::string CardContest::differences(std::span<const Packet> packets) const {
  return differences(packets, example_maps(subject_, object_));
}

std::string CardContest::differences(std::span<const Packet> packets, const MapState& maps) const {
  std::vector<DiffEngine> engines;
  for (const EngineKind kind : {EngineKind::Kernel, EngineKind::Interp, EngineKind::Nfp})
    if (kind != EngineKind::Kernel || has_kernel())
      engines.push_back({engine_name(kind), [this, kind] { return engine(kind); }});
  const DiffResult result = diff_engines(engines, packets, maps);
  if (!result.difference)
    return {};
  std::string text = to_text(*result.difference);
  if (result.minimised)
    text += "minimised to " + std::to_string(result.packets.size()) +
            " packets: " + to_text(*result.minimised);
  return text;
}

} // namespace pw::nway
