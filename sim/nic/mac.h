// The MAC ports: frames from a wire to a bus, and from buffers to a wire.
#pragma once

#include "sim/nic/config.h"
#include "sim/nic/ledger.h"
#include "sim/nic/stage.h"

namespace pw::nic {

// Frames come at the time at which their sender wants to begin; they begin when the wire is free.
// Taken: when the wire is free again. What the bus can't carry off is lost ("port").
class MacReceive : public FrameStage {
public:
  FrameOutput out{"out"};

  MacReceive(const sc_core::sc_module_name&, const PortConfig&, Ledger&);

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time time) override { out.send_time(time); }

private:
  // Frames that the MAC itself holds while its bus is behind: a few clocks' worth.
  static constexpr Time slack = 100'000; // ps

  PortConfig port_;
  Clock clock_;
  Ledger& ledger_;
  Time wire_free_ = 0, bus_free_ = 0;
};

// Frames that come to a wire `gap` after each other, each of which it takes `taken` for; in ps, gap
// not 0.
struct SteadyFrames {
  Time gap = 1, taken = 0;
};

// Sends those that come at `next`, `next` + gap, ... up to `until`, each when the wire is free; in
// a few steps, however many there are. -> Their number.
std::uint64_t send_steadily(const SteadyFrames&, Time until, Time& next, Time& wire_free);

// A transmitting port: a buffer of bytes in front of a wire. Frames come as the engine gives them
// out, whole; what finds no room is lost (the module's `place`). A frame's latency ends with the
// first bit of its preamble. What the host sends itself comes at a constant rate, from a queue in
// the host, and gets the wire in its turn.
class MacTransmit : public FrameStage {
public:
  MacTransmit(const sc_core::sc_module_name&, std::string place, const PortConfig&,
              const TransmitConfig&, Ledger&);

  Time busy() const { return busy_; }
  const QueueMeter& queue() const { return queue_; }
  std::uint64_t host_frames() const { return host_frames_; } // that the host itself has sent
  void restart(Time now);

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  Time begin_on_wire(Time, std::uint64_t bytes);
  void send_host(Time until);

  std::string place_;
  PortConfig port_;
  TransmitConfig config_;
  Ledger& ledger_;
  QueueMeter queue_;
  Time wire_free_ = 0, busy_ = 0;
  Time next_host_ = 0;
  std::uint64_t host_frames_ = 0;
};

} // namespace pw::nic
