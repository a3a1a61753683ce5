#include "sim/nfp/nfp_engine.h"

#include "sim/maps/contents.h"

#include <algorithm>

namespace pw::me {

namespace {

nfp::FirmwareProfile profile_of(const EngineInput& input) {
  return input.firmware_file.empty() ? nfp::FirmwareProfile{}
                                     : nfp::read_firmware_profile(input.firmware_file);
}

const std::vector<std::uint8_t>& elf_of(const EngineInput& input) {
  if (input.nfp_elf == nullptr)
    throw Failure(diagnose("PW-ME-001", "engine nfp needs a compiled program"));
  return *input.nfp_elf;
}

// One engine with all its contexts at work: one runs until it waits, then the next that is ready
// does.
class Farm {
public:
  Farm(Firmware& firmware, unsigned contexts, std::span<const Packet> packets)
      : firmware_(firmware), contexts_(contexts), packets_(packets) {}

  // Number of packets that were done; the others don't fit the card.
  std::size_t run() {
    while (turn()) {
    }
    return done_;
  }

private:
  // False when there is nothing left to do.
  bool turn() {
    MicroEngine& engine = firmware_.engine();
    std::optional<std::uint64_t> soonest;
    for (unsigned i = 0; i < contexts_; ++i) {
      Context& c = engine.context((first_ + i) % contexts_);
      feed(c);
      if (c.running && c.wake <= engine.clock()) {
        go(c);
        return true;
      }
      if (c.running)
        soonest = std::min(soonest.value_or(c.wake), c.wake);
    }
    if (soonest)
      engine.advance(*soonest);
    return soonest.has_value();
  }

  void feed(Context& c) {
    while (!c.running && next_ < packets_.size())
      if (const std::size_t at = next_++; firmware_.fits(packets_[at]))
        firmware_.enter(c, packets_[at], static_cast<std::uint32_t>(at));
  }

  void go(Context& c) {
    MicroEngine& engine = firmware_.engine();
    while (c.running && c.wake <= engine.clock())
      engine.step(c);
    done_ += c.running ? 0 : 1;
    first_ = (c.number + 1) % contexts_;
  }

  Firmware& firmware_;
  unsigned contexts_, first_ = 0;
  std::span<const Packet> packets_;
  std::size_t next_ = 0, done_ = 0;
};

} // namespace

NfpEngine::NfpEngine(const EngineInput& input, const CardProfile& card)
    : object_(*input.object), environment_(input.environment), card_(card),
      profile_(profile_of(input)), code_(load_code(elf_of(input), profile_)),
      firmware_(object_, code_, card_, profile_, environment_) {}

void NfpEngine::set_maps(const MapState& state) {
  check_maps(state, object_);
  firmware_.maps().replace(state);
}

MapState NfpEngine::maps() { return firmware_.maps().state(); }

std::optional<std::uint64_t> NfpEngine::cycles() const { return statistics_.clocks; }

PacketResult NfpEngine::run_one(const Packet& packet) {
  PacketResult none;
  none.unsupported = true;
  const std::uint32_t index = index_++;
  if (!firmware_.fits(packet))
    return none;
  Context& c = firmware_.engine().context(0);
  firmware_.enter(c, packet, index);
  firmware_.engine().finish(c);
  const PacketResult& r = firmware_.result(c);
  const std::uint64_t clocks = *r.cycle_out - *r.cycle_in;
  Statistics& s = statistics_;
  s.fewest = s.packets == 0 ? clocks : std::min(s.fewest, clocks);
  s.most = std::max(s.most, clocks);
  ++s.packets;
  s.clocks += clocks;
  s.instructions += c.instructions;
  s.waited += c.waited;
  return r;
}

std::vector<PacketResult> NfpEngine::run(std::span<const Packet> packets) {
  std::vector<PacketResult> results;
  results.reserve(packets.size());
  for (const Packet& packet : packets)
    results.push_back(run_one(packet));
  return results;
}

std::optional<CardRate> NfpEngine::estimate(std::span<const Packet> packets) {
  Firmware firmware(object_, code_, card_, profile_, environment_);
  firmware.maps().replace(maps());
  Farm farm(firmware, std::clamp(card_.contexts, 1U, contexts_per_engine), packets);
  const std::size_t done = farm.run();
  if (done == 0)
    return std::nullopt;
  CardRate rate;
  rate.clocks_per_packet = double(firmware.engine().clock()) / double(done);
  const double clocks_per_second = card_.clock_mhz * 1e6 * card_.engines;
  rate.packets_per_second = clocks_per_second / rate.clocks_per_packet;
  rate.with_firmware_per_second =
      clocks_per_second / (rate.clocks_per_packet + card_.firmware_clocks);
  return rate;
}

} // namespace pw::me

namespace pw {

std::unique_ptr<Engine> make_nfp_engine(const EngineInput& input) {
  return std::make_unique<me::NfpEngine>(input);
}

} // namespace pw
