// What a traffic source sends: frames and the times at which their sender wants to begin.
#pragma once

#include "sim/nic/units.h"
#include "sim/traffic/arrivals.h"
#include "sim/traffic/traffic.h"

#include <memory>
#include <span>
#include <vector>

namespace pw::nic {

struct Arrival {
  std::vector<std::uint8_t> bytes; // without FCS
  Time time = 0;                   // ps since the start of the run; never goes back
};

class Feed {
public:
  virtual ~Feed() = default;
  virtual bool next(Arrival&) = 0; // false: no more
  virtual std::uint64_t count() const = 0;
  virtual std::uint64_t start_ns() const = 0; // what the program's clock says at time 0
};

// Generated frames, as many as the specification says.
std::unique_ptr<Feed> make_feed(const TrafficSpec&);
// A capture's frames at its own times. The packets stay where they are.
std::unique_ptr<Feed> make_feed(std::span<const Packet>);
// `count` of them at another rate, over and over.
std::unique_ptr<Feed> make_feed(std::span<const Packet>, const ArrivalSpec&, std::uint64_t count);

} // namespace pw::nic
