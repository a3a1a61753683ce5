// The engine `nfp`: the words of an ELF file, one packet in flight; and how many packets a second a
// card would do with them.
#pragma once

#include "sim/engine.h"
#include "sim/nfp/card.h"
#include "sim/nfp/firmware.h"

#include <optional>

namespace pw::me {

// Of packets that ran alone; clocks of a micro-engine.
struct Statistics {
  std::uint64_t packets = 0;
  std::uint64_t clocks = 0, fewest = 0, most = 0;
  std::uint64_t instructions = 0;
  std::uint64_t waited = 0; // for memory
  double mean() const { return packets == 0 ? 0 : double(clocks) / double(packets); }
};

// A whole card: `contexts` packets at a time on each engine, simulated on one.
struct CardRate {
  double clocks_per_packet = 0;        // of an engine
  double packets_per_second = 0;       // of the card, if the program were all it had to do
  double with_firmware_per_second = 0; // with what the firmware itself spends (CardProfile)
};

class NfpEngine : public Engine {
public:
  // Throws Failure PW-ME-001..003, 010, and those of the profile.
  explicit NfpEngine(const EngineInput&, const CardProfile& = {});

  void set_maps(const MapState&) override;
  MapState maps() override;
  std::vector<PacketResult> run(std::span<const Packet>) override;
  std::optional<std::uint64_t> cycles() const override;

  const CardProfile& card() const { return card_; }
  std::size_t words() const { return code_.words.size(); }
  const Statistics& statistics() const { return statistics_; }
  // Of these packets, beginning with the maps as they are now; changes nothing here. nullopt
  // without a packet that the card can hold. Throws Failure as run does.
  std::optional<CardRate> estimate(std::span<const Packet>);

private:
  PacketResult run_one(const Packet&);

  const Object& object_;
  Environment environment_;
  CardProfile card_;
  nfp::FirmwareProfile profile_;
  Code code_;
  Firmware firmware_;
  Statistics statistics_;
  std::uint32_t index_ = 0;
};

} // namespace pw::me
