// The way back of pause frames: from the receive buffer to whoever sends.
#pragma once

#include "sim/nic/units.h"

#include <systemc>

namespace pw::nic {

class PauseListener : public sc_core::sc_interface {
public:
  // Nothing may begin on the wire from `from` on, until resume() has said from when on it may
  // again. A later resume() without a hold() between them corrects the time.
  virtual void hold(Time from) = 0;
  virtual void resume(Time from) = 0;
};

} // namespace pw::nic
