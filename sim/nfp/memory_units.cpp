#include "sim/nfp/memory_units.h"

#include <algorithm>

namespace pw::me {

std::uint64_t MemoryUnit::book(std::uint64_t clock, std::uint64_t service) {
  const std::uint64_t wanted = std::max(clock / window, first_);
  if (wanted - first_ >= kept)
    forget_before(wanted - kept + 1);
  std::size_t at = wanted - first_;
  const auto used = [&](std::size_t n) -> std::uint32_t& {
    if (n >= booked_.size())
      booked_.resize(n + 1);
    return booked_[n];
  };
  while (used(at) >= window)
    ++at;
  const std::uint64_t begin = std::max(clock, (first_ + at) * window + used(at));
  for (std::uint64_t left = service; left != 0; ++at) {
    const std::uint64_t now = std::min<std::uint64_t>(left, window - used(at));
    used(at) += std::uint32_t(now);
    left -= now;
  }
  if (booked_.size() > kept)
    forget_before(first_ + booked_.size() - kept);
  ++commands;
  busy += service;
  waited += begin - clock;
  return begin;
}

// However far away it is: nothing may have happened in hours.
void MemoryUnit::forget_before(std::uint64_t window) {
  const auto gone = std::min<std::uint64_t>(window - first_, booked_.size());
  booked_.erase(booked_.begin(), booked_.begin() + std::ptrdiff_t(gone));
  first_ = window;
}

MemorySystem::MemorySystem(const MemoryProfile& profile, unsigned engines)
    : profile_(profile), engines_(std::max(engines, 1U)), ctm_(std::max(profile.ctm_units, 1U)),
      emem_(std::max(profile.emem_units, 1U)) {}

// An island's engines share its CTM; lines of 64 bytes of external memory belong to units in turn.
MemoryUnit& MemorySystem::unit_of(unsigned engine, const Access& access) {
  if (access.ctm)
    return ctm_[std::size_t{engine} * ctm_.size() / engines_ % ctm_.size()];
  const std::uint64_t line = access.address >> 6;
  return emem_[(line ^ line >> 26) % emem_.size()];
}

std::uint64_t MemorySystem::service(const Access& access) const {
  const auto moved = [&](unsigned bytes) { return (access.bytes + bytes - 1) / bytes; };
  if (access.ctm)
    return profile_.ctm_command_clocks + moved(std::max(profile_.ctm_bytes_per_clock, 1U));
  if (access.atomic)
    return profile_.emem_atomic_clocks;
  return profile_.emem_command_clocks + moved(std::max(profile_.emem_bytes_per_clock, 1U));
}

std::uint64_t MemorySystem::wait(unsigned engine, const Access& access, std::uint64_t clock) {
  return unit_of(engine, access).book(clock, service(access)) - clock;
}

void MemorySystem::restart() {
  for (auto* units : {&ctm_, &emem_})
    for (MemoryUnit& unit : *units)
      unit.commands = unit.busy = unit.waited = 0;
}

MemorySystem::Figures MemorySystem::figures(bool ctm) const {
  Figures f;
  std::uint64_t waited = 0;
  for (const MemoryUnit& unit : ctm ? ctm_ : emem_) {
    f.commands += unit.commands;
    f.busiest = std::max(f.busiest, unit.busy);
    waited += unit.waited;
  }
  f.mean_wait = f.commands == 0 ? 0 : double(waited) / double(f.commands);
  return f;
}

} // namespace pw::me
