// The firmware as the program meets it: what it finds at its entry, what it leaves at its exit, and
// the map helpers, which run natively at their addresses.
#pragma once

#include "sim/nfp/map_memory.h"
#include "sim/nfp/micro_engine.h"
#include "sim/nfp/packet_buffer.h"
#include "support/environment.h"

#include <array>

namespace pw::me {

class Firmware : public Surroundings {
public:
  // Throws Failure PW-ME-001, PW-ME-002.
  Firmware(const Object&, const Code&, const CardProfile&, const nfp::FirmwareProfile&,
           const Environment&);

  MicroEngine& engine() { return engine_; }
  MapMemory& maps() { return maps_; }

  bool fits(const Packet& p) const { return PacketBuffer::fits(profile_, p.bytes.size()); }
  // A context gets a packet that fits; its result is there as soon as it no longer runs.
  void enter(Context&, const Packet&, std::uint32_t index);
  const PacketResult& result(const Context& c) const { return results_.at(c.number); }

  void read(const Context&, bool ctm, std::uint64_t address, std::span<Byte>) override;
  void write(const Context&, bool ctm, std::uint64_t address,
             std::span<const std::uint8_t>) override;
  std::uint32_t random(Context&) override;
  bool outside(Context&) override;

private:
  void leave(Context&);
  std::uint32_t vector_word(const Context&, unsigned word);
  std::uint32_t argument(Context&, unsigned bank, unsigned n, const char* what);
  std::uint64_t update_flags(Context&);
  std::vector<std::uint8_t> from_local(Context&, unsigned index, std::size_t bytes,
                                       const char* what);
  void call(Context&, unsigned helper);
  ValueAddress run_helper(Context&, unsigned helper, std::uint32_t id);

  const Code& code_;
  CardProfile card_;
  nfp::FirmwareProfile profile_;
  Environment environment_;
  MapMemory maps_;
  MicroEngine engine_;
  std::vector<PacketBuffer> buffers_; // one a context
  std::array<PacketResult, contexts_per_engine> results_;
};

} // namespace pw::me
