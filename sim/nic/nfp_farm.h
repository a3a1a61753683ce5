// A farm of micro-engines in place of a pipeline.
#pragma once

#include "sim/nfp/nfp_engine.h"
#include "sim/nic/engine.h"
#include "sim/nic/ledger.h"
#include "sim/nic/pipeline_engine.h"

#include <array>
#include <deque>
#include <memory>

namespace pw::nic {

// The contexts of all engines take frames in order of arrival, each as soon as it is free: the
// engine with the most free contexts first. A frame first costs the firmware's instructions
// (CardProfile::firmware_clocks, in pieces between which contexts take turns), then the program
// runs. Frames go on in the order in which they are done. Engines share maps and memories; they are
// simulated in turns of up to 100 clocks, so accesses to maps can change places by as much
// (docs/model.md). Frames longer than the card's packet buffers are lost ("card").
class NfpFarm : public FrameEngine {
public:
  // input: nfp_elf. Throws Failure PW-ME-...
  NfpFarm(const sc_core::sc_module_name&, const EngineInput&, const me::CardProfile&,
          const MapState&, Ledger&);

  void restart() override;
  std::vector<ComponentFigures> figures() const override;
  CardFigures card() const;
  MapState maps() { return maps_->state(); } // of all engines

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  struct Slot {
    Transaction* transaction = nullptr; // null: free
    std::uint64_t firmware = 0;         // clocks of it that are left
    std::uint64_t entered = 0;
  };
  struct Engine {
    std::unique_ptr<me::Firmware> firmware;
    std::array<Slot, me::contexts_per_engine> slots;
    unsigned turn = 0, used = 0;
    me::MicroEngine& core() const { return firmware->engine(); }
    std::uint64_t clock() const { return core().clock(); }
  };
  struct Done {
    std::uint64_t clock = 0;
    Transaction* transaction = nullptr;
  };

  void advance_all(std::uint64_t until);
  bool take_turn(Engine&, std::uint64_t until);
  void run_slot(Engine&, unsigned number, std::uint64_t until);
  void begin_program(Engine&, unsigned number);
  void end_program(Engine&, unsigned number);
  Engine* free_engine();
  std::uint64_t wait_for_context();
  void give_out(std::uint64_t until);
  std::uint64_t firmware_clocks(std::uint64_t packet) const;
  ComponentFigures memory_figures(const char* name, bool ctm) const;

  me::CardProfile card_;
  nfp::FirmwareProfile profile_;
  me::Code code_;
  Router router_;
  Clock clock_;
  Ledger& ledger_;
  unsigned contexts_;
  std::shared_ptr<me::MapMemory> maps_;
  std::shared_ptr<me::MemorySystem> memories_;
  std::vector<Engine> engines_;
  std::vector<Done> done_; // not given out yet
  // figures
  std::uint64_t frames_ = 0, finished_ = 0, busy_ = 0, program_ = 0, waited_ = 0, inside_ = 0,
                queued_ = 0;
  std::uint64_t first_ = 0, last_ = 0;
};

} // namespace pw::nic
