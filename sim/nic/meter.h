// What components count: how busy they were, how full, what they lost; and latencies.
#pragma once

#include "sim/nic/units.h"

#include <array>
#include <deque>
#include <string>
#include <vector>

namespace pw::nic {

// A queue whose places are taken at known times and given back at times that are known then, too:
// in order of arrival, departures not before those of earlier entries.
class QueueMeter {
public:
  // Gives back what has left at `time` or before. Times never go back.
  void pass(Time time);
  void enter(Time time, Time leaves, std::uint64_t units);
  void enter_unknown(Time time, std::uint64_t units); // leave() says when it leaves
  void leave(Time leaves);                            // the oldest whose time is not known
  std::uint64_t level() const { return level_; }
  Time falls_to(std::uint64_t units) const; // if nothing more comes; end_of_time: not known yet
  std::size_t waiting() const { return entries_.size(); }

  void restart(Time now); // statistics only; what is inside stays
  struct Figures {
    std::uint64_t entered = 0;
    double mean_level = 0;   // units, over time
    double mean_count = 0;   // entries, over time
    double mean_wait_ps = 0; // of an entry
    std::uint64_t most = 0;  // units
    Time span = 0;
  };
  Figures figures() const;

private:
  struct Entry {
    Time entered, leaves;
    std::uint64_t units;
  };
  void integrate(Time until);

  std::deque<Entry> entries_;
  std::uint64_t level_ = 0;
  // statistics
  Time begin_ = 0, now_ = 0;
  std::uint64_t entered_ = 0, left_ = 0, most_ = 0;
  double unit_time_ = 0, entry_time_ = 0, wait_ = 0;
};

// Latencies in ps, to 1/512 of their value; the smallest and the largest exactly.
class Histogram {
public:
  void add(Time value);
  void clear() { *this = {}; }
  void merge(const Histogram&);

  std::uint64_t count() const { return count_; }
  Time least() const { return count_ == 0 ? 0 : least_; }
  Time most() const { return most_; }
  double mean() const { return count_ == 0 ? 0 : sum_ / double(count_); }
  // The value that this share (0 .. 1) of all are not above.
  Time at(double share) const;

  struct Bin {
    Time from, below;
    std::uint64_t count;
  };
  std::vector<Bin> bins() const; // eight an octave, ascending, only those that are not empty

private:
  static constexpr unsigned fine = 9; // bits of a value that are kept
  static std::size_t place(Time value);
  static Time lowest(std::size_t place);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  Time least_ = end_of_time, most_ = 0;
  double sum_ = 0;
};

} // namespace pw::nic
