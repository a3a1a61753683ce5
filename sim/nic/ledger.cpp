#include "sim/nic/ledger.h"

namespace pw::nic {

namespace {

std::uint64_t bits_of(const Frame& frame) { return wire_bytes(frame.bytes.size()) * 8; }

} // namespace

// Between the first and the last of n events there are n - 1 distances.
RateFigures Ledger::rate(const Flow& flow) {
  RateFigures r{.frames = flow.frames};
  if (flow.frames < 2 || flow.last <= flow.first)
    return r;
  const double span = double(flow.last - flow.first);
  r.mpps = double(flow.frames - 1) / span * 1e6;
  r.gbps = double(flow.bits - flow.edge_bits) / span * 1e3;
  return r;
}

RateFigures Ledger::offered() const { return rate(in_); }

// Frames with different verdicts end at different distances from the port: each verdict's least
// latency is taken off, so that a short run's rate does not depend on who was first and last.
RateFigures Ledger::carried() const {
  Flow all;
  all.first = end_of_time;
  for (unsigned v = 0; v < verdicts; ++v) {
    const Flow& flow = ends_[v].flow;
    if (flow.frames == 0)
      continue;
    const Time least = latency_[v].least();
    if (flow.first - least < all.first)
      all.edge_bits = flow.edge_bits;
    all.first = std::min(all.first, flow.first - least);
    all.last = std::max(all.last, flow.last - least);
    all.frames += flow.frames;
    all.bits += flow.bits;
  }
  return rate(all);
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

void Ledger::decided(const Frame& frame) { ++decided_[verdict_of(frame.retval)]; }

void Ledger::lost(const Frame& frame, const std::string& place) { ++losses_[place]; }

std::uint64_t Ledger::lost() const {
  std::uint64_t sum = 0;
  for (const auto& [place, count] : losses_)
    sum += count;
  return sum;
}

// The components behind the engine end their frames in an order of their own.
void Ledger::done(const Frame& frame, Time time, Time behind) {
  const unsigned verdict = verdict_of(frame.retval);
  Ends& ends = ends_[verdict];
  Flow& flow = ends.flow;
  const std::uint64_t bits = bits_of(frame);
  if (flow.frames == 0 || time < flow.first) {
    flow.first = time;
    flow.edge_bits = bits;
  }
  ++flow.frames;
  flow.bits += bits;
  flow.last = std::max(flow.last, time);
  end_ = std::max(end_, time);
  latency_[verdict].add(time - frame.wire_end);
  const std::uint64_t quarter = expected_ / 4, at = frame.index - base_;
  if (quarter == 0 || at < quarter || (at >= 2 * quarter && at < 3 * quarter))
    return;
  Part& part = at < 2 * quarter ? ends.second : ends.last;
  ++part.frames;
  part.latency += double(time + behind - frame.wire_end);
  part.time += double(frame.wire_end);
}

// Over all verdicts, each without its least latency.
Ledger::Part Ledger::quarter(Part Ends::*which) const {
  Part sum;
  for (unsigned v = 0; v < verdicts; ++v) {
    const Part& part = ends_[v].*which;
    sum.frames += part.frames;
    sum.latency += part.latency - double(part.frames) * double(latency_[v].least());
    sum.time += part.time;
  }
  return sum;
}

double Ledger::growth() const {
  const Part second = quarter(&Ends::second), last = quarter(&Ends::last);
  if (second.frames == 0 || last.frames == 0)
    return 0;
  const double before = double(second.frames), behind = double(last.frames);
  const double passed = last.time / behind - second.time / before;
  return passed <= 0 ? 0 : (last.latency / behind - second.latency / before) / passed;
}

} // namespace pw::nic
