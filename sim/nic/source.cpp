#include "sim/nic/source.h"

namespace pw::nic {

using sc_core::sc_time;

TrafficSource::TrafficSource(const sc_core::sc_module_name& name) : sc_module(name) {
  SC_HAS_PROCESS(TrafficSource);
  SC_METHOD(run);
  sensitive << begin_;
  dont_initialize();
}

void TrafficSource::begin(Feed& feed) {
  feed_ = &feed;
  base_ = kernel_time();
  waiting_ = stalled_ = false;
  holds_.clear();
  paused_ = 0;
  begin_.notify(sc_core::SC_ZERO_TIME);
}

void TrafficSource::hold(Time from) { holds_.push_back({from, end_of_time}); }

void TrafficSource::resume(Time from) {
  if (!holds_.empty())
    holds_.back().until = std::max(from, holds_.back().from);
  if (stalled_)
    begin_.notify(sc_core::SC_ZERO_TIME);
  stalled_ = false;
}

// When a frame that could begin at `time` may.
Time TrafficSource::allowed(Time time) {
  while (!holds_.empty() && holds_.front().until <= time) {
    paused_ += holds_.front().until - holds_.front().from;
    holds_.pop_front();
  }
  for (const Hold& hold : holds_)
    if (time >= hold.from)
      time = std::max(time, hold.until);
  return time;
}

Time TrafficSource::paused() const {
  Time sum = paused_;
  for (const Hold& hold : holds_)
    if (hold.until < end_of_time)
      sum += hold.until - hold.from;
  return sum;
}

void TrafficSource::rest_until(Time time) {
  if (time > kernel_time())
    begin_.notify(sc_time::from_value(time - kernel_time()));
}

void TrafficSource::come_back(Time time) {
  next_trigger(sc_time::from_value(time - kernel_time()));
}

void TrafficSource::run() {
  try {
    if (feed_ != nullptr)
      send_quantum();
  } catch (...) {
    error_ = std::current_exception();
    feed_ = nullptr;
  }
}

// Before the kernel's time moves on, clocked components catch up with it.
void TrafficSource::send_quantum() {
  const Time end_of_quantum = kernel_time() + tlm::tlm_global_quantum::instance().get().value();
  for (;;) {
    if (!waiting_ && !feed_->next(arrival_))
      return end();
    const Time time = allowed(std::max(base_ + arrival_.time, wire_free_));
    waiting_ = time >= end_of_quantum;
    stalled_ = time >= end_of_time;
    if (stalled_)
      return;
    if (waiting_) {
      out.send_time(time);
      return come_back(time);
    }
    send(time);
  }
}

void TrafficSource::send(Time time) {
  Transaction& transaction = pool_.take();
  Frame& frame = frame_of(transaction);
  std::swap(frame.bytes, arrival_.bytes);
  frame.index = sent_++;
  frame.stamp_ns = feed_->start_ns() + (base_ + arrival_.time) / ps_per_ns;
  wire_free_ = out.send(transaction, time);
  transaction.release();
}

void TrafficSource::end() {
  feed_ = nullptr;
  out.send_time(end_of_time);
}

} // namespace pw::nic
