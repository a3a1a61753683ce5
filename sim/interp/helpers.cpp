#include "sim/interp/helpers.h"

#include "sim/interp/array_store.h"
#include "sim/interp/checksum.h"
#include "sim/interp/event_helpers.h"
#include "sim/interp/frame_helpers.h"
#include "sim/interp/route_helpers.h"
#include "sim/maps/contents.h"
#include "sim/trace_format.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace pw::interp {

namespace {

ByteSpan key_of(HelperContext& c, const MapStore& map, std::uint64_t pointer) {
  return c.memory.at(pointer, map.definition().key_size, false);
}

std::uint64_t inner_map(HelperContext& c, const InnerStore& outer, ByteSpan key) {
  const auto name = outer.inner(key);
  for (std::size_t i = 0; name && i < c.maps.size(); ++i)
    if (c.maps[i]->definition().name == *name)
      return address_in(static_cast<unsigned>(Space::Map), static_cast<std::int64_t>(i));
  return 0;
}

std::uint64_t map_lookup(HelperContext& c, const Arguments& a) {
  MapStore& map = c.map(a[0]);
  if (const auto* outer = dynamic_cast<const InnerStore*>(&map))
    return inner_map(c, *outer, key_of(c, map, a[1]));
  const auto element = map.find(key_of(c, map, a[1]));
  return element ? c.memory.value_address(c.map_number(a[0]), *element) : 0;
}

std::uint64_t map_update(HelperContext& c, const Arguments& a) {
  MapStore& map = c.map(a[0]);
  const ByteSpan value = c.memory.at(a[2], map.definition().value_size, false);
  // The value may lie in this very map: copy it before the map changes.
  return error(map.update(key_of(c, map, a[1]), Bytes(value.begin(), value.end()), a[3]));
}

std::uint64_t map_delete(HelperContext& c, const Arguments& a) {
  MapStore& map = c.map(a[0]);
  return error(map.remove(key_of(c, map, a[1])));
}

QueueStore& queue(HelperContext& c, std::uint64_t pointer) {
  auto* store = dynamic_cast<QueueStore*>(&c.map(pointer));
  if (store == nullptr)
    throw MemoryFault("neither queue nor stack");
  return *store;
}

FilterStore* filter(HelperContext& c, std::uint64_t pointer) {
  return dynamic_cast<FilterStore*>(&c.map(pointer));
}

std::uint64_t map_push(HelperContext& c, const Arguments& a) {
  if (FilterStore* map = filter(c, a[0]))
    return error(map->push(c.memory.at(a[1], map->definition().value_size, false), a[2]));
  QueueStore& map = queue(c, a[0]);
  return error(map.push(c.memory.at(a[1], map.definition().value_size, false), a[2]));
}

std::uint64_t take_next(HelperContext& c, const Arguments& a, bool remove) {
  QueueStore& map = queue(c, a[0]);
  const auto target = c.memory.at(a[1], map.definition().value_size, true);
  const auto value = map.next(remove);
  if (value)
    std::ranges::copy(*value, target.begin());
  else
    std::ranges::fill(target, std::uint8_t{0});
  return value ? 0 : error(-ENOENT);
}

std::uint64_t map_pop(HelperContext& c, const Arguments& a) { return take_next(c, a, true); }
std::uint64_t map_peek(HelperContext& c, const Arguments& a) {
  const FilterStore* map = filter(c, a[0]);
  if (map == nullptr)
    return take_next(c, a, false);
  const ByteSpan value = c.memory.at(a[1], map->definition().value_size, false);
  return map->may_hold(value) ? 0 : error(-ENOENT);
}

std::uint64_t time(HelperContext& c, const Arguments&) { return c.packet.time_ns; }
std::uint64_t jiffies(HelperContext& c, const Arguments&) { return jiffies_at(c.packet.time_ns); }
std::uint64_t cpu(HelperContext& c, const Arguments&) { return c.environment.cpu; }
std::uint64_t node(HelperContext&, const Arguments&) { return 0; }
std::uint64_t nothing(HelperContext&, const Arguments&) { return 0; }

std::uint64_t random(HelperContext& c, const Arguments&) {
  return random_u32(c.environment.seed, c.packet.index, c.packet.random_calls++);
}

TraceMemory readable(HelperContext& c) {
  return [&c](std::uint64_t address, std::size_t size) -> std::optional<Bytes> {
    try {
      const auto bytes = c.memory.at(address, size, false);
      return Bytes(bytes.begin(), bytes.end());
    } catch (const MemoryFault&) {
      return std::nullopt;
    }
  };
}

std::uint64_t print(HelperContext& c, const std::string& format,
                    std::span<const std::uint64_t> args) {
  const auto line = format_trace(format, args, readable(c));
  if (!line)
    return error(-EINVAL);
  c.packet.trace.push_back(*line);
  return line->size();
}

// The format up to its NUL; nullopt if there is none within `size`.
std::optional<std::string> format_at(HelperContext& c, std::uint64_t pointer, std::uint64_t size) {
  const auto bytes = c.memory.at(pointer, static_cast<std::uint32_t>(size), false);
  const auto end = std::find(bytes.begin(), bytes.end(), 0);
  if (end == bytes.end())
    return std::nullopt;
  return std::string(bytes.begin(), end);
}

std::uint64_t trace_printk(HelperContext& c, const Arguments& a) {
  const auto format = format_at(c, a[0], a[1]);
  return format ? print(c, *format, std::span(a).subspan(2)) : error(-EINVAL);
}

std::uint64_t trace_vprintk(HelperContext& c, const Arguments& a) {
  const auto format = format_at(c, a[0], a[1]);
  const auto bytes = static_cast<std::uint32_t>(a[3]);
  if (!format || bytes % 8 != 0 || bytes > 12 * 8)
    return error(-EINVAL);
  std::vector<std::uint64_t> args;
  for (std::uint32_t i = 0; i < bytes; i += 8)
    args.push_back(c.memory.load(a[2] + i, 8));
  return print(c, *format, args);
}

std::uint64_t csum_diff(HelperContext& c, const Arguments& a) {
  const auto from_size = static_cast<std::uint32_t>(a[1]);
  const auto to_size = static_cast<std::uint32_t>(a[3]);
  const ByteSpan from = from_size == 0 ? ByteSpan{} : c.memory.at(a[0], from_size, false);
  const ByteSpan to = to_size == 0 ? ByteSpan{} : c.memory.at(a[2], to_size, false);
  return checksum_difference(from, to, static_cast<std::uint32_t>(a[4]));
}

// Memory that can be read, whatever it is; else zeros.
std::uint64_t probe_read(HelperContext& c, const Arguments& a) {
  const auto size = static_cast<std::uint32_t>(a[1]);
  const bool readable = space_of(a[2]) != static_cast<unsigned>(Space::None);
  if (size == 0)
    return readable ? 0 : error(-ERANGE);
  const auto target = c.memory.at(a[0], size, true);
  if (!readable) {
    std::ranges::fill(target, std::uint8_t{0});
    return error(-ERANGE);
  }
  const ByteSpan source = c.memory.at(a[2], size, false);
  std::ranges::copy(Bytes(source.begin(), source.end()), target.begin());
  return 0;
}

std::uint64_t compare_strings(HelperContext& c, const Arguments& a) {
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(a[1]); ++i) {
    const std::uint64_t one = c.memory.load(a[0] + i, 1), other = c.memory.load(a[2] + i, 1);
    if (one != other)
      return error(one < other ? -1 : 1);
    if (one == 0)
      break;
  }
  return 0;
}

