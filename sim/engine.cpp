#include "sim/engine.h"

#include <linux/bpf.h>

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

std::string verdict_name(std::uint32_t retval) {
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

bool leaves(std::uint32_t retval) {
  return retval == XDP_PASS || retval == XDP_TX || retval == XDP_REDIRECT;
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
