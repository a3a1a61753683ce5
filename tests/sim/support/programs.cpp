#include "tests/sim/support/programs.h"

#include "sim/diff/diff.h"
#include "sim/maps/contents.h"
#include "sim/routes/routes.h"
#include "sim/traffic/random.h"
#include "sim/traffic/traffic.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace pw::test {

namespace {

// Removed when the process ends.
class Folder {
public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("pw_sim_tests." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string& suffix) {
    return (path_ / (std::to_string(next_++) + suffix)).string();
  }

private:
  std::filesystem::path path_;
  int next_ = 0;
};

Folder& folder() {
  static Folder instance;
  return instance;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_slot_key(bpf_map_type type) {
  return is_array_map(type) || (is_redirect_map(type) && type != BPF_MAP_TYPE_DEVMAP_HASH);
}

std::vector<std::uint8_t> some_key(const MapDefinition& map, unsigned index,
                                   traffic::Random& random) {
  if (is_slot_key(map.type))
    return index_key(index);
  std::vector<std::uint8_t> key(map.key_size);
  if (map.type == BPF_MAP_TYPE_LPM_TRIE)
    key[0] = static_cast<std::uint8_t>(random.below((map.key_size - 4) * 8 + 1));
  const std::size_t at = map.type == BPF_MAP_TYPE_LPM_TRIE ? 4 : 0;
  const std::array<std::uint8_t, 4> address = {10, 0, 0, static_cast<std::uint8_t>(index)};
  for (std::size_t i = 0; i + at < key.size() && i < address.size(); ++i)
    key[at + i] = key.size() < 4 ? static_cast<std::uint8_t>(index) : address[i];
  return key;
}

std::vector<std::uint8_t> some_value(const MapDefinition& map, unsigned index,
                                     traffic::Random& random) {
  if (map.type == BPF_MAP_TYPE_CPUMAP)
    return index_key(index);
  if (is_redirect_map(map.type))
    return index_key(2 + index);
  std::vector<std::uint8_t> value(map.value_size);
  for (std::uint8_t& byte : value)
    byte = random.below(3) == 0 ? static_cast<std::uint8_t>(random.bits()) : 0;
  return value;
}

std::string text_of(const DiffResult& result) {
  if (!result.difference)
    return "";
  const Difference& d = result.minimised ? *result.minimised : *result.difference;
  std::string text =
      "packet " + (d.packet ? std::to_string(*d.packet) : "-") + " " + d.field + " " + d.detail;
  for (const DiffValue& value : d.values)
    text += "\n  " + value.engine + ": " + value.value;
  for (const Packet& packet : result.packets) {
    text += "\n  packet of " + std::to_string(packet.bytes.size()) + " bytes:";
    for (std::size_t i = 0; i < packet.bytes.size() && i < 96; ++i) {
      std::array<char, 4> piece{};
      std::snprintf(piece.data(), piece.size(), "%02x", unsigned{packet.bytes[i]});
      text += (i % 4 == 0 ? " " : "") + std::string(piece.data());
    }
  }
  return text;
}

} // namespace

std::string source_dir() { return PW_SOURCE_DIR; }

std::string compile_file(const std::string& path, const std::string& cpu) {
  const std::string object = folder().file(".o"), log = object + ".log";
  const std::string command = "clang-19 -O2 -g -target bpf -mcpu=" + cpu + " -I'" + source_dir() +
                              "/examples' -idirafter /usr/include/x86_64-linux-gnu"
                              " -idirafter /usr/include/aarch64-linux-gnu -c '" +
                              path + "' -o '" + object + "' > '" + log + "' 2>&1";
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error(command + "\n" + text_of(log));
  return object;
}

std::string compile_c(const std::string& source, const std::string& cpu) {
  const std::string path = folder().file(".c");
  std::ofstream(path) << source;
  return compile_file(path, cpu);
}

Object object_of(std::vector<bpf_insn> insns, std::vector<MapDefinition> maps) {
  Object object;
  object.maps = std::move(maps);
  Program program;
  program.name = "prog";
  program.section = "xdp";
  program.type = ProgramType::Xdp;
  program.type_name = "xdp";
  program.insns = std::move(insns);
  object.programs.push_back(std::move(program));
  return object;
}

std::vector<Packet> mixed_packets(unsigned count, std::uint32_t seed) {
  return generate_traffic(parse_traffic(
      "size=64-300,flows=zipf:1.0:30,vlan=0..2,ipv6=25%,malformed=10%,options=15%,fragments=5%,"
      "other=8%,tunnel=mix:10%,count=" +
      std::to_string(count) + ",seed=" + std::to_string(seed)));
}

std::vector<Packet> random_packets(unsigned count, std::uint32_t seed, unsigned shortest,
                                   unsigned longest) {
  traffic::Random random(seed);
  std::vector<Packet> packets(count);
  for (Packet& packet : packets) {
    packet.time_ns = random.bits() >> 4;
    packet.bytes.resize(random.between(shortest, longest));
    for (std::uint8_t& byte : packet.bytes)
      byte = static_cast<std::uint8_t>(random.bits());
  }
  return packets;
}

std::string kernel_missing() {
  static const std::string why = [] {
    try {
      const Object object = open_object(
          compile_c("__attribute__((section(\"xdp\"), used)) int prog(void *ctx) { return 2; }\n"));
      EngineInput input;
      input.object = &object;
      input.program = &object.programs.front();
      make_kernel_engine(input);
      return std::string();
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  }();
  return why;
}

std::string compare_with_kernel(const Object& object, const Program& program,
                                std::span<const Packet> packets, const MapState& maps,
                                const Environment& environment) {
  EngineInput input;
  input.object = &object;
  input.program = &program;
  input.environment = environment;
  const std::vector<DiffEngine> engines = {{"kernel", [&] { return make_kernel_engine(input); }},
                                           {"interp", [&] {
                                              auto engine = make_interp_engine(input);
                                              if (const MapState routes = route_tables(input);
                                                  !routes.empty())
                                                engine->set_maps(routes);
                                              return engine;
                                            }}};
  DiffOptions options;
  options.compare_trace = true;
  return text_of(diff_engines(engines, packets, maps, options));
}

std::string compare_with_kernel(const std::string& object_path, std::span<const Packet> packets,
                                const MapState& maps, const Environment& environment) {
  const Object object = open_object(object_path);
  std::string text;
  for (const Program& program : object.programs) {
    const std::string found = compare_with_kernel(object, program, packets, maps, environment);
    if (!found.empty())
      text += program.name + ": " + found + "\n";
  }
  return text;
}

MapState some_entries(const Object& object, std::uint32_t seed) {
  traffic::Random random(seed);
  MapState state;
  for (const MapDefinition& map : object.maps) {
    if (!has_contents(map) || is_program_map(map.type) || map.inner || is_queue_map(map.type) ||
        is_bloom_map(map.type) || map.global != GlobalData::None)
      continue;
    const unsigned most = map.type == BPF_MAP_TYPE_CPUMAP ? 1 : 12;
    MapContents& contents = state[map.name];
    for (unsigned i = 0; i < most && i < map.max_entries; ++i) {
      auto value = some_value(map, i, random);
      if (random.below(4) != 0)
        contents.emplace(some_key(map, i, random), std::move(value));
    }
  }
  return state;
}

} // namespace pw::test
