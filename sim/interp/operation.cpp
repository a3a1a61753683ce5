#include "sim/interp/operation.h"

#include "support/control_format.h"

#include <cerrno>
#include <cstring>

namespace pw::interp {
namespace {

using control::Operation;

bool is_hash(bpf_map_type type) {
  return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

// The result; a look-up puts what it finds behind the key.
std::int32_t execute(std::vector<std::uint8_t>& bytes, MapStore& map) {
  const MapDefinition& m = map.definition();
  const auto key = ByteSpan(bytes).subspan(control::key_at, m.key_size);
  const auto value = std::span(bytes).subspan(control::key_at + m.key_size, m.value_size);
  const auto operation = Operation(bytes[control::operation_at]);
  switch (operation) {
  case Operation::LookupAndDelete:
    if (!is_hash(m.type))
      break;
    [[fallthrough]];
  case Operation::Lookup: {
    const auto element = map.find(key);
    if (!element)
      return -ENOENT;
    const auto found = map.value(*element);
    std::copy(found.begin(), found.end(), value.begin());
    return operation == Operation::Lookup ? 0 : map.remove(key);
  }
  case Operation::Update:
    return map.update(key, value, bytes[control::flags_at]);
  case Operation::Delete:
    return map.remove(key);
  case Operation::Entry:
    break;
  }
  return -EINVAL;
}

} // namespace

PacketResult run_operation(const Packet& packet, const Object& object,
                           std::vector<std::unique_ptr<MapStore>>& maps, std::uint32_t index) {
  PacketResult result;
  result.bytes = packet.bytes;
  const std::size_t map = packet.bytes.at(control::map_at);
  if (map >= maps.size() || Operation(packet.bytes[control::operation_at]) == Operation::Entry ||
      packet.bytes.size() <
          control::key_at + object.maps[map].key_size + object.maps[map].value_size) {
    result.unsupported = true;
    return result;
  }
  maps[map]->begin_packet(index);
  const std::int32_t answer = execute(result.bytes, *maps[map]);
  std::memcpy(&result.bytes[control::result_at], &answer, sizeof answer);
  result.retval = XDP_TX;
  result.length = std::uint32_t(result.bytes.size());
  return result;
}

} // namespace pw::interp
