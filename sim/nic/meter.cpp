#include "sim/nic/meter.h"

#include <bit>
#include <cmath>

namespace pw::nic {

void QueueMeter::integrate(Time until) {
  if (until <= now_)
    return;
  const double passed = double(until - now_);
  unit_time_ += passed * double(level_);
  entry_time_ += passed * double(entries_.size());
  now_ = until;
}

void QueueMeter::pass(Time time) {
  while (!entries_.empty() && entries_.front().leaves <= time) {
    const Entry& entry = entries_.front();
    integrate(entry.leaves);
    if (entry.entered >= begin_) {
      wait_ += double(entry.leaves - entry.entered);
      ++left_;
    }
    level_ -= entry.units;
    entries_.pop_front();
  }
  if (time < end_of_time)
    integrate(time);
}

void QueueMeter::enter(Time time, Time leaves, std::uint64_t units) {
  pass(time);
  entries_.push_back({time, leaves, units});
  level_ += units;
  most_ = std::max(most_, level_);
  ++entered_;
}

void QueueMeter::enter_unknown(Time time, std::uint64_t units) { enter(time, end_of_time, units); }

void QueueMeter::leave(Time leaves) {
  for (Entry& entry : entries_)
    if (entry.leaves == end_of_time) {
      entry.leaves = leaves;
      return;
    }
}

Time QueueMeter::falls_to(std::uint64_t units) const {
  std::uint64_t level = level_;
  Time time = now_;
  for (const Entry& entry : entries_) {
    if (level <= units)
      break;
    level -= entry.units;
    time = entry.leaves;
  }
  return time;
}

void QueueMeter::restart(Time now) {
  pass(now);
  begin_ = now_ = now;
  entered_ = left_ = 0;
  most_ = level_;
  unit_time_ = entry_time_ = wait_ = 0;
}

QueueMeter::Figures QueueMeter::figures() const {
  Figures f;
  f.entered = entered_;
  f.span = now_ - begin_;
  f.most = most_;
  if (f.span != 0) {
    f.mean_level = unit_time_ / double(f.span);
    f.mean_count = entry_time_ / double(f.span);
  }
  f.mean_wait_ps = left_ == 0 ? 0 : wait_ / double(left_);
  return f;
}

std::size_t Histogram::place(Time value) {
  const unsigned width = unsigned(std::bit_width(value));
  if (width <= fine)
    return value;
  const unsigned shift = width - fine;
  return (std::size_t(shift) << (fine - 1)) + (value >> shift);
}

Time Histogram::lowest(std::size_t place) {
  if (place < (std::size_t{1} << fine))
    return place;
  const unsigned shift = unsigned(place >> (fine - 1)) - 1;
  return Time(place - (std::size_t(shift) << (fine - 1))) << shift;
}

void Histogram::add(Time value) {
  const std::size_t at = place(value);
  if (at >= counts_.size())
    counts_.resize(at + 1);
  ++counts_[at];
  ++count_;
  least_ = std::min(least_, value);
  most_ = std::max(most_, value);
  sum_ += double(value);
}

void Histogram::merge(const Histogram& other) {
  counts_.resize(std::max(counts_.size(), other.counts_.size()));
  for (std::size_t i = 0; i < other.counts_.size(); ++i)
    counts_[i] += other.counts_[i];
  count_ += other.count_;
  least_ = std::min(least_, other.least_);
  most_ = std::max(most_, other.most_);
  sum_ += other.sum_;
}

Time Histogram::at(double share) const {
  const auto rank = std::uint64_t(std::ceil(share * double(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank && seen != 0)
      return std::clamp(lowest(i + 1) - 1, least(), most_);
  }
  return most_;
}

// The fine places are 256 an octave: 32 of them are a bin.
std::vector<Histogram::Bin> Histogram::bins() const {
  constexpr std::size_t together = std::size_t{1} << (fine - 4);
  std::vector<Bin> bins;
  for (std::size_t i = 0; i < counts_.size(); i += together) {
    std::uint64_t sum = 0;
    for (std::size_t j = i; j < std::min(i + together, counts_.size()); ++j)
      sum += counts_[j];
    if (sum != 0)
      bins.push_back({lowest(i), lowest(i + together), sum});
  }
  return bins;
}

} // namespace pw::nic
