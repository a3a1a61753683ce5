#include "cli/nic_input.h"

#include "sim/nic/card_profile.h"

namespace pw::cli {

namespace {

nic::EstimateEngine engine_of(const std::string& name) {
  if (name == "model")
    return nic::EstimateEngine::Model;
  return name == "rtl" ? nic::EstimateEngine::Rtl : nic::EstimateEngine::Nfp;
}

void set_host(const NicOptions& o, nic::NicConfig& config) {
  config.host.queues = o.queues.value_or(config.host.queues);
  config.host.depth = o.depth.value_or(config.host.depth);
  config.host.queue_mpps = o.host_mpps.value_or(config.host.queue_mpps);
  config.transmit.host_gbps = o.host_gbps.value_or(config.transmit.host_gbps);
}

// Marks at a half and a quarter, unless the profile has its own.
void set_buffer(const NicOptions& o, nic::NicConfig& config) {
  config.buffer.bytes = o.buffer.value_or(config.buffer.bytes);
  if (o.pause && !config.pause)
    config.pause = nic::PauseConfig{.stop_bytes = config.buffer.bytes / 2,
                                    .go_bytes = config.buffer.bytes / 4};
}

} // namespace

void set_card(const NicOptions& o, nic::EstimateInput& input) {
  const nic::CardFile card = o.card.empty() ? nic::CardFile{} : nic::read_card(o.card);
  nic::NicConfig& config = input.nic;
  card.apply(config);
  if (!o.port.empty())
    config.port = nic::parse_port(o.port);
  if (!o.pcie.empty()) {
    const nic::PcieConfig link = nic::parse_pcie(o.pcie);
    config.pcie.generation = link.generation;
    config.pcie.lanes = link.lanes;
  }
  set_host(o, config);
  set_buffer(o, config);
  nic::check(config);
  input.card_file = card.name;
  input.card = card.engines();
  input.engine = engine_of(o.engine);
}

void set_program(const NicOptions& o, const CommonOptions& common, Session& session,
                 nic::EstimateInput& input) {
  EngineInput& program = input.program;
  program.object = &session.object();
  program.program = &session.program();
  program.environment = common.environment;
  program.routes = session.routes();
  program.firmware_file = common.firmware;
  if (o.engine == "nfp")
    program.nfp_elf = &session.card_file();
  else
    program.pipeline = &session.compiled().pipeline;
}

void name_input(const NicOptions& o, const Session& session, const nic::EstimateInput& input,
                const std::string& traffic, std::uint32_t seed, nic::EstimateResult& r) {
  r.program = session.program().name;
  r.object_sha256 = session.object().sha256;
  r.engine = o.engine;
  r.traffic = traffic;
  r.seed = seed;
  r.card_file = input.card_file;
  r.port_gbps = input.nic.port.gbps;
  r.pcie = "gen" + std::to_string(input.nic.pcie.generation) + "x" +
           std::to_string(input.nic.pcie.lanes);
  r.queues = input.nic.host.queues;
}

void add_nic_options(CLI::App& app, NicOptions& o) {
  const std::string group = "Network card";
  const auto add = [&](const char* name, auto& value, const char* type, const char* what) {
    return app.add_option(name, value, what)->type_name(type)->group(group);
  };
  add("--engine", o.engine, "E", "model (default), rtl or nfp")
      ->check(CLI::IsMember({"model", "rtl", "nfp"}).description(""));
  add("--card", o.card, "FILE", "profile of the card; options go before it");
  add("--port", o.port, "SPEED", "10G, 25G, 40G, 100G (default), 200G or 400G");
  add("--pcie", o.pcie, "LINK", "link to the host (default gen4x16)");
  add("--queues", o.queues, "N", "receive queues of the host, by RSS (default 8)");
  add("--queue-depth", o.depth, "N", "descriptors of a queue (default 1024)");
  add("--host-rate", o.host_mpps, "MPPS",
      "Mpps that the host takes from a queue (default 0: as many as come)");
  add("--buffer", o.buffer, "BYTES", "receive buffer, 65536 or 64k or 1M (default 256k)")
      ->transform(CLI::Validator(
          [](std::string& text) {
            const std::size_t unit = text.find_first_not_of("0123456789");
            if (unit == 0 || unit == std::string::npos || unit + 1 != text.size())
              return std::string();
            const unsigned bits = text[unit] == 'k' || text[unit] == 'K' ? 10
                                  : text[unit] == 'M'                    ? 20
                                                                         : 0;
            if (bits == 0 || unit > 9)
              return "'" + text + "' is no number of bytes such as 65536, 64k or 1M";
            text = std::to_string(std::stoull(text.substr(0, unit)) << bits);
            return std::string();
          },
          "", "bytes"));
  app.add_flag("--pause", o.pause,
               "hold the sender by pause frames (802.3x) instead of losing packets")
      ->group(group);
  add("--host-tx", o.host_gbps, "GBPS",
      "Gb/s that the host sends through the port of XDP_TX (default 0)");
}

} // namespace pw::cli
