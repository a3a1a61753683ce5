// The card of `estimate` and of `report`: options, what becomes of them, and how answers name it.
#pragma once

#include "cli/options.h"
#include "cli/session.h"
#include "sim/nic/estimate.h"

#include <optional>
#include <string>

namespace pw::cli {

inline constexpr const char* default_traffic = "size=64,packets=100k,rate=line";
inline constexpr unsigned default_packets = 100'000; // of a specification that doesn't say

struct NicOptions {
  std::string engine = "model";
  std::string card, port, pcie; // "" = not given
  std::optional<unsigned> queues, depth;
  std::optional<double> host_mpps, host_gbps;
  std::optional<std::uint64_t> buffer;
  bool pause = false;
};

// --engine and the group "Network card".
void add_nic_options(CLI::App&, NicOptions&);

// The card of an EstimateInput; options go before the card's profile. Throws Failure PW-NIC-001 to
// 003 and 006 to 008.
void set_card(const NicOptions&, nic::EstimateInput&);

// Its program, compiled for the engine.
void set_program(const NicOptions&, const CommonOptions&, Session&, nic::EstimateInput&);

// What a result says of its input. traffic: as it is to be shown; seed: 0 for a capture.
void name_input(const NicOptions&, const Session&, const nic::EstimateInput&,
                const std::string& traffic, std::uint32_t seed, nic::EstimateResult&);

} // namespace pw::cli
