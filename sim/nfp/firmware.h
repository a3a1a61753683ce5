// The firmware as the program meets it: what it finds at its entry, what it leaves at its exit, and
// the map helpers, which run natively at their addresses.
#pragma once

#include "sim/nfp/map_memory.h"
#include "sim/nfp/micro_engine.h"
#include "sim/nfp/packet_buffer.h"
#include "support/environment.h"

#include <array>
#include <memory>

namespace pw::me {

// What the engines of a card have in common.
struct SharedParts {
  std::shared_ptr<MapMemory> maps;        // null: of its own
  std::shared_ptr<MemorySystem> memories; // null: nobody waits in front of them
  unsigned engine = 0;                    // its number among those that share
};

class Firmware : public Surroundings {
public:
  // Throws Failure PW-ME-001, PW-ME-002.
  Firmware(const Object&, const Code&, const CardProfile&, const nfp::FirmwareProfile&,
           const Environment&, SharedParts = {});

  MicroEngine& engine() { return engine_; }
  MapMemory& maps() { return *shared_.maps; }

  bool fits(const Packet& p) const { return PacketBuffer::fits(profile_, p.bytes.size()); }
  // A context gets a packet that fits; its result is there as soon as it no longer runs.
  void enter(Context&, const Packet&, std::uint32_t index);
  const PacketResult& result(const Context& c) const { return results_.at(c.number); }

  void read(const Context&, bool ctm, std::uint64_t address, std::span<Byte>) override;
  void write(const Context&, bool ctm, std::uint64_t address,
             std::span<const std::uint8_t>) override;
  std::uint32_t random(Context&) override;
  std::uint64_t memory_wait(const Access&, std::uint64_t clock) override;
  bool outside(Context&) override;

private:
  void leave(Context&);
  std::uint32_t vector_word(const Context&, unsigned word);
  std::uint32_t argument(Context&, unsigned bank, unsigned n, const char* what);
  std::uint64_t update_flags(Context&);
  std::vector<std::uint8_t> from_local(Context&, unsigned index, std::size_t bytes,
                                       const char* what);
  void call(Context&, unsigned helper);
  ValueAddress run_helper(Context&, unsigned helper, std::uint32_t id,
                          const std::vector<std::uint8_t>& key);
  void give_back(Context&, std::uint32_t to, const ValueAddress& result);
  void wait(Context&, std::uint64_t clocks);
  std::vector<std::uint8_t> stack_bytes(Context&, std::uint32_t address, std::size_t bytes,
                                        const char* what);
  std::uint64_t helper_wait(std::uint32_t id, const std::vector<std::uint8_t>& key, Context&);

  // events.cpp
  std::size_t send_event(Context&); // bytes of the message
  std::uint64_t event_wait(Context&, std::size_t bytes);
  void deliver(Context&, std::span<const std::uint8_t> message);
  std::uint64_t pair(Context&, unsigned bpf_register, const char* what);
  std::vector<std::uint8_t> event_data(Context&, std::uint64_t address, std::size_t bytes);
  std::vector<std::uint8_t> packet_bytes(const Context&, std::uint32_t address, std::size_t bytes);

  const Code& code_;
  CardProfile card_;
  nfp::FirmwareProfile profile_;
  Environment environment_;
  SharedParts shared_;
  MicroEngine engine_;
  std::vector<PacketBuffer> buffers_; // one a context
  std::array<PacketResult, contexts_per_engine> results_;
  std::array<std::vector<Event>, contexts_per_engine> events_; // of the packets under way
};

} // namespace pw::me
