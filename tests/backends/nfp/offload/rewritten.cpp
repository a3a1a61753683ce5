#include "tests/backends/nfp/offload/rewritten.h"

#include "tests/random/kernel_oracle.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace pw::nfp {
namespace {

std::string write_file(const std::vector<std::uint8_t>& bytes) {
  static int count = 0;
  const auto path = std::filesystem::temp_directory_path() /
                    ("offload_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".o");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  return path.string();
}

std::unique_ptr<Engine> make(Runner runner, const Object& object, const Program& program) {
  if (runner == Runner::Memory)
    return random::make_kernel_oracle(object);
  EngineInput input;
  input.object = &object;
  input.program = &program;
  return make_engine(runner == Runner::Kernel ? EngineKind::Kernel : EngineKind::Interp, input);
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  static constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t b : bytes)
    text += {digits[b >> 4], digits[b & 15]};
  return text;
}

std::string difference(const PacketResult& a, const PacketResult& b) {
  if (a.unsupported || b.unsupported)
    return {};
  if (a.retval != b.retval)
    return "verdict " + std::to_string(a.retval) + " / " + std::to_string(b.retval);
  if (a.length != b.length)
    return "length " + std::to_string(a.length) + " / " + std::to_string(b.length);
  return a.bytes == b.bytes ? "" : "bytes " + hex(a.bytes) + " / " + hex(b.bytes);
}

std::string map_difference(const std::string& name, const MapContents& a, const MapContents& b) {
  if (a.size() != b.size())
    return "map " + name + ": " + std::to_string(a.size()) + " / " + std::to_string(b.size()) +
           " entries";
  for (const auto& [key, value] : a)
    if (const auto other = b.find(key); other == b.end() || other->second != value)
      return "map " + name + " key " + hex(key) + ": " + hex(value) + " / " +
             (other == b.end() ? "none" : hex(other->second));
  return {};
}

} // namespace

Rewritten::Rewritten(const Object& object, const Program& program,
                     const FirmwareProfile& firmware) {
  Offload made = make_offload(object, program, firmware);
  path_ = write_file(made.object);
  object_ = open_object(path_);
  notes_ = std::move(made.rewritten);
}

Rewritten::~Rewritten() { std::filesystem::remove(path_); }

bool Rewritten::has_note(const std::string& code) const {
  return std::ranges::any_of(notes_, [&](const Diagnostic& d) { return d.code == code; });
}

Outcome run(Runner runner, const Object& object, const Program& program,
            std::span<const Packet> packets, const MapState& maps) {
  const auto engine = make(runner, object, program);
  MapState known;
  for (const auto& [name, contents] : maps)
    if (std::ranges::any_of(object.maps, [&](const auto& m) { return m.name == name; }))
      known[name] = contents;
  engine->set_maps(known);
  Outcome out;
  out.results = engine->run(packets);
  out.maps = engine->maps();
  return out;
}

std::string difference(const Outcome& original, const Outcome& rewritten) {
  if (original.results.size() != rewritten.results.size())
    return "number of results";
  for (std::size_t i = 0; i < original.results.size(); ++i)
    if (const std::string what = difference(original.results[i], rewritten.results[i]);
        !what.empty())
      return "packet " + std::to_string(i) + ": " + what;
  for (const auto& [name, contents] : rewritten.maps) {
    auto other = original.maps.find(name);
    if (other == original.maps.end())
      other = original.maps.find("." + name);
    if (other == original.maps.end())
      return "map " + name + " is new";
    if (const std::string what = map_difference(name, other->second, contents); !what.empty())
      return what;
  }
  return {};
}

} // namespace pw::nfp