std::uint64_t redirect(HelperContext& c, const Arguments& a) {
  if (a[1] != 0)
    return XDP_ABORTED;
  c.packet.redirect_map = 0;
  c.packet.redirect_ifindex = static_cast<std::uint32_t>(a[0]);
  c.packet.redirect_flags = 0;
  return XDP_REDIRECT;
}

std::uint64_t redirect_map(HelperContext& c, const Arguments& a) {
  MapStore& map = c.map(a[0]);
  const bool devices = map.definition().type == BPF_MAP_TYPE_DEVMAP ||
                       map.definition().type == BPF_MAP_TYPE_DEVMAP_HASH;
  constexpr std::uint64_t actions = XDP_ABORTED | XDP_DROP | XDP_PASS | XDP_TX;
  const std::uint64_t known =
      actions | (devices ? std::uint64_t{BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS} : 0);
  if ((a[2] & ~known) != 0)
    return XDP_ABORTED;
  const auto key = index_key(static_cast<std::uint32_t>(a[1]));
  c.packet.redirect_ifindex = 0;
  if (!map.find(key) && (a[2] & known & BPF_F_BROADCAST) == 0) {
    c.packet.redirect_map = 0; // the last call counts, also when it finds nothing
    return a[2] & actions;
  }
  c.packet.redirect_map = c.map_number(a[0]) + 1;
  c.packet.redirect_key = static_cast<std::uint32_t>(a[1]);
  c.packet.redirect_flags = a[2];
  return XDP_REDIRECT;
}

