#include "sim/diff/compare.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace pw {

namespace {

constexpr std::size_t shown_before = 8, shown = 32; // bytes around the first that differs

std::string verdict_text(const PacketResult& r) {
  return verdict_name(r) + " (" + std::to_string(r.retval) + ")";
}

std::string around(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  const std::size_t from = std::min(bytes.size(), at > shown_before ? at - shown_before : 0);
  const std::size_t size = std::min(shown, bytes.size() - from);
  return "bytes " + std::to_string(from) + "..: " + hex_text(std::span(bytes).subspan(from, size));
}

std::optional<Mismatch> compare_bytes(const std::vector<std::uint8_t>& a,
                                      const std::vector<std::uint8_t>& b) {
  if (a == b)
    return std::nullopt;
  const auto [at, other] = std::ranges::mismatch(a, b);
  const auto offset = static_cast<std::size_t>(at - a.begin());
  return Mismatch{"bytes", "byte " + std::to_string(offset), around(a, offset), around(b, offset)};
}

std::optional<Mismatch> compare_traces(const std::vector<std::string>& a,
                                       const std::vector<std::string>& b) {
  if (a == b)
    return std::nullopt;
  const auto [at, other] = std::ranges::mismatch(a, b);
  const auto line = [](const auto& lines, auto where) {
    return where == lines.end() ? std::string("(no line)") : *where;
  };
  return Mismatch{"trace", "line " + std::to_string(at - a.begin()), line(a, at), line(b, other)};
}

// Events by map: each is a channel of its own, and their order is not known to all engines.
std::optional<Mismatch> compare_events(std::vector<Event> a, std::vector<Event> b) {
  if (a == b)
    return std::nullopt;
  std::ranges::stable_sort(a, {}, &Event::map);
  std::ranges::stable_sort(b, {}, &Event::map);
  const auto [at, other] = std::ranges::mismatch(a, b);
  if (at == a.end() && other == b.end())
    return std::nullopt;
  const auto text = [&](const auto& events, auto where, std::size_t byte) {
    if (where == events.end())
      return std::string("(no event)");
    return where->map + ", " + std::to_string(where->bytes.size()) + " bytes, " +
           around(where->bytes, byte);
  };
  std::size_t byte = 0;
  if (at != a.end() && other != b.end())
    byte = static_cast<std::size_t>(std::ranges::mismatch(at->bytes, other->bytes).in1 -
                                    at->bytes.begin());
  return Mismatch{"event", "event " + std::to_string(at - a.begin()), text(a, at, byte),
                  text(b, other, byte)};
}

std::optional<Mismatch> compare_cycles(const char* field, const std::optional<std::uint64_t>& a,
                                       const std::optional<std::uint64_t>& b) {
  if (!a || !b || *a == *b) // untimed engines have none
    return std::nullopt;
  return Mismatch{field, "", std::to_string(*a), std::to_string(*b)};
}

// A card has 64 queues; it gets that number for one that doesn't fit the field.
std::optional<std::uint32_t> card_queue(const std::optional<std::uint32_t>& queue) {
  return queue && *queue > 255 ? 64 : queue;
}

std::string queue_text(const std::optional<std::uint32_t>& queue) {
  return queue ? std::to_string(*queue) : "(none chosen)";
}

std::optional<Mismatch> compare_queues(const PacketResult& a, const PacketResult& b) {
  if (card_queue(a.queue) == card_queue(b.queue))
    return std::nullopt;
  return Mismatch{"queue", "", queue_text(a.queue), queue_text(b.queue)};
}

// Metadata of tc programs, as far as both engines can tell.
std::optional<Mismatch> compare_skb(const PacketResult& a, const PacketResult& b) {
  for (unsigned f = 0; a.skb && b.skb && f < skb_field_count; ++f)
    if ((a.skb_known & b.skb_known) >> f & 1 && (*a.skb)[f] != (*b.skb)[f])
      return Mismatch{"skb", skb_fields[f].name, std::to_string((*a.skb)[f]),
                      std::to_string((*b.skb)[f])};
  return std::nullopt;
}

// The card aborts what asks for a redirect; without a target the kernel drops it, too.
bool aborted_by_card(const PacketResult& card, const PacketResult& other) {
  return card.verdict_only && card.retval == XDP_ABORTED && other.retval == XDP_REDIRECT &&
         (!other.redirect || (!other.redirect->map && !other.redirect->ifindex));
}

// Of tc programs the card knows passing, which may be TC_ACT_OK, and stealing, which may be
// TC_ACT_QUEUED.
bool same_on_card(const PacketResult& card, const PacketResult& other) {
  return card.skb && other.skb && card.verdict_only &&
         ((card.retval == std::uint32_t(TC_ACT_UNSPEC) && other.retval == TC_ACT_OK) ||
          (card.retval == TC_ACT_STOLEN && other.retval == TC_ACT_QUEUED));
}

bool same_verdict(const PacketResult& a, const PacketResult& b) {
  if (same_on_card(a, b) || same_on_card(b, a))
    return true;
  return a.verdict_only || b.verdict_only ? verdict_name(a) == verdict_name(b)
                                          : a.retval == b.retval;
}

std::string value_text(const MapContents& contents, const std::vector<std::uint8_t>& key) {
  const auto entry = contents.find(key);
  return entry == contents.end() ? "(absent)" : hex_text(entry->second);
}

// The first key, in their order, whose entries differ.
std::optional<Mismatch> compare_contents(const std::string& name, const MapContents& a,
                                         const MapContents& b) {
  if (a == b)
    return std::nullopt;
  const auto [at, other] = std::ranges::mismatch(a, b);
  std::vector<std::uint8_t> key;
  if (at == a.end())
    key = other->first;
  else
    key = other == b.end() ? at->first : std::min(at->first, other->first);
  return Mismatch{"map " + name, "key " + hex_text(key), value_text(a, key), value_text(b, key)};
}

} // namespace

