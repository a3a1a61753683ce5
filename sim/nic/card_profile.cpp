#include "sim/nic/card_profile.h"

#include "support/diagnostic.h"
#include "support/files.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

namespace pw::nic {

namespace {

using Json = nlohmann::json;

// One part of the file. Collects everything that is wrong with it.
class Part {
public:
  Part(const Json& file, std::string name, std::vector<Diagnostic>& findings)
      : name_(std::move(name)), findings_(findings) {
    const auto at = file.find(name_);
    if (at == file.end())
      return;
    json_ = &*at;
    if (!json_->is_object())
      findings_.push_back(diagnose("PW-NIC-008", "'" + name_ + "' is no object"));
  }

  bool there() const { return json_ != nullptr && json_->is_object(); }

  template <typename T> void number(const char* key, T& value, double low, double high) {
    const Json* found = find(key);
    if (found == nullptr)
      return;
    const bool whole = std::is_integral_v<T>;
    if (!(whole ? found->is_number_unsigned() : found->is_number()) ||
        found->template get<double>() < low || found->template get<double>() > high)
      return reject(key, (whole ? "a whole number from " : "a number from ") + text(low) + " to " +
                             text(high));
    value = found->template get<T>();
  }

  void string(const char* key, std::string& value) {
    const Json* found = find(key);
    if (found != nullptr && !found->is_string())
      reject(key, "a text");
    else if (found != nullptr)
      value = found->get<std::string>();
  }

  void finish() const {
    for (const auto& [key, value] : json_->items())
      if (!known_.contains(key))
        findings_.push_back(
            diagnose("PW-NIC-008", "the card profile's '" + name_ + "' has no key '" + key + "'"));
  }

private:
  static std::string text(double number) { return Json(number).dump(); }

  const Json* find(const char* key) {
    known_.insert(key);
    const auto at = json_->find(key);
    if (at != json_->end())
      return &*at;
    findings_.push_back(diagnose("PW-NIC-007", "the card profile's '" + name_ +
                                                   "' has no value for '" + key + "'"));
    return nullptr;
  }

  void reject(const char* key, const std::string& expected) {
    findings_.push_back(diagnose("PW-NIC-008", "'" + std::string(key) +
                                                   "' in the card profile's '" + name_ +
                                                   "': expected " + expected));
  }

