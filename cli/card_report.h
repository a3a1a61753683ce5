// What `run --engine nfp` tells of a card's clocks.
#pragma once

#include "cli/output.h"
#include "sim/nfp/nfp_engine.h"

#include <optional>
#include <span>
#include <string>

namespace pw::cli {

struct CardReport {
  me::CardProfile card;
  std::size_t words = 0; // of the program
  me::Statistics alone;  // packets one at a time
  std::optional<me::CardRate> rate;
};

// The engine behind `run`, after it has run; nullopt if it is another one. Simulates a full engine
// on (some of) the packets.
std::optional<CardReport> card_report(Engine&, std::span<const Packet>);

std::string card_text(const CardReport&); // "" without a packet that the card could hold
Json card_json(const CardReport&);

} // namespace pw::cli
