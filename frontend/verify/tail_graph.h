// Which programs tail-call which, as the exploration finds out.
#pragma once

#include "frontend/verify/linked.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pw::verify {

inline constexpr unsigned most_tail_calls = 33; // of one packet, as in Linux

class TailGraph {
public:
  explicit TailGraph(std::size_t parts = 0) : callees_(parts), levels_(parts) {}

  // A tail call from one part into another, which is then entered at `level` of the order in use.
  // False: the two are on a circle, and the call is not noted.
  bool add(unsigned from, unsigned to, unsigned level);
  // Parts from `from` to `to` along calls, both included; empty if there is no way.
  std::vector<unsigned> way(unsigned from, unsigned to) const;

  bool any() const;
  // Was a part entered at several levels?
  bool scattered() const;
  // For each part its place in an order in which callers come first.
  std::vector<unsigned> ranks() const;

private:
  std::vector<std::set<unsigned>> callees_, levels_; // by part
};

// "a -> b -> a"
std::string names_of(const Linked&, const std::vector<unsigned>& way);

// What there is to say of tail calls that can't be followed.
Diagnostic too_many_tail_calls();
Diagnostic no_tail_program(const Object&, const MapDefinition& array, std::uint32_t slot,
                           const std::string& program);
Diagnostic tail_circle(const Linked&, const TailGraph&, unsigned from, unsigned to);

} // namespace pw::verify