struct NamedHelper {
  std::uint32_t id;
  Helper function;
};

constexpr std::array helpers = {
    NamedHelper{BPF_FUNC_map_lookup_elem, map_lookup},
    NamedHelper{BPF_FUNC_map_update_elem, map_update},
    NamedHelper{BPF_FUNC_map_delete_elem, map_delete},
    NamedHelper{BPF_FUNC_map_push_elem, map_push},
    NamedHelper{BPF_FUNC_map_pop_elem, map_pop},
    NamedHelper{BPF_FUNC_map_peek_elem, map_peek},
    NamedHelper{BPF_FUNC_ktime_get_ns, time},
    NamedHelper{BPF_FUNC_ktime_get_boot_ns, time},
    NamedHelper{BPF_FUNC_ktime_get_coarse_ns, time},
    NamedHelper{BPF_FUNC_ktime_get_tai_ns, time},
    NamedHelper{BPF_FUNC_jiffies64, jiffies},
    NamedHelper{BPF_FUNC_get_prandom_u32, random},
    NamedHelper{BPF_FUNC_get_smp_processor_id, cpu},
    NamedHelper{BPF_FUNC_get_numa_node_id, node},
    NamedHelper{BPF_FUNC_trace_printk, trace_printk},
    NamedHelper{BPF_FUNC_trace_vprintk, trace_vprintk},
    NamedHelper{BPF_FUNC_csum_diff, csum_diff},
    NamedHelper{BPF_FUNC_probe_read_kernel, probe_read},
    NamedHelper{BPF_FUNC_strncmp, compare_strings},
    NamedHelper{BPF_FUNC_redirect, redirect},
    NamedHelper{BPF_FUNC_redirect_map, redirect_map},
    NamedHelper{BPF_FUNC_check_mtu, check_mtu},
    NamedHelper{BPF_FUNC_fib_lookup, fib_lookup},
    NamedHelper{BPF_FUNC_spin_lock, nothing},
    NamedHelper{BPF_FUNC_spin_unlock, nothing},
    NamedHelper{BPF_FUNC_xdp_adjust_head, adjust_head},
    NamedHelper{BPF_FUNC_xdp_adjust_tail, adjust_tail},
    NamedHelper{BPF_FUNC_xdp_adjust_meta, adjust_meta},
    NamedHelper{BPF_FUNC_xdp_get_buff_len, buffer_length},
    NamedHelper{BPF_FUNC_xdp_load_bytes, load_bytes},
    NamedHelper{BPF_FUNC_xdp_store_bytes, store_bytes},
    NamedHelper{BPF_FUNC_perf_event_output, perf_event_output},
    NamedHelper{BPF_FUNC_ringbuf_output, ringbuf_output},
    NamedHelper{BPF_FUNC_ringbuf_reserve, ringbuf_reserve},
    NamedHelper{BPF_FUNC_ringbuf_submit, ringbuf_submit},
    NamedHelper{BPF_FUNC_ringbuf_discard, ringbuf_discard},
    NamedHelper{BPF_FUNC_ringbuf_query, ringbuf_query},
};

} // namespace

unsigned HelperContext::map_number(std::uint64_t pointer) const {
  if (space_of(pointer) != static_cast<unsigned>(Space::Map) || offset_of(pointer) < 0 ||
      offset_of(pointer) >= static_cast<std::int64_t>(maps.size()))
    throw MemoryFault("not a map");
  return static_cast<unsigned>(offset_of(pointer));
}

MapStore& HelperContext::map(std::uint64_t pointer) const { return *maps[map_number(pointer)]; }

Helper find_helper(std::uint32_t id) {
  for (const NamedHelper& helper : helpers)
    if (helper.id == id)
      return helper.function;
  return nullptr;
}

} // namespace pw::interp
