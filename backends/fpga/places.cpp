#include "backends/fpga/places.h"

#include <charconv>
#include <optional>

namespace pw::fpga {

namespace {

// "s12_x" with letter 's' -> 12.
std::optional<unsigned> number_behind(char letter, const std::string& net) {
  unsigned number = 0;
  const char* end = net.data() + net.size();
  if (net.empty() || net[0] != letter)
    return {};
  const auto [rest, error] = std::from_chars(net.data() + 1, end, number);
  return error == std::errc() && rest != end && *rest == '_' ? std::optional(number) : std::nullopt;
}

std::string stage(unsigned number) { return "stage " + std::to_string(number); }
std::string entrance(unsigned region) { return "entrance " + std::to_string(region); }

} // namespace

Places::Places(const pipeline::Pipeline& p) : region_that_begins_(p.stages, -1) {
  for (std::size_t r = 0; r < p.regions.size(); ++r)
    region_that_begins_[p.regions[r].first_stage] = int(r);
}

std::string Places::of_wire(const std::string& net) const {
  if (const std::size_t dot = net.find('.'); dot != std::string::npos)
    return net.substr(0, dot);
  if (const auto number = number_behind('s', net))
    return stage(*number);
  if (const auto number = number_behind('e', net))
    return entrance(*number);
  return net.starts_with("out_") ? "result" : "";
}

std::string Places::in_front_of(const std::string& net) const {
  const auto number = number_behind('s', net);
  if (!number || net.find('.') != std::string::npos || *number >= region_that_begins_.size())
    return of_wire(net);
  const int region = region_that_begins_[*number];
  return region < 0 ? stage(*number - 1) : entrance(unsigned(region));
}

std::string value_name(const std::string& net) {
  const bool in_stage = number_behind('s', net) || number_behind('e', net);
  return in_stage ? net.substr(net.find('_') + 1) : net.starts_with("out_") ? net.substr(4) : "";
}

} // namespace pw::fpga
