#include "sim/engine.h"

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pw {

namespace {
constexpr std::array<std::pair<EngineKind, const char*>, 5> engine_names = {{
    {EngineKind::Kernel, "kernel"},
    {EngineKind::Interp, "interp"},
    {EngineKind::Model, "model"},
    {EngineKind::Rtl, "rtl"},
    {EngineKind::Nfp, "nfp"},
}};
} // namespace

namespace {

std::string tc_verdict_name(std::uint32_t retval) {
  constexpr std::array names = {"TC_ACT_OK",     "TC_ACT_RECLASSIFY", "TC_ACT_SHOT",
                                "TC_ACT_PIPE",   "TC_ACT_STOLEN",     "TC_ACT_QUEUED",
                                "TC_ACT_REPEAT", "TC_ACT_REDIRECT",   "TC_ACT_TRAP"};
  return retval < names.size() ? names[retval] : "TC_ACT_UNSPEC";
}

// As cls_bpf and tcx take them: what they don't know is left to the next one.
bool leaves_tc(std::uint32_t retval) {
  return retval != TC_ACT_SHOT && retval != TC_ACT_STOLEN && retval != TC_ACT_TRAP;
}

// eth_type_trans of Linux: a number below 1536 is the length of an IEEE 802.3 frame.
std::uint64_t protocol_of(std::span<const std::uint8_t> frame) {
  const auto at = [&](std::size_t i) -> unsigned { return i < frame.size() ? frame[i] : 0; };
  const auto network_order = [](unsigned x) { return (x & 0xff) << 8 | x >> 8; };
  if (at(12) >= 6)
    return at(12) | at(13) << 8;
  const bool raw = frame.size() >= 16 && at(14) == 0xff && at(15) == 0xff;
  return network_order(raw ? ETH_P_802_3 : ETH_P_802_2);
}

std::uint64_t packet_type_of(const Environment& e, std::span<const std::uint8_t> frame) {
  std::array<std::uint8_t, 6> to{}; // bytes that the frame lacks are zeros, as in hardware
  std::ranges::copy(frame.first(std::min(frame.size(), to.size())), to.begin());
  if (std::ranges::equal(to, e.mac))
    return PACKET_HOST;
  if (std::ranges::all_of(to, [](std::uint8_t b) { return b == 0xff; }))
    return PACKET_BROADCAST;
  return (to[0] & 1) != 0 ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

} // namespace

std::string verdict_name(std::uint32_t retval, bool tc) {
  if (tc)
    return tc_verdict_name(retval);
  switch (retval) {
  case XDP_DROP:
    return "XDP_DROP";
  case XDP_PASS:
    return "XDP_PASS";
  case XDP_TX:
    return "XDP_TX";
  case XDP_REDIRECT:
    return "XDP_REDIRECT";
  default:
    return "XDP_ABORTED";
  }
}

bool leaves(std::uint32_t retval, bool tc) {
  return tc ? leaves_tc(retval) : retval == XDP_PASS || retval == XDP_TX || retval == XDP_REDIRECT;
}

SkbState skb_at_start(const Environment& e, std::uint32_t packet_index,
                      std::span<const std::uint8_t> frame) {
  SkbState state{};
  for (unsigned f = 0; f < skb_input_count; ++f)
    state[f] = skb_input(e, packet_index, f);
  state[unsigned(SkbField::PktType)] = packet_type_of(e, frame);
  state[unsigned(SkbField::Protocol)] = protocol_of(frame);
  return state;
}

std::optional<Redirect> tc_redirect_target(std::uint32_t retval, std::uint32_t ifindex,
                                           std::uint64_t flags) {
  if (retval != TC_ACT_REDIRECT)
    return std::nullopt;
  Redirect target;
  if (ifindex != 0) {
    target.ifindex = ifindex;
    target.flags = flags;
  }
  return target;
}

std::optional<Redirect> redirect_target(const Object& object, std::uint32_t retval,
                                        std::uint32_t map_plus_1, std::uint32_t key,
                                        std::uint32_t ifindex, std::uint64_t flags) {
  if (retval != XDP_REDIRECT)
    return std::nullopt;
  Redirect target;
  if (map_plus_1 != 0) {
    target.map = object.maps.at(map_plus_1 - 1).name;
    target.key = key;
    target.flags = flags;
  } else if (ifindex != 0) {
    target.ifindex = ifindex;
    target.flags = 0;
  }
  return target;
}

std::optional<EngineKind> engine_by_name(const std::string& name) {
  for (const auto& [kind, text] : engine_names)
    if (name == text)
      return kind;
  return std::nullopt;
}

std::string engine_name(EngineKind kind) {
  for (const auto& [candidate, text] : engine_names)
    if (kind == candidate)
      return text;
  return "?";
}

} // namespace pw
