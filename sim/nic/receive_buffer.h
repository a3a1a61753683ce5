// The memory between port and engine.
#pragma once

#include "sim/nic/config.h"
#include "sim/nic/ledger.h"
#include "sim/nic/stage.h"

namespace pw::nic {

// Frames come whole. One that finds no room is lost ("receive buffer"); the others go to the engine
// in order, each as soon as the one before it is taken, and free their cells when they are taken.
class ReceiveBuffer : public FrameStage {
public:
  FrameOutput out{"out"};

  ReceiveBuffer(const sc_core::sc_module_name&, const BufferConfig&, Ledger&);

  const QueueMeter& queue() const { return queue_; }
  void restart(Time now) { queue_.restart(now); }

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  BufferConfig config_;
  Ledger& ledger_;
  QueueMeter queue_;
  Time free_ = 0; // the engine has taken the frame before
};

} // namespace pw::nic
