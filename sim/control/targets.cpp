#include "sim/control/targets.h"

#include "support/control_protocol.h"

#include <algorithm>
#include <cerrno>

namespace pw {
namespace {

constexpr unsigned target_bytes = 4;
constexpr std::uint32_t longest_queue = 16384; // packets, of a CPU

using Bytes = std::vector<std::uint8_t>;

// The descriptor of a program behind the target, 0 or less: none.
bool has_program(std::span<const std::uint8_t> value) {
  return value.size() >= 2 * target_bytes && std::int32_t(control::get32(&value[target_bytes])) > 0;
}

// What an update says before it looks at the slot; 0: nothing.
int wrong_value(bpf_map_type type, std::span<const std::uint8_t> value) {
  const std::uint32_t target = control::get32(value.data());
  if (type == BPF_MAP_TYPE_CPUMAP)
    return target > longest_queue ? -EOVERFLOW : target != 0 && has_program(value) ? -EINVAL : 0;
  return type != BPF_MAP_TYPE_XSKMAP && has_program(value) ? -EINVAL : 0;
}

int update_hash(const MapDefinition& map, const Bytes& key, std::span<const std::uint8_t> value,
                unsigned flags, MapContents& slots) {
  const bool there = slots.contains(key);
  if (control::get32(value.data()) == 0)
    return -EINVAL;
  if (there && flags == BPF_NOEXIST)
    return -EEXIST;
  if (const int error = wrong_value(map.type, value))
    return error;
  if (!there && slots.size() >= map.max_entries)
    return -E2BIG;
  slots[key].assign(value.begin(), value.begin() + target_bytes);
  return 0;
}

// A socket that is there already may be put there again.
int update_socket(const Bytes& key, const Bytes& target, unsigned flags, MapContents& slots) {
  const auto there = slots.find(key);
  if (there == slots.end() && flags == BPF_EXIST)
    return -ENOENT;
  if (there != slots.end() && flags == BPF_NOEXIST)
    return there->second == target ? 0 : -EEXIST;
  slots[key] = target;
  return 0;
}

int update(const MapDefinition& map, const Bytes& key, std::span<const std::uint8_t> value,
           unsigned flags, MapContents& slots) {
  if (map.type == BPF_MAP_TYPE_DEVMAP_HASH)
    return update_hash(map, key, value, flags, slots);
  const Bytes target(value.begin(), value.begin() + target_bytes);
  if (control::get32(key.data()) >= map.max_entries)
    return -E2BIG;
  if (map.type == BPF_MAP_TYPE_XSKMAP)
    return update_socket(key, target, flags, slots);
  if (flags == BPF_NOEXIST) // slots are always there
    return -EEXIST;
  if (const int error = wrong_value(map.type, value))
    return error;
  if (control::get32(target.data()) == 0)
    slots.erase(key);
  else
    slots[key] = target;
  return 0;
}

int remove(const MapDefinition& map, const Bytes& key, MapContents& slots) {
  if (map.type == BPF_MAP_TYPE_DEVMAP_HASH)
    return slots.erase(key) == 0 ? -ENOENT : 0;
  if (control::get32(key.data()) >= map.max_entries)
    return -EINVAL;
  slots.erase(key);
  return 0;
}

} // namespace

int change_target(const MapDefinition& map, control::Operation operation,
                  std::span<const std::uint8_t> key_bytes, std::span<std::uint8_t> value,
                  unsigned flags, MapContents& slots) {
  const Bytes key(key_bytes.begin(), key_bytes.end());
  if (operation == control::Operation::Update)
    return update(map, key, value, flags, slots);
  if (operation == control::Operation::Delete)
    return remove(map, key, slots);
  const auto found = slots.find(key);
  if (found == slots.end())
    return -ENOENT;
  std::ranges::fill(value, std::uint8_t{0}); // no program
  std::ranges::copy(found->second, value.begin());
  return 0;
}

} // namespace pw