  std::string name_;
  std::vector<Diagnostic>& findings_;
  const Json* json_ = nullptr;
  std::set<std::string> known_;
};

void read(Part& part, PortConfig& c) {
  part.number("gbps", c.gbps, 1, 8000);
  if (8000 % std::max(c.gbps, 1u) != 0)
    c.gbps = 0; // check() refuses it
  part.number("bus_bits", c.bus_bits, 8, 65536);
  part.number("segments", c.segments, 1, 64);
  part.number("bus_mhz", c.bus_mhz, 1, 2000);
  part.number("receive_ns", c.receive_ns, 0, 1e6);
  part.number("transmit_ns", c.transmit_ns, 0, 1e6);
}

void read(Part& part, BufferConfig& c) {
  part.number("bytes", c.bytes, 2048, 1e12);
  part.number("cell_bytes", c.cell_bytes, 1, 4096);
}

void read(Part& part, PcieConfig& c) {
  part.number("generation", c.generation, 1, 6);
  part.number("lanes", c.lanes, 1, 32);
  part.number("payload_bytes", c.payload_bytes, 64, 4096);
  part.number("tlp_bytes", c.tlp_bytes, 0, 256);
  part.number("descriptor_bytes", c.descriptor_bytes, 0, 4096);
  part.number("completion_bytes", c.completion_bytes, 0, 4096);
  part.number("batch", c.batch, 1, 4096);
  part.number("link_share", c.link_share, 0.01, 1);
  part.number("latency_ns", c.latency_ns, 0, 1e6);
  part.number("buffer_bytes", c.buffer_bytes, 2048, 1e12);
}

void read(Part& part, HostConfig& c) {
  part.number("queues", c.queues, 1, 4096);
  part.number("depth", c.depth, 1, 1e6);
  part.number("queue_mpps", c.queue_mpps, 0, 1e4);
}

void read(Part& part, TransmitConfig& c) {
  part.number("buffer_bytes", c.buffer_bytes, 2048, 1e12);
}

void read(Part& part, me::CardProfile& c) {
  part.string("name", c.name);
  part.number("clock_mhz", c.clock_mhz, 1, 5000);
  part.number("engines", c.engines, 1, 1024);
  part.number("contexts", c.contexts, 1, 4);
  part.number("ctm_clocks", c.ctm_clocks, 1, 100'000);
  part.number("emem_clocks", c.emem_clocks, 1, 100'000);
  part.number("helper_instructions", c.helper_instructions, 0, 100'000);
  part.number("helper_reads", c.helper_reads, 0, 1000);
  part.number("firmware_clocks", c.firmware_clocks, 0, 1'000'000);
}

void read(Part& part, me::MemoryProfile& c) {
  part.number("ctm_units", c.ctm_units, 1, 1024);
  part.number("ctm_command_clocks", c.ctm_command_clocks, 0, 100'000);
  part.number("ctm_bytes_per_clock", c.ctm_bytes_per_clock, 1, 4096);
  part.number("emem_units", c.emem_units, 1, 1024);
  part.number("emem_command_clocks", c.emem_command_clocks, 0, 100'000);
  part.number("emem_bytes_per_clock", c.emem_bytes_per_clock, 1, 4096);
  part.number("emem_atomic_clocks", c.emem_atomic_clocks, 0, 100'000);
}

void read(Part& part, PauseConfig& c) {
  part.number("stop_bytes", c.stop_bytes, 1, 1e12);
  part.number("go_bytes", c.go_bytes, 0, 1e12);
  part.number("reaction_ns", c.reaction_ns, 0, 1e6);
}

Json parse(const std::string& path) {
  std::ifstream file(path);
  if (const std::string reason = why_unreadable(path); !reason.empty())
    throw Failure(
        diagnose("PW-NIC-006", "the card profile '" + path + "' can't be read: " + reason));
  Json json = Json::parse(file, nullptr, false);
  if (!json.is_object())
    throw Failure(diagnose("PW-NIC-006", "'" + path + "' is not a JSON object")
                      .help("a card profile looks like {\"pcie\": {...}, ...}"));
  return json;
}

class Reader {
public:
  explicit Reader(const Json& json) : json_(json) {}

  template <typename T> void part(const char* name, std::optional<T>& value) {
    known_.insert(name);
    Part part(json_, name, findings_);
    if (!part.there())
      return;
    value.emplace();
    read(part, *value);
    part.finish();
  }

  void finish() {
    for (const auto& [key, value] : json_.items())
      if (!known_.contains(key) && key != "name")
        findings_.push_back(diagnose("PW-NIC-008", "a card profile has no part '" + key + "'"));
    if (!findings_.empty())
      throw Failure(findings_);
  }

private:
  const Json& json_;
  std::set<std::string> known_;
  std::vector<Diagnostic> findings_;
};

} // namespace

CardFile read_card(const std::string& path) {
  const Json json = parse(path);
  CardFile card;
  const auto name = json.find("name");
  card.name = name != json.end() && name->is_string() ? name->get<std::string>()
                                                      : std::filesystem::path(path).stem().string();
  Reader reader(json);
  reader.part("port", card.port);
  reader.part("receive_buffer", card.buffer);
  reader.part("pcie", card.pcie);
  reader.part("host", card.host);
  reader.part("transmit", card.transmit);
  reader.part("micro_engines", card.micro_engines);
  reader.part("memory_units", card.memory_units);
  reader.part("pause", card.pause);
  reader.finish();
  return card;
}

me::CardProfile CardFile::engines() const {
  me::CardProfile card = micro_engines.value_or(me::CardProfile{});
  card.memories = memory_units.value_or(card.memories);
  return card;
}

void CardFile::apply(NicConfig& nic) const {
  nic.port = port.value_or(nic.port);
  nic.buffer = buffer.value_or(nic.buffer);
  nic.pcie = pcie.value_or(nic.pcie);
  nic.host = host.value_or(nic.host);
  nic.transmit = transmit.value_or(nic.transmit);
  if (pause)
    nic.pause = *pause;
}

} // namespace pw::nic
