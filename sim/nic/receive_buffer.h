// The memory between port and engine.
#pragma once

#include "sim/nic/config.h"
#include "sim/nic/ledger.h"
#include "sim/nic/pause.h"
#include "sim/nic/stage.h"

#include <deque>
#include <exception>

namespace pw::nic {

// Frames come whole. One that finds no room is lost ("receive buffer"); the others go to the engine
// in order, each as soon as the one before it is taken, and free their cells when they are taken.
class ReceiveBuffer : public FrameStage {
public:
  FrameOutput out{"out"};
  // Who sends; may be left open if there are no pause frames.
  sc_core::sc_port<PauseListener, 1, sc_core::SC_ZERO_OR_MORE_BOUND> sender{"sender"};

  ReceiveBuffer(const sc_core::sc_module_name&, const BufferConfig&,
                const std::optional<PauseConfig>&, Ledger&);

  const QueueMeter& queue() const { return queue_; }
  void restart(Time now) { queue_.restart(now); }
  // What the engine has thrown in a process of the buffer's own.
  virtual std::exception_ptr error() const { return nullptr; }

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

  std::uint64_t cells_of(const Frame&) const; // bytes, whole cells
  bool has_room(const Frame&, Time now);      // if not, it is lost

  QueueMeter queue_;
  std::optional<PauseConfig> pause_;

private:
  BufferConfig config_;
  void hold_sender(Time now);

  Ledger& ledger_;
  Time free_ = 0;       // the engine has taken the frame before
  Time held_until_ = 0; // the sender: then the buffer is empty enough
};

// The same in front of an engine that takes frames as the kernel's time goes by
// (FrameEngine::in_kernel_time): frames that are announced wait for their time, and a thread of the
// buffer's own hands them to the engine.
class TimedReceiveBuffer : public ReceiveBuffer {
public:
  TimedReceiveBuffer(const sc_core::sc_module_name&, const BufferConfig&,
                     const std::optional<PauseConfig>&, Ledger&);

  std::exception_ptr error() const override { return error_; }

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  struct Arrival {
    Transaction* transaction;
    Time time;
  };
  void arrive(); // method
  void store(const Arrival&);
  void serve(); // thread
  void serve_frames();
  void let_sender_go();

  sc_core::sc_event arrival_{"arrival"}, work_{"work"};
  std::deque<Arrival> arrivals_;    // announced, in order of time
  std::deque<Transaction*> stored_; // behind the one that the engine takes
  bool awaiting_ = false, settled_ = false, ending_ = false, holding_ = false;
  std::exception_ptr error_;
};

} // namespace pw::nic
