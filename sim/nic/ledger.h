// What became of every frame. Components tell it; the report is made of it.
#pragma once

#include "sim/nic/frame.h"
#include "sim/nic/meter.h"
#include "sim/nic/result.h"

#include <array>
#include <map>

namespace pw::nic {

inline constexpr unsigned verdicts = 5; // XDP_ABORTED .. XDP_REDIRECT

// The verdict that a raw return value counts as.
constexpr unsigned verdict_of(std::uint32_t retval) { return retval < verdicts ? retval : 0; }

class Ledger {
public:
  void restart() { *this = {}; }

  void offered(const Frame&); // it begins on the wire
  void decided(const Frame&); // by the program; before anything can happen to it behind
  void lost(const Frame&, const std::string& place);
  // What it came for has happened: dropped by verdict, in the host's memory, first bit out of a
  // port. behind: how long it will still wait in a queue that is no part of its latency.
  void done(const Frame&, Time time, Time behind = 0);

  RateFigures offered() const;
  RateFigures carried() const;
  const std::map<std::string, std::uint64_t>& losses() const { return losses_; }
  std::uint64_t lost() const;
  std::uint64_t decided(unsigned verdict) const { return decided_[verdict]; }
  const Histogram& latency(unsigned verdict) const { return latency_[verdict]; }
  Time end() const { return end_; } // latest event
  // Of the frames of this run, so many are expected: how much longer frames of its last quarter
  // waited than those of the second, for a ps that passed between them. Not near zero: a backlog
  // grows.
  void expect(std::uint64_t count) { expected_ = count; }
  double growth() const;

private:
  // First and last of a kind of event: rates are taken between them.
  struct Flow {
    std::uint64_t frames = 0, bits = 0; // on the wire, with preamble and gap
    std::uint64_t edge_bits = 0;        // of the last frame offered, of the first one done
    Time first = 0, last = 0;
  };
  struct Part { // a quarter's frames
    std::uint64_t frames = 0;
    double latency = 0, time = 0;
  };
  struct Ends { // frames that came to their ends with one verdict
    Flow flow;
    Part second, last; // quarters
  };
  static RateFigures rate(const Flow&);
  Part quarter(Part Ends::*) const;

  Flow in_;
  std::array<Ends, verdicts> ends_;
  std::map<std::string, std::uint64_t> losses_;
  std::array<std::uint64_t, verdicts> decided_ = {};
  std::array<Histogram, verdicts> latency_;
  Time end_ = 0;
  std::uint64_t expected_ = 0, base_ = 0; // base: index of the first frame
};

} // namespace pw::nic
