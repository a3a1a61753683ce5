#include "tests/nway/subjects.h"

#include "sim/capture/capture.h"
#include "sim/maps/map_file.h"
#include "sim/traffic/traffic.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

namespace pw::nway {

namespace fs = std::filesystem;

namespace {

const fs::path source_dir = PW_SOURCE_DIR;
const fs::path binary_dir = PW_BINARY_DIR;

std::vector<fs::path> files_in(const fs::path& folder, const std::set<std::string>& extensions) {
  std::vector<fs::path> files;
  std::error_code absent;
  for (const auto& file : fs::directory_iterator(folder, absent))
    if (extensions.contains(file.path().extension().string()))
      files.push_back(file.path());
  std::ranges::sort(files);
  return files;
}

// One program: one subject. More: one each; those of other types are not for us.
void add_subjects(const fs::path& object, const std::string& name, const std::string& inputs,
                  std::vector<Subject>& all) {
  if (name != "several_programs") {
    all.push_back({name, object.string(), "", inputs});
    return;
  }
  for (const char* program : {"pass_all", "drop_broadcast", "drop_short"})
    all.push_back({name + "_" + program, object.string(), program, inputs});
}

std::string before_dot(const fs::path& file) {
  std::string name = file.filename().string();
  return name.substr(0, name.find('.'));
}

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line))
    throw std::runtime_error("can't read " + file.string());
  return line;
}

// A frame of exactly `length` bytes that starts like `start`.
Packet of_length(const std::vector<std::uint8_t>& start, std::size_t length) {
  Packet packet;
  packet.bytes = start;
  packet.bytes.resize(std::min(start.size(), length));
  while (packet.bytes.size() < length)
    packet.bytes.push_back(std::uint8_t(packet.bytes.size() * 7));
  packet.time_ns = 1'700'000'000'000'000'000 + length;
  return packet;
}

} // namespace

namespace {

std::vector<Subject> examples_of(bool tc) {
  std::vector<Subject> all;
  for (const fs::path& source : files_in(source_dir / "examples", {""})) {
    const std::string name = source.filename().string();
    if (name.starts_with("tc_") == tc && fs::exists(source / (name + ".bpf.c")))
      add_subjects(binary_dir / "examples" / (name + ".bpf.o"), name, source.string(), all);
  }
  return all;
}

std::vector<Subject> variants_of(const std::vector<Subject>& examples) {
  std::vector<Subject> all;
  for (const Subject& example : examples)
    for (const char* cpu : {"v1", "v2", "v4"}) {
      std::string file = before_dot(example.object) + "." + cpu + ".bpf.o";
      fs::path object = binary_dir / "examples" / "variants" / file;
      if (fs::exists(object))
        all.push_back({example.name + "_" + cpu, object.string(), example.program, example.inputs});
    }
  return all;
}

} // namespace

std::vector<Subject> examples() { return examples_of(false); }
std::vector<Subject> variants() { return variants_of(examples()); }

std::vector<Subject> tc_examples() {
  std::vector<Subject> all = examples_of(true);
  for (const Subject& s : variants_of(all))
    all.push_back(s);
  return all;
}

std::vector<Subject> card_programs() {
  std::vector<Subject> all;
  for (const fs::path& object : files_in(binary_dir / "card", {".o"})) {
    std::string name = object.filename().string();
    name = name.substr(0, name.rfind(".bpf.o"));
    std::ranges::replace(name, '.', '_');
    all.push_back({name, object.string(), "", ""});
  }
  return all;
}

std::vector<Subject> debian_objects() {
  std::vector<Subject> all;
  for (const fs::path& object : files_in("/usr/lib/x86_64-linux-gnu/bpf", {".o"})) {
    std::string name = object.stem().string();
    std::ranges::replace_if(
        name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    all.push_back({name, object.string(), "", ""});
  }
  return all;
}

std::vector<Packet> example_packets(const Subject& subject) {
  if (subject.inputs.empty())
    return {};
  return read_capture(subject.inputs + "/traffic.pcap").packets;
}

std::vector<Packet> generated_packets(const Subject& subject, unsigned count) {
  TrafficSpec spec = parse_traffic(
      subject.inputs.empty()
          ? "size=64-512,flows=zipf:1.1:100,vlan=0..2,ipv6=30%,malformed=5%,options=10%,other=5%"
          : first_line(fs::path(subject.inputs) / "traffic.txt"));
  spec.count = count;
  return generate_traffic(spec);
}

std::vector<Packet> harsh_packets(unsigned count) {
  TrafficSpec spec =
      parse_traffic("size=64-1518,flows=uniform:30,vlan=0..3,ipv6=30%,malformed=20%,options=30%,"
                    "fragments=10%,other=15%,tunnel=mix:20%,seed=99");
  spec.count = count;
  return generate_traffic(spec);
}

std::vector<Packet> packets_of_lengths() {
  std::vector<Packet> packets;
  std::vector<Packet> starts = generate_traffic(parse_traffic(
      "size=128,count=12,flows=uniform:4,vlan=0..1,ipv6=30%,options=30%,other=10%,seed=5"));
  for (std::size_t length : {0u, 1u, 13u, 14u, 60u, 1514u, 3520u, 9000u})
    for (const Packet& start : starts)
      packets.push_back(of_length(start.bytes, length));
  return packets;
}

std::vector<std::string> captures() {
  std::vector<std::string> paths;
  for (const fs::path& file :
       files_in(source_dir / ".." / "shared" / "captures", {".pcap", ".pcapng"}))
    paths.push_back(file.string());
  return paths;
}

MapState example_maps(const Subject& subject, const Object& object) {
  if (subject.inputs.empty())
    return {};
  return read_maps(subject.inputs + "/maps.json", object);
}

void add_inner_maps(const Subject& subject, Object& object) {
  if (!subject.inputs.empty())
    read_inner_maps(subject.inputs + "/maps.json", object);
  else if (!subject.inner_maps.empty())
    declare_inner_maps(subject.inner_maps, "inner maps", object);
}

} // namespace pw::nway
