// What became of every frame. Components tell it; the report is made of it.
#pragma once

#include "sim/nic/frame.h"
#include "sim/nic/meter.h"

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
  void done(const Frame&, Time time); // what it came for has happened: dropped by verdict,
                                      // in the host's memory, first bit out of a port

  // First and last of a kind of event: rates are taken between them.
  struct Flow {
    std::uint64_t frames = 0, bits = 0; // on the wire, with preamble and gap
    std::uint64_t edge_bits = 0;        // of the first (done) or last (offered) frame
    Time first = 0, last = 0;
    double mpps() const;
    double gbps() const; // wire rate
  };
  const Flow& in() const { return in_; }
  const Flow& carried() const { return carried_; }
  const std::map<std::string, std::uint64_t>& losses() const { return losses_; }
  std::uint64_t lost() const;
  std::uint64_t decided(unsigned verdict) const { return decided_[verdict]; }
  const Histogram& latency(unsigned verdict) const { return latency_[verdict]; }
  Time end() const { return end_; } // latest event
  // Mean time that frames waited in the receive buffer, in the second and the last quarter of
  // `count` frames: whether a backlog grows.
  void expect(std::uint64_t count) { expected_ = count; }
  double growth() const; // ps more wait a ps of time

private:
  struct Part {
    std::uint64_t frames = 0;
    double wait = 0, time = 0;
  };
  Flow in_, carried_;
  std::map<std::string, std::uint64_t> losses_;
  std::array<std::uint64_t, verdicts> decided_ = {};
  std::array<Histogram, verdicts> latency_;
  Time end_ = 0;
  std::uint64_t expected_ = 0, base_ = 0; // base: index of the first frame
  Part second_, last_;
};

} // namespace pw::nic
