// What a NIC runs the program on.
#pragma once

#include "sim/nic/result.h"
#include "sim/nic/stage.h"

namespace pw::nic {

// A component between receive buffer and verdict switch. It takes frames in order, says when it has
// taken each, sets Frame::retval, length, way, decided and left, tells the Ledger of the verdict,
// and gives each frame out at Frame::left, in order of that time.
class FrameEngine : public FrameStage {
public:
  FrameOutput out{"out"};

  explicit FrameEngine(const sc_core::sc_module_name& name) : FrameStage(name) {}

  // Of the figures; before each run, with everything built.
  virtual void restart() = 0;
  // Frames are taken as the kernel's time goes by: b_transport waits, so it has to be called in a
  // thread and at the frame's time.
  virtual bool in_kernel_time() const { return false; }
  virtual std::vector<ComponentFigures> figures() const = 0;
};

} // namespace pw::nic
