// What `run` tells: JSON for programs, tables for people.
#pragma once

#include "cli/card_report.h"
#include "cli/output.h"
#include "sim/engine.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pw::cli {

struct RunReport {
  std::string engine, program;
  double clock_mhz = 250;
  unsigned bus_bytes = 64;
  std::vector<Packet> packets;
  std::vector<PacketResult> results; // one a packet
  std::optional<std::uint64_t> cycles;
  std::optional<std::map<std::string, std::uint64_t>> held; // Engine::held_cycles
  std::optional<CardReport> card;                           // engine nfp
  double seconds = 0; // wall time of the engine, without compiling and building
  std::vector<Diagnostic> warnings;
};

Json run_json(const RunReport&);
// {"packet":0,"time_ns":..,"map":"samples","bytes":"0a0b.."} for each event, in order of packets.
std::string event_lines(const RunReport&);
std::string run_text(const RunReport&, std::size_t listed); // with a list of the first packets

} // namespace pw::cli
