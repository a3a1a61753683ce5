#include "sim/nic/source.h"

namespace pw::nic {

using sc_core::sc_time;

TrafficSource::TrafficSource(const sc_core::sc_module_name& name, const Ledger& ledger)
    : sc_module(name), ledger_(ledger) {
  SC_HAS_PROCESS(TrafficSource);
  SC_THREAD(run);
}

void TrafficSource::begin(Feed& feed) {
  feed_ = &feed;
  begin_.notify(sc_core::SC_ZERO_TIME);
}

void TrafficSource::run() {
  keeper_.reset();
  for (;;) {
    while (feed_ == nullptr)
      wait(begin_);
    try {
      send_all();
    } catch (...) {
      error_ = std::current_exception();
    }
    feed_ = nullptr;
  }
}

// What comes before the next visit of the kernel has been sent; clocked components catch up.
void TrafficSource::let_pass(Time time) {
  keeper_.set(sc_time::from_value(time - kernel_time()));
  if (!keeper_.need_sync())
    return;
  out.send_time(time);
  keeper_.sync();
}

void TrafficSource::send(Arrival& arrival, Time base) {
  Transaction& transaction = pool_.take();
  Frame& frame = frame_of(transaction);
  std::swap(frame.bytes, arrival.bytes);
  frame.index = sent_++;
  const Time wanted = base + arrival.time;
  frame.stamp_ns = feed_->start_ns() + wanted / ps_per_ns;
  const Time time = std::max(wanted, wire_free_);
  let_pass(time);
  wire_free_ = out.send(transaction, time);
  transaction.release();
}

void TrafficSource::send_all() {
  constexpr Time pause = 1'000'000; // ps between two runs
  const Time base = kernel_time();
  Arrival arrival;
  while (feed_->next(arrival))
    send(arrival, base);
  out.send_time(end_of_time);
  const Time end = std::max({ledger_.end(), wire_free_, kernel_time()}) + pause;
  wait(sc_time::from_value(end - kernel_time()));
  keeper_.reset();
}

} // namespace pw::nic
