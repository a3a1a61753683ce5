#include "tests/control/live.h"

#include "support/control_format.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Keys that packets leave in a map, by running them alone.
std::vector<Bytes> keys_of_packets(const LiveProgram& live, const std::vector<Packet>& traffic,
                                   const std::string& map) {
  auto engine = live.engine(EngineKind::Interp);
  engine->run(traffic);
  std::vector<Bytes> keys;
  const MapState state = engine->maps();
  for (const auto& [key, value] : state.at(map))
    keys.push_back(key);
  return keys;
}

class Operations {
public:
  Operations(const LiveProgram& live, const std::vector<Packet>& traffic, std::uint32_t seed)
      : live_(live), random_(seed) {
    for (const ControlledMap& m : live.maps)
      keys_.push_back(keys_of_packets(live, traffic, live.map(m).name));
  }

  Packet next() {
    const std::size_t i = pick(live_.maps.size());
    const MapDefinition& map = live_.map(live_.maps[i]);
    Packet packet;
    packet.operation = true;
    packet.bytes = {std::uint8_t(operation()),
                    std::uint8_t(live_.maps[i].map),
                    std::uint8_t(flags()),
                    0,
                    0,
                    0,
                    0,
                    0};
    const Bytes k = key(i, map);
    packet.bytes.insert(packet.bytes.end(), k.begin(), k.end());
    for (unsigned b = 0; b < map.value_size; ++b)
      packet.bytes.push_back(locked(map, b) ? 0
                                            : std::uint8_t(random_() & (pick(2) ? 0xff : 0x03)));
    return packet;
  }

  std::size_t pick(std::size_t n) { return random_() % n; }

private:
  control::Operation operation() {
    using enum control::Operation;
    static constexpr control::Operation all[] = {Lookup, Update, Delete, LookupAndDelete};
    return all[pick(std::size(all))];
  }
  unsigned flags() { return pick(4) ? 0 : unsigned(pick(3)); }
  static bool locked(const MapDefinition& map, unsigned b) {
    return map.spin_lock && b >= *map.spin_lock && b < *map.spin_lock + 4;
  }
  Bytes key(std::size_t i, const MapDefinition& map) {
    if (map.global != GlobalData::None)
      return Bytes(4);
    if (map.type == BPF_MAP_TYPE_ARRAY || map.type == BPF_MAP_TYPE_PERCPU_ARRAY) {
      const std::uint32_t n = std::uint32_t(pick(std::size_t{map.max_entries} + 1));
      return {std::uint8_t(n), std::uint8_t(n >> 8), std::uint8_t(n >> 16), std::uint8_t(n >> 24)};
    }
    Bytes k(map.key_size);
    if (!keys_[i].empty() && pick(4))
      return keys_[i][pick(keys_[i].size())];
    for (std::uint8_t& b : k)
      b = std::uint8_t(pick(2));
    return k;
  }

  const LiveProgram& live_;
  std::mt19937 random_;
  std::vector<std::vector<Bytes>> keys_; // by map
};

} // namespace

LiveProgram::LiveProgram(const std::string& path) : object(open_object(path)) {
  program = &select_program(object, "");
  LiftedProgram lifted = lift_program(object, *program);
  maps = add_control(lifted, object);
  compiled = compile_pipeline(object, lifted);
}

EngineInput LiveProgram::input() const {
  EngineInput input;
  input.object = &object;
  input.program = program;
  input.pipeline = &compiled.pipeline;
  return input;
}

std::unique_ptr<Engine> LiveProgram::engine(EngineKind kind) const {
  return kind == EngineKind::Interp ? make_interp_engine(input()) : make_model_engine(input());
}

std::vector<Packet> with_operations(const LiveProgram& live, const std::vector<Packet>& traffic,
                                    const Mix& mix) {
  Operations operations(live, traffic, mix.seed);
  std::vector<Packet> all;
  std::size_t next = 0;
  for (unsigned done = 0; done < mix.operations;) {
    if (operations.pick(100) < mix.percent) {
      all.push_back(operations.next());
      ++done;
    } else {
      all.push_back(traffic[next++ % traffic.size()]);
    }
    all.back().time_ns = all.size() * 100;
  }
  return all;
}

MapState visible(const LiveProgram& live, const MapState& state) {
  MapState out = state;
  for (const ControlledMap& m : live.maps)
    if (m.keys)
      out.erase(live.object.maps[*m.keys].name);
  return out;
}

void expect_keys_listed(const LiveProgram& live, const MapState& state) {
  for (const ControlledMap& m : live.maps) {
    if (!m.keys)
      continue;
    std::vector<Bytes> listed, held;
    for (const auto& [slot, entry] : state.at(live.object.maps[*m.keys].name))
      if (entry.back() == std::uint8_t(control::SlotState::Used))
        listed.emplace_back(entry.begin(), entry.end() - 1);
    for (const auto& [key, value] : state.at(live.map(m).name))
      held.push_back(key);
    std::sort(listed.begin(), listed.end());
    EXPECT_EQ(listed, held) << live.map(m).name;
  }
}

} // namespace pw::test