std::string hex_text(std::span<const std::uint8_t> bytes) {
  std::string text;
  std::array<char, 4> piece{};
  for (const std::uint8_t byte : bytes) {
    std::snprintf(piece.data(), piece.size(), "%02x", unsigned{byte});
    text += (text.empty() ? "" : " ") + std::string(piece.data());
  }
  return text.empty() ? "(none)" : text;
}

std::string redirect_text(const std::optional<Redirect>& target) {
  if (!target)
    return "(none)";
  std::string text = target->map ? "map " + *target->map : "";
  const auto add = [&text](const char* name, const auto& value) {
    if (value)
      text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(*value);
  };
  add("key", target->key);
  add("ifindex", target->ifindex);
  add("flags", target->flags);
  return text.empty() ? "no target" : text;
}

std::optional<Mismatch> compare_results(const PacketResult& a, const PacketResult& b,
                                        const DiffOptions& options) {
  if (aborted_by_card(a, b) || aborted_by_card(b, a))
    return std::nullopt;
  if (!same_verdict(a, b))
    return Mismatch{verdict_name(a) != verdict_name(b) ? "verdict" : "retval", "", verdict_text(a),
                    verdict_text(b)};
  if (a.length != b.length)
    return Mismatch{"length", "", std::to_string(a.length), std::to_string(b.length)};
  const bool there = leaves(a) == leaves(b); // the card keeps none of what is queued
  if (auto found = there ? compare_bytes(a.bytes, b.bytes) : std::nullopt)
    return found;
  if (a.redirect != b.redirect)
    return Mismatch{"redirect", "", redirect_text(a.redirect), redirect_text(b.redirect)};
  if (auto found = compare_queues(a, b))
    return found;
  if (auto found = compare_events(a.events, b.events))
    return found;
  if (auto found = compare_skb(a, b))
    return found;
  if (options.compare_trace)
    if (auto found = compare_traces(a.trace, b.trace))
      return found;
  if (!options.compare_cycles)
    return std::nullopt;
  if (auto found = compare_cycles("cycle_in", a.cycle_in, b.cycle_in))
    return found;
  return compare_cycles("cycle_out", a.cycle_out, b.cycle_out);
}

std::optional<Mismatch> compare_maps(const MapState& a, const MapState& b) {
  for (const auto& [name, contents] : a) {
    const auto other = b.find(name);
    if (other == b.end())
      return Mismatch{"map " + name, "", "(there)", "(missing)"};
    if (auto found = compare_contents(name, contents, other->second))
      return found;
  }
  for (const auto& [name, contents] : b)
    if (!a.contains(name))
      return Mismatch{"map " + name, "", "(missing)", "(there)"};
  return std::nullopt;
}

} // namespace pw
