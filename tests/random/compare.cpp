#include "tests/random/compare.h"

#include "tests/random/kernel_oracle.h"

#include <linux/bpf.h>

#include <sstream>

namespace pw::random {

namespace {

EngineInput input_of(const Case& c) {
  EngineInput input;
  input.object = &c.object;
  input.program = &c.program();
  input.environment = environment_of(c);
  return input;
}

struct Outcome {
  std::vector<PacketResult> results;
  MapState maps;
};

Outcome run_case(const Case& c, const Contestant& contestant, std::span<const Packet> packets) {
  std::unique_ptr<Engine> engine = contestant.make(c);
  engine->set_maps(c.maps);
  Outcome outcome;
  outcome.results = engine->run(packets);
  outcome.maps = engine->maps();
  if (outcome.results.size() != packets.size())
    throw std::logic_error("results for " + std::to_string(outcome.results.size()) + " of " +
                           std::to_string(packets.size()) + " packets");
  return outcome;
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::ostringstream text;
  text << std::hex;
  for (unsigned byte : bytes)
    text << (byte < 16 ? "0" : "") << byte;
  return text.str();
}

std::string redirect_text(const std::optional<Redirect>& redirect) {
  if (!redirect)
    return "none";
  std::ostringstream text;
  text << redirect->map.value_or("-") << " key " << redirect->key.value_or(-1) << " ifindex "
       << redirect->ifindex.value_or(-1) << " flags " << redirect->flags.value_or(0);
  return text.str();
}

std::string first_difference(const PacketResult& a, const PacketResult& b, bool redirects) {
  auto pair = [](const std::string& field, const std::string& x, const std::string& y) {
    return field + ": " + x + " / " + y;
  };
  if (a.verdict_only || b.verdict_only) {
    if (a.retval == XDP_REDIRECT || b.retval == XDP_REDIRECT)
      return {}; // not a verdict of the card
    if (verdict_name(a.retval) != verdict_name(b.retval))
      return pair("verdict", verdict_name(a.retval), verdict_name(b.retval));
  } else if (a.retval != b.retval)
    return pair("retval", std::to_string(a.retval), std::to_string(b.retval));
  if (a.length != b.length)
    return pair("length", std::to_string(a.length), std::to_string(b.length));
  if (a.bytes != b.bytes)
    return pair("bytes", hex(a.bytes), hex(b.bytes));
  if (redirects && a.redirect != b.redirect)
    return pair("redirect", redirect_text(a.redirect), redirect_text(b.redirect));
  if (a.cycle_in && b.cycle_in && a.cycle_in != b.cycle_in)
    return pair("cycle_in", std::to_string(*a.cycle_in), std::to_string(*b.cycle_in));
  if (a.cycle_out && b.cycle_out && a.cycle_out != b.cycle_out)
    return pair("cycle_out", std::to_string(*a.cycle_out), std::to_string(*b.cycle_out));
  return {};
}

std::string first_difference(const MapState& a, const MapState& b) {
  for (const auto& [name, contents] : a) {
    auto other = b.find(name);
    if (other == b.end())
      return "map " + name + " is missing";
    for (const auto& [key, value] : contents) {
      auto found = other->second.find(key);
      std::string theirs = found == other->second.end() ? "absent" : hex(found->second);
      if (theirs != hex(value))
        return "map " + name + " key " + hex(key) + ": " + hex(value) + " / " + theirs;
    }
    if (contents.size() != other->second.size())
      return "map " + name + ": number of entries";
  }
  return a.size() == b.size() ? std::string() : "number of maps";
}

// What both can tell of the packet's metadata.
std::string skb_difference(const PacketResult& a, const PacketResult& b) {
  for (unsigned f = 0; a.skb && b.skb && f < skb_field_count; ++f)
    if ((a.skb_known & b.skb_known & 1u << f) != 0 && (*a.skb)[f] != (*b.skb)[f])
      return std::string(skb_fields[f].name) + ": " + std::to_string((*a.skb)[f]) + " / " +
             std::to_string((*b.skb)[f]);
  return {};
}

bool is_refusal(const Failure& failure) { return failure.exit() == Exit::Unsupported; }

// Packets that an engine can't run would leave its maps behind: take them out and start again.
bool remove_unsupported(std::vector<Packet>& packets, const Outcome& a, const Outcome& b) {
  std::vector<Packet> kept;
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (!a.results[i].unsupported && !b.results[i].unsupported)
      kept.push_back(packets[i]);
  bool removed = kept.size() != packets.size();
  packets = std::move(kept);
  return removed;
}

Verdict compare_outcomes(const Case& c, const Contestant& a, const Contestant& b) {
  std::vector<Packet> packets = c.packets;
  Outcome first = run_case(c, a, packets), second = run_case(c, b, packets);
  while (remove_unsupported(packets, first, second)) {
    first = run_case(c, a, packets);
    second = run_case(c, b, packets);
  }
  bool redirects = a.name != "kernel" && b.name != "kernel"; // a test run doesn't show targets
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (std::string what = first_difference(first.results[i], second.results[i], redirects);
        !what.empty())
      return {Verdict::Different, "packet " + std::to_string(i) + ": " + what};
    else if (what = skb_difference(first.results[i], second.results[i]); !what.empty())
      return {Verdict::Different, "packet " + std::to_string(i) + ": " + what};
  if (std::string what = first_difference(first.maps, second.maps); !what.empty())
    return {Verdict::Different, what};
  return {};
}

} // namespace

Environment environment_of(const Case& c) {
  Environment e;
  if (c.tc()) {
    e.mac = {};
    e.skb.random = true;
  }
  return e;
}

Contestant interp() {
  return {"interp", [](const Case& c) { return make_interp_engine(input_of(c)); }};
}

Contestant kernel() {
  return {"kernel", [](const Case& c) { return make_kernel_oracle(c.object, environment_of(c)); }};
}

Verdict compare(const Case& c, const Contestant& a, const Contestant& b) {
  try {
    return compare_outcomes(c, a, b);
  } catch (const Failure& failure) {
    return {is_refusal(failure) ? Verdict::Refused : Verdict::Different, failure.what()};
  } catch (const std::exception& error) {
    return {Verdict::Different, error.what()};
  }
}

} // namespace pw::random
