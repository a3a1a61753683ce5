// The engine around the machine: packets in order, maps in and out.
#include "sim/engine.h"
#include "sim/interp/machine.h"
#include "sim/interp/operation.h"
#include "sim/maps/contents.h"

namespace pw {

namespace {

class InterpEngine : public Engine {
public:
  explicit InterpEngine(const EngineInput& input)
      : object_(*input.object), machine_(object_, *input.program, input.environment) {}

  void set_maps(const MapState& state) override {
    check_maps(state, object_);
    for (std::size_t i = 0; i < object_.maps.size(); ++i)
      if (const auto given = state.find(object_.maps[i].name); given != state.end())
        machine_.maps()[i]->replace(given->second);
  }

  MapState maps() override {
    MapState state;
    for (const auto& map : machine_.maps())
      if (has_contents(map->definition()))
        state[map->definition().name] = map->contents();
    return state;
  }

  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    std::vector<PacketResult> results;
    results.reserve(packets.size());
    for (const Packet& packet : packets)
      results.push_back(packet.operation ? run_operation(packet, object_, machine_.maps(), index_++)
                                         : machine_.run(packet, index_++));
    return results;
  }

private:
  const Object& object_;
  interp::Machine machine_;
  std::uint32_t index_ = 0;
};

} // namespace

std::unique_ptr<Engine> make_interp_engine(const EngineInput& input) {
  return std::make_unique<InterpEngine>(input);
}

} // namespace pw
