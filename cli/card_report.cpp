#include "cli/card_report.h"

#include <algorithm>

namespace pw::cli {

namespace {

constexpr std::size_t packets_for_rate = 50'000; // more only take longer

double share(std::uint64_t part, const me::Statistics& s) {
  return double(part) / double(s.packets);
}

} // namespace

std::optional<CardReport> card_report(Engine& engine, std::span<const Packet> packets) {
  auto* card = dynamic_cast<me::NfpEngine*>(&engine);
  if (card == nullptr)
    return std::nullopt;
  CardReport r;
  r.card = card->card();
  r.words = card->words();
  r.alone = card->statistics();
  r.rate = card->estimate(packets.first(std::min(packets.size(), packets_for_rate)));
  return r;
}

std::string card_text(const CardReport& r) {
  if (r.alone.packets == 0)
    return "";
  const me::Statistics& s = r.alone;
  std::string out = "instruction words   " + std::to_string(r.words) + "\n";
  out += "clocks per packet   mean " + fixed(s.mean(), 1) + ", min " + std::to_string(s.fewest) +
         ", max " + std::to_string(s.most) + " (alone in its engine; " +
         fixed(share(s.instructions, s), 1) + " instructions, " + fixed(share(s.waited, s), 1) +
         " waiting for memory)\n";
  if (r.rate)
    out += r.card.name + ", " + std::to_string(r.card.engines) + " engines of " +
           std::to_string(r.card.contexts) + " contexts at " + fixed(r.card.clock_mhz, 0) +
           " MHz\n  estimated         " + fixed(r.rate->packets_per_second / 1e6, 1) +
           " Mpps for the program alone (" + fixed(r.rate->clocks_per_packet, 1) +
           " clocks of an engine per packet), " + fixed(r.rate->with_firmware_per_second / 1e6, 1) +
           " Mpps with the firmware's " + std::to_string(r.card.firmware_clocks) + " clocks\n";
  return out;
}

Json card_json(const CardReport& r) {
  const me::Statistics& s = r.alone;
  Json out = {{"card", r.card.name},
              {"engines", r.card.engines},
              {"contexts", r.card.contexts},
              {"clock_mhz", r.card.clock_mhz},
              {"words", r.words},
              {"packets", s.packets},
              {"clocks", {{"mean", s.mean()}, {"min", s.fewest}, {"max", s.most}}},
              {"instructions", s.instructions},
              {"waited", s.waited},
              {"estimate", nullptr}};
  if (r.rate)
    out["estimate"] = {{"clocks_per_packet", r.rate->clocks_per_packet},
                       {"packets_per_second", r.rate->packets_per_second},
                       {"with_firmware_per_second", r.rate->with_firmware_per_second}};
  return out;
}

} // namespace pw::cli
