#include "sim/model/core.h"

#include "backends/verilog/structure.h"
#include "ir/table_reserve.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <new>

namespace pw::model {

Core::Core(const pipeline::Pipeline& pipeline, HostTables& tables)
    : pipeline_(pipeline), tables_(tables), ports_(pipeline), plan_(make_plan(pipeline)),
      code_(pipeline, plan_, tables, ports_), held_(pipeline.maps.size()) {
  make_regions();
  make_steps(plan_);
}

void Core::make_regions() {
  for (const auto& region : pipeline_.regions) {
    auto& state = regions_.emplace_back();
    state.region = &region;
    const unsigned stages = region.last_stage - region.first_stage + 1;
    state.entered.resize(std::bit_ceil(stages + 2));
    state.mask = state.entered.size() - 1;
    for (const auto& interlock : region.interlocks) {
      for (const pipeline::ValueId handle : interlock.handles)
        state.handle_words += handle_words(pipeline_.values[handle].width);
      state.longest = std::max(state.longest, interlock.distance);
    }
    state.current.resize(state.handle_words);
    make_holders(state, unsigned(regions_.size() - 1));
  }
}

void Core::make_holders(RegionState& state, unsigned region) {
  std::map<unsigned, Holder> holders;
  std::size_t first = 0;
  for (const auto& lock : state.region->interlocks) {
    const std::size_t count = lock.handles.size();
    const std::size_t words = count ? handle_words(pipeline_.values[lock.handles[0]].width) : 1;
    holders[lock.map].locks.push_back({lock.distance, lock.when_full, first, count, words,
                                       pipeline::look_handles(pipeline_, lock)});
    first += count * words;
  }
  for (Port& port : ports_.all())
    if (const auto use = verilog::table_use(pipeline_, port.map); use.used && use.region == region)
      holders[port.map].table = &port.table;
  for (auto& [map, holder] : holders) {
    holder.map = map;
    state.holders.push_back(std::move(holder));
  }
}

void Core::make_steps(const Plan& plan) {
  for (std::size_t c = 0; c < plan.chunks.size(); ++c) {
    const Chunk& chunk = plan.chunks[c];
    const StageFunction function = code_.function(c);
    if (chunk.phase == Phase::Finish) {
      (chunk.results ? results_ : packet_writes_).push_back(function);
      continue;
    }
    const auto region = std::find_if(regions_.begin(), regions_.end(), [&](const RegionState& r) {
      return chunk.stage <= r.region->last_stage;
    });
    if (chunk.phase == Phase::Handles) {
      region->handles.push_back(function);
      continue;
    }
    const Step step = {unsigned(region - regions_.begin()),
                       1 + chunk.stage - region->region->first_stage, function};
    (chunk.phase == Phase::Compute ? reads_ : writes_).push_back(step);
  }
  // Later stages hold older packets. Chunks of one stage stay in their order.
  std::stable_sort(writes_.begin(), writes_.end(), [](const Step& a, const Step& b) {
    return std::pair(b.region, b.delay) < std::pair(a.region, a.delay);
  });
}

Record* Core::take_record(const std::uint8_t* bytes, std::size_t length) {
  if (free_.empty()) {
    auto& words = storage_.emplace_back((plan_.record_bytes + 7) / 8);
    free_.push_back(new (words.data()) Record);
  }
  Record* record = free_.back();
  free_.pop_back();
  auto* window = reinterpret_cast<std::uint8_t*>(record) + plan_.window_offset;
  const std::size_t known = std::min<std::size_t>(length, pipeline_.window_bytes);
  if (known != 0)
    std::memcpy(window, bytes, known);
  std::memset(window + known, 0, pipeline_.window_bytes - known);
  record->packet = bytes;
  return record;
}

void Core::give_back(Record* record) { free_.push_back(record); }

void Core::read_handles(RegionState& state, Record* record) {
  record->handles = state.current.data();
  for (const StageFunction function : state.handles)
    function(record);
  state.current_of = record;
}

// Has an earlier packet one of the same handles?
bool Core::conflicts(const RegionState& state, const Holder::Lock& lock, const Entry& entry) const {
  if (lock.count == 0)
    return true;
  const std::size_t end = lock.first + lock.count * lock.words;
  const std::size_t looks = end - lock.looks * lock.words;
  for (std::size_t i = lock.first; i < end; i += lock.words)
    for (std::size_t j = lock.first; j < end; j += lock.words)
      if ((i < looks || j < looks) && (state.current[i] & 1) &&
          std::equal(&state.current[i], &state.current[i] + lock.words, &entry.handles[j]))
        return true;
  return false;
}

bool Core::holds(const RegionState& state, const Holder& holder, std::uint64_t now) const {
  if (holder.table && holder.table->hold())
    return true;
  for (const Holder::Lock& lock : holder.locks)
    for (const Entry& entry : state.recent) {
      if (lock.when_full && !holder.table->crowded())
        break;
      if (now - entry.clock > lock.distance)
        break;
      if (conflicts(state, lock, entry))
        return true;
    }
  return false;
}

bool Core::may_enter(Record* record, unsigned region, std::uint64_t now) {
  RegionState& state = regions_[region];
  if (state.current_of != record)
    read_handles(state, record);
  bool free = true;
  for (const Holder& holder : state.holders)
    if (holds(state, holder, now)) {
      Held& held = held_[holder.map];
      held.clocks += held.last != now;
      held.last = now;
      free = false;
    }
  return free;
}

void Core::enter(Record* record, unsigned region, std::uint64_t now) {
  RegionState& state = regions_[region];
  state.entered[now & state.mask] = record;
  if (state.longest != 0)
    remember(state, record, now);
  state.current_of = nullptr;
}

// Notes for the interlocks that a packet entered, using an outdated note again if there is one.
void Core::remember(RegionState& state, Record* record, std::uint64_t now) {
  if (state.current_of != record)
    read_handles(state, record);
  Entry entry;
  if (!state.recent.empty() && now - state.recent.back().clock > state.longest) {
    entry = std::move(state.recent.back());
    state.recent.pop_back();
  }
  entry.clock = now;
  entry.handles = state.current;
  state.recent.push_front(std::move(entry));
}

void Core::run(const std::vector<Step>& steps, std::uint64_t now) {
  for (const Step& step : steps) {
    const RegionState& state = regions_[step.region];
    if (Record* record = state.entered[(now - step.delay) & state.mask])
      step.function(record);
  }
}

void Core::run_stages(std::uint64_t now) {
  run(reads_, now);
  run(writes_, now);
  ports_.clock();
  for (RegionState& state : regions_)
    state.entered[(now + 1) & state.mask] = nullptr;
}

void Core::skip() {
  for (RegionState& state : regions_)
    std::fill(state.entered.begin(), state.entered.end(), nullptr);
}

void Core::results(Record* record) const {
  for (const StageFunction function : results_)
    function(record);
}

void Core::write_packet(Record* record) const {
  for (const StageFunction function : packet_writes_)
    function(record);
}

} // namespace pw::model
