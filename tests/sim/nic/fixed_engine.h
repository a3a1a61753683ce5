// The example of sim/nic/README.md: an engine that takes one frame at a time and needs the same
// time for each.
#pragma once

#include "sim/nic/engine.h"
#include "sim/nic/ledger.h"

namespace pw::nic {

class FixedEngine : public FrameEngine {
public:
  FixedEngine(const sc_core::sc_module_name& name, Time service, std::uint32_t verdict, Way way,
              Ledger& ledger)
      : FrameEngine(name), service_(service), verdict_(verdict), way_(way), ledger_(ledger) {}

  void restart() override { frames_ = 0; }
  std::vector<ComponentFigures> figures() const override {
    return {{.name = "fixed engine", .frames = frames_, .unit = {}, .why = {}}};
  }

protected:
  // The frame is there at `time`, which is never before the one before it was taken.
  Time accept(Transaction& transaction, Time time) override {
    Frame& frame = frame_of(transaction);
    const Time done = time + service_;
    frame.retval = verdict_;
    frame.length = std::uint32_t(frame.bytes.size());
    frame.way = way_;
    frame.decided = frame.left = done;
    ++frames_;
    ledger_.decided(frame);
    out.send(transaction, done);
    return done;
  }
  // Nothing here works ahead by clocks, so time is only passed on.
  void pass_time(Time time) override { out.send_time(time); }

private:
  Time service_;
  std::uint32_t verdict_;
  Way way_;
  Ledger& ledger_;
  std::uint64_t frames_ = 0;
};

} // namespace pw::nic
