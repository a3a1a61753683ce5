#include "sim/interp/event_helpers.h"

#include "support/events.h"

#include <cerrno>

namespace pw::interp {

namespace {

const MapDefinition& map_of(HelperContext& c, std::uint64_t pointer, bpf_map_type type) {
  const MapDefinition& map = c.map(pointer).definition();
  if (map.type != type)
    throw MemoryFault("a map of another type");
  return map;
}

Bytes bytes_at(HelperContext& c, std::uint64_t pointer, std::uint64_t size) {
  if (size == 0)
    return {};
  const auto bytes = c.memory.at(pointer, size, false);
  return {bytes.begin(), bytes.end()};
}

bool take(HelperContext& c, std::uint64_t pointer, std::uint64_t size) {
  std::uint64_t& used = c.packet.ring_used[c.map_number(pointer)];
  if (!ring_takes(map_of(c, pointer, BPF_MAP_TYPE_RINGBUF).max_entries, used, size))
    return false;
  used += ring_bytes(size);
  return true;
}

std::uint64_t close(HelperContext& c, std::uint64_t pointer, bool discard) {
  const unsigned number = c.memory.record_number(pointer);
  Bytes bytes = c.memory.take_record(number);
  PacketState::Record& record = c.packet.records.at(number);
  record.discarded = discard;
  c.packet.events[record.event].bytes = std::move(bytes);
  return 0;
}

} // namespace

std::uint64_t perf_event_output(HelperContext& c, const Arguments& a) {
  const MapDefinition& map = map_of(c, a[1], BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  const std::uint64_t flags = a[2], copied = (flags & BPF_F_CTXLEN_MASK) >> 32;
  Bytes bytes = bytes_at(c, a[3], a[4]);
  if (flags & ~(BPF_F_CTXLEN_MASK | BPF_F_INDEX_MASK))
    return error(-EINVAL);
  const Frame& f = c.memory.frame;
  if (copied > static_cast<std::uint64_t>(f.tail - f.head))
    return error(-EFAULT);
  const std::uint64_t index = flags & BPF_F_INDEX_MASK;
  const std::uint64_t slot = index == BPF_F_CURRENT_CPU ? c.environment.cpu : index;
  if (slot >= perf_slots(map.max_entries))
    return error(-E2BIG);
  if (slot != c.environment.cpu) // the buffer of another CPU
    return error(-EOPNOTSUPP);
  const auto packet = c.memory.packet_bytes(f.head, static_cast<std::int64_t>(copied));
  bytes.insert(bytes.end(), packet.begin(), packet.end());
  c.packet.events.push_back({map.name, std::move(bytes)});
  return 0;
}

std::uint64_t ringbuf_output(HelperContext& c, const Arguments& a) {
  const MapDefinition& map = map_of(c, a[0], BPF_MAP_TYPE_RINGBUF);
  Bytes bytes = bytes_at(c, a[1], a[2]);
  if (a[3] & ~std::uint64_t{BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP})
    return error(-EINVAL);
  if (!take(c, a[0], a[2]))
    return error(-EAGAIN);
  c.packet.events.push_back({map.name, std::move(bytes)});
  return 0;
}

std::uint64_t ringbuf_reserve(HelperContext& c, const Arguments& a) {
  if (a[2] != 0 || !take(c, a[0], a[1]))
    return 0;
  const std::uint64_t address = c.memory.new_record(a[1]);
  c.packet.records.push_back({c.packet.events.size(), false});
  c.packet.events.push_back({c.map(a[0]).definition().name, {}});
  return address;
}

std::uint64_t ringbuf_submit(HelperContext& c, const Arguments& a) { return close(c, a[0], false); }
std::uint64_t ringbuf_discard(HelperContext& c, const Arguments& a) { return close(c, a[0], true); }

std::uint64_t ringbuf_query(HelperContext& c, const Arguments& a) {
  const MapDefinition& map = map_of(c, a[0], BPF_MAP_TYPE_RINGBUF);
  switch (a[1]) {
  case BPF_RB_AVAIL_DATA:
    return c.packet.ring_used[c.map_number(a[0])];
  case BPF_RB_RING_SIZE:
    return map.max_entries;
  default:
    return 0;
  }
}

void finish_events(PacketState& packet) {
  for (auto record = packet.records.rbegin(); record != packet.records.rend(); ++record)
    if (record->discarded)
      packet.events.erase(packet.events.begin() + static_cast<std::ptrdiff_t>(record->event));
}

} // namespace pw::interp
