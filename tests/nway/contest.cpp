#include "tests/nway/contest.h"

#include <filesystem>
#include <sstream>

namespace pw::nway {

namespace {

Packet smallest_packet() {
  Packet packet;
  packet.bytes.resize(60);
  return packet;
}

} // namespace

Contest::Contest(Subject subject)
    : subject_(std::move(subject)), object_(open_object(subject_.object)) {
  if (const std::string path = subject_.inputs + "/routes.json"; std::filesystem::exists(path))
    routes = read_routes(path);
  try {
    add_inner_maps(subject_, object_);
    program_ = &select_program(object_, subject_.program);
    compiled_ = compile_pipeline(object_, lift_program(object_, *program_));
  } catch (const Failure& failure) {
    if (failure.exit() == Exit::Internal)
      throw;
    refusal_ = failure.what();
  }
}

void Contest::reschedule(std::uint64_t seed) {
  CompileOptions options;
  options.random_schedule = seed;
  compiled_ = compile_pipeline(object_, lift_program(object_, *program_), options);
}

std::unique_ptr<Engine> Contest::engine(EngineKind kind) const {
  EngineInput input;
  input.object = &object_;
  input.program = program_;
  input.pipeline = &compiled_.pipeline;
  input.environment = environment;
  input.routes = routes ? &*routes : nullptr;
  input.stall_percent = stall_percent;
  input.stall_seed = stall_seed;
  return make_engine(kind, input);
}

bool Contest::has_engine(EngineKind kind) const {
  try {
    std::unique_ptr<Engine> made = engine(kind);
    made->set_maps(example_maps(subject_, object_));
    std::vector<Packet> probe = {smallest_packet()};
    made->run(probe);
    return true;
  } catch (const Failure& failure) {
    if (failure.exit() == Exit::EngineUnavailable)
      return false;
    throw;
  }
}

std::string Contest::differences(const std::vector<EngineKind>& kinds,
                                 std::span<const Packet> packets) const {
  return differences(kinds, packets, example_maps(subject_, object_));
}

std::string Contest::differences(const std::vector<EngineKind>& kinds,
                                 std::span<const Packet> packets, const MapState& maps) const {
  std::vector<DiffEngine> engines;
  for (EngineKind kind : kinds)
    engines.push_back({engine_name(kind), [this, kind] { return engine(kind); }});
  DiffResult result = diff_engines(engines, packets, maps);
  if (!result.difference)
    return {};
  std::string text = to_text(*result.difference);
  if (result.minimised)
    text += "minimised to " + std::to_string(result.packets.size()) +
            " packets: " + to_text(*result.minimised);
  return text;
}

std::string to_text(const Difference& difference) {
  std::ostringstream text;
  if (difference.packet)
    text << "packet " << *difference.packet << ", ";
  text << difference.field << " " << difference.detail << "\n";
  for (const DiffValue& value : difference.values)
    text << "  " << value.engine << ": " << value.value << "\n";
  return text.str();
}

} // namespace pw::nway
