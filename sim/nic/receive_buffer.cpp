#include "sim/nic/receive_buffer.h"

namespace pw::nic {

using sc_core::sc_time;

ReceiveBuffer::ReceiveBuffer(const sc_core::sc_module_name& name, const BufferConfig& config,
                             const std::optional<PauseConfig>& pause, Ledger& ledger)
    : FrameStage(name), pause_(pause), config_(config), ledger_(ledger) {}

std::uint64_t ReceiveBuffer::cells_of(const Frame& frame) const {
  return ceil_div(frame.bytes.size() + fcs_bytes, config_.cell_bytes) * config_.cell_bytes;
}

bool ReceiveBuffer::has_room(const Frame& frame, Time now) {
  queue_.pass(now);
  if (queue_.level() + cells_of(frame) <= config_.bytes)
    return true;
  ledger_.lost(frame, "receive buffer");
  return false;
}

// The engine says at once when it takes a frame (sim/nic/stage.h), so all departures are known.
Time ReceiveBuffer::accept(Transaction& transaction, Time time) {
  Frame& frame = frame_of(transaction);
  if (!has_room(frame, time))
    return time;
  frame.stored = time;
  frame.taken = free_ = out.send(transaction, std::max(time, free_));
  queue_.enter(time, frame.taken, cells_of(frame));
  if (pause_)
    hold_sender(time);
  return time;
}

// All departures are known: so is the time at which the sender may go on, if no frame comes that is
// on its way already.
void ReceiveBuffer::hold_sender(Time now) {
  const Time reaction = pause_->reaction_ns * ps_per_ns;
  const bool held = held_until_ > now;
  if (!held && queue_.level() <= pause_->stop_bytes)
    return;
  if (!held)
    sender->hold(now + reaction);
  held_until_ = queue_.falls_to(pause_->go_bytes);
  sender->resume(held_until_ + reaction);
}

void ReceiveBuffer::pass_time(Time time) {
  queue_.pass(time);
  out.send_time(time);
}

TimedReceiveBuffer::TimedReceiveBuffer(const sc_core::sc_module_name& name,
                                       const BufferConfig& config,
                                       const std::optional<PauseConfig>& pause, Ledger& ledger)
    : ReceiveBuffer(name, config, pause, ledger) {
  SC_HAS_PROCESS(TimedReceiveBuffer);
  SC_METHOD(arrive);
  sensitive << arrival_;
  dont_initialize();
  SC_THREAD(serve);
  set_stack_size(0x80000);
}

Time TimedReceiveBuffer::accept(Transaction& transaction, Time time) {
  transaction.acquire();
  arrivals_.push_back({&transaction, time});
  if (!awaiting_) {
    awaiting_ = true;
    arrival_.notify(sc_time::from_value(time - kernel_time()));
  }
  return time;
}

// Only the end of a run matters here: the kernel's time is the buffer's.
void TimedReceiveBuffer::pass_time(Time time) {
  ending_ = time >= end_of_time;
  if (ending_)
    work_.notify(sc_core::SC_ZERO_TIME);
}

// One delta cycle late: what leaves the buffer at the same time has left.
void TimedReceiveBuffer::arrive() {
  if (!settled_) {
    settled_ = true;
    next_trigger(sc_core::SC_ZERO_TIME);
    return;
  }
  settled_ = false;
  while (!arrivals_.empty() && arrivals_.front().time <= kernel_time()) {
    store(arrivals_.front());
    arrivals_.pop_front();
  }
  awaiting_ = !arrivals_.empty();
  if (awaiting_)
    next_trigger(sc_time::from_value(arrivals_.front().time - kernel_time()));
  work_.notify();
}

void TimedReceiveBuffer::store(const Arrival& arrival) {
  Frame& frame = frame_of(*arrival.transaction);
  if (error_ || !has_room(frame, arrival.time))
    return arrival.transaction->release();
  frame.stored = arrival.time;
  queue_.enter_unknown(arrival.time, cells_of(frame));
  stored_.push_back(arrival.transaction);
  if (pause_ && !holding_ && queue_.level() > pause_->stop_bytes) {
    holding_ = true;
    sender->hold(arrival.time + pause_->reaction_ns * ps_per_ns);
  }
}

void TimedReceiveBuffer::let_sender_go() {
  queue_.pass(kernel_time());
  if (queue_.level() > pause_->go_bytes)
    return;
  holding_ = false;
  sender->resume(kernel_time() + pause_->reaction_ns * ps_per_ns);
}

// An exception can't pass through the kernel.
void TimedReceiveBuffer::serve() {
  try {
    serve_frames();
  } catch (...) {
    error_ = std::current_exception();
  }
}

void TimedReceiveBuffer::serve_frames() {
  for (;;) {
    if (!stored_.empty()) {
      Transaction& transaction = *stored_.front();
      stored_.pop_front();
      Frame& frame = frame_of(transaction);
      frame.taken = out.send(transaction, kernel_time()); // waits
      queue_.leave(frame.taken);
      if (holding_)
        let_sender_go();
      transaction.release();
      continue;
    }
    if (ending_ && arrivals_.empty()) {
      ending_ = false;
      queue_.pass(end_of_time);
      out.send_time(end_of_time);
    }
    wait(work_);
  }
}

} // namespace pw::nic
