// What all components have in common: how frames and time come in and go on.
//
// Frames are TLM-2.0 transactions (TLM_WRITE_COMMAND with a FrameExtension), passed by b_transport
// with an annotated delay, loosely timed: `sc_time_stamp() + delay` is when the frame is there.
// Rules:
// - Calls of one socket come in order of that time. A component never waits inside of b_transport.
// - On return the delay says when the component has taken the frame (an engine: when it has read
//   its last byte; a port: when its wire is free again). It is never before the time of the call.
// - A time message (TLM_IGNORE_COMMAND, no extension) says that no frame comes before its time, so
//   that components that work ahead by clocks can catch up; it is passed on. With the time
//   `end_of_time` it means that no frame comes at all until the next one: everything that is inside
//   goes out.
// So the whole NIC needs one process of the SystemC kernel, the source's, which it visits once in a
// quantum, and results don't depend on the quantum.
#pragma once

#include "sim/nic/frame.h"

#include <systemc>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

namespace pw::nic {

inline Time kernel_time() { return sc_core::sc_time_stamp().value(); } // resolution: 1 ps

// A component that frames come to.
class FrameStage : public sc_core::sc_module {
public:
  tlm_utils::simple_target_socket<FrameStage> in{"in"};

  explicit FrameStage(const sc_core::sc_module_name& name);

protected:
  // A frame comes at `time`; gives the time at which it is taken.
  virtual Time accept(Transaction&, Time time) = 0;
  // No frame comes before `time`.
  virtual void pass_time(Time time) = 0;

private:
  void transport(Transaction&, sc_core::sc_time& delay);
};

// The other end of a socket.
class FrameOutput {
public:
  explicit FrameOutput(const char* name) : socket(name) {}

  tlm_utils::simple_initiator_socket<FrameOutput> socket;

  // time: not before that of the call before.
  Time send(Transaction&, Time time);
  void send_time(Time time);

private:
  Transaction message_;
};

} // namespace pw::nic
