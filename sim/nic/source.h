// The other end of the cable: the one process of the simulation.
#pragma once

#include "sim/nic/feed.h"
#include "sim/nic/pause.h"
#include "sim/nic/stage.h"

#include <deque>
#include <exception>

namespace pw::nic {

// Sends the frames of a feed, running ahead of the kernel's time by up to a quantum
// (tlm_global_quantum), then lets all of them come to their ends. A method, not a thread: no stack
// of its own.
class TrafficSource : public sc_core::sc_module, public PauseListener {
public:
  FrameOutput out{"out"};

  explicit TrafficSource(const sc_core::sc_module_name&);

  // The next run of the kernel sends this feed. Nothing is under way.
  void begin(Feed&);
  Time wire_free() const { return wire_free_; } // behind the last frame
  void hold(Time from) override;
  void resume(Time from) override;
  Time paused() const; // of this run
  // The next run of the kernel only lets time go by.
  void rest_until(Time);
  // What a component has thrown during the run: an exception can't pass through the kernel.
  std::exception_ptr error() const { return error_; }

private:
  void run();
  void send_quantum();
  void send(Time);
  void end();
  void come_back(Time);
  Time allowed(Time);

  struct Hold {
    Time from, until;
  };

  FramePool pool_;
  sc_core::sc_event begin_;
  Feed* feed_ = nullptr; // null: nothing to send
  std::exception_ptr error_;
  Arrival arrival_;                        // the next one, if it waits
  bool waiting_ = false, stalled_ = false; // stalled: until resume()
  std::deque<Hold> holds_;                 // not over yet, in order
  Time paused_ = 0;                        // by those that are
  Time base_ = 0, wire_free_ = 0;
  std::uint64_t sent_ = 0;
};

} // namespace pw::nic
