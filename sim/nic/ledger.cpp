#include "sim/nic/ledger.h"

namespace pw::nic {

namespace {

std::uint64_t bits_of(const Frame& frame) { return wire_bytes(frame.bytes.size()) * 8; }

double per(double amount, Time from, Time to) { return to > from ? amount / double(to - from) : 0; }

} // namespace

// Between the first and the last of n events there are n - 1 distances.
double Ledger::Flow::mpps() const {
  return frames < 2 ? 0 : per(double(frames - 1), first, last) * 1e6;
}

double Ledger::Flow::gbps() const {
  return frames < 2 ? 0 : per(double(bits - edge_bits), first, last) * 1e3;
}

void Ledger::offered(const Frame& frame) {
  if (in_.frames++ == 0) {
    in_.first = frame.wire_begin;
    base_ = frame.index;
  }
  in_.last = frame.wire_begin;
  in_.edge_bits = bits_of(frame);
  in_.bits += in_.edge_bits;
  end_ = std::max(end_, frame.wire_end);
}

void Ledger::decided(const Frame& frame) {
  ++decided_[verdict_of(frame.retval)];
  const std::uint64_t quarter = expected_ / 4;
  const std::uint64_t at = frame.index - base_;
  if (quarter == 0 || at < quarter || (at >= 2 * quarter && at < 3 * quarter))
    return;
  Part& part = at < 2 * quarter ? second_ : last_;
  ++part.frames;
  part.wait += double(frame.decided - frame.wire_end);
  part.time += double(frame.wire_end);
}

double Ledger::growth() const {
  if (second_.frames == 0 || last_.frames == 0)
    return 0;
  const double before = double(second_.frames), behind = double(last_.frames);
  const double passed = last_.time / behind - second_.time / before;
  return passed <= 0 ? 0 : (last_.wait / behind - second_.wait / before) / passed;
}

void Ledger::lost(const Frame& frame, const std::string& place) { ++losses_[place]; }

std::uint64_t Ledger::lost() const {
  std::uint64_t sum = 0;
  for (const auto& [place, count] : losses_)
    sum += count;
  return sum;
}

// The components behind the engine end their frames in an order of their own.
void Ledger::done(const Frame& frame, Time time) {
  const std::uint64_t bits = bits_of(frame);
  if (carried_.frames == 0 || time < carried_.first) {
    carried_.first = time;
    carried_.edge_bits = bits;
  }
  ++carried_.frames;
  carried_.bits += bits;
  carried_.last = std::max(carried_.last, time);
  end_ = std::max(end_, time);
  latency_[verdict_of(frame.retval)].add(time - frame.wire_end);
}

} // namespace pw::nic
