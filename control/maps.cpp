#include "control/maps.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>

namespace pw::control {
namespace {

using Json = nlohmann::json;

Access access_of(const std::string& word) {
  if (word == "live")
    return Access::Live;
  if (word == "held")
    return Access::Held;
  return word == "constant" ? Access::Constant : Access::None;
}

// Bytes of a key or a value: sums of them don't wrap.
constexpr std::uint32_t largest = 1u << 30;

MapInfo info_of(const Json& map) {
  MapInfo m;
  m.id = map.at("id");
  m.type = map.at("type_number");
  m.type_name = map.at("type");
  m.name = map.at("name");
  m.key_bytes = map.at("key_bytes");
  m.value_bytes = map.at("value_bytes");
  m.max_entries = map.at("max_entries");
  m.flags = map.at("flags");
  m.access = access_of(map.at("access"));
  m.array = map.at("array");
  m.per_cpu = map.at("per_cpu");
  m.hash = m.type_name.ends_with("hash") && m.type_name != "devmap_hash";
  m.queue = m.type_name == "queue" || m.type_name == "stack";
  if (m.key_bytes > largest || m.value_bytes > largest || (m.array && m.key_bytes != 4))
    throw ControlError(EPROTO, "map '" + m.name + "' has keys or values of an impossible size");
  return m;
}

std::uint32_t index_of(ByteSpan key) { return key.size() == 4 ? get32(key.data()) : 0; }

Bytes index_bytes(std::uint32_t n) {
  Bytes out;
  put32(out, n);
  return out;
}

std::size_t request_bytes(const MapInfo& map) {
  return std::size_t{key_at} + map.key_bytes + map.value_bytes;
}

// How many slots are asked for at once.
constexpr std::uint32_t stretch = 256;

} // namespace

Maps::Maps(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {
  const Json description = Json::parse(transport_->description(), nullptr, false);
  try {
    cpu_ = description.at("cpu");
    for (const Json& map : description.at("maps"))
      maps_.push_back(info_of(map));
    for (const Json& program : description.value("programs", Json::array()))
      programs_.emplace_back(program.at("name"), program.at("id"));
  } catch (const Json::exception&) {
    throw ControlError(EPROTO, "the description of the maps can't be read");
  }
}

const MapInfo* Maps::find(std::uint32_t id) const {
  const auto found =
      std::find_if(maps_.begin(), maps_.end(), [&](const MapInfo& m) { return m.id == id; });
  return found == maps_.end() ? nullptr : &*found;
}

const MapInfo* Maps::find(const std::string& name) const {
  const auto found =
      std::find_if(maps_.begin(), maps_.end(), [&](const MapInfo& m) { return m.name == name; });
  return found == maps_.end() ? nullptr : &*found;
}

std::optional<std::uint32_t> Maps::program(const std::string& name) const {
  for (const auto& [known, id] : programs_)
    if (known == name)
      return id;
  return std::nullopt;
}

namespace {

// Why the host can't read or change a map of this type, and what there is instead.
std::string no_entries(const MapInfo& map) {
  const std::string& type = map.type_name;
  const std::string what = "map '" + map.name + "' is of type " + type;
  if (type == "ringbuf" || type == "perf_event_array")
    return what + ": its records are events, which leave at a port of their own (run --events)";
  if (type == "bloom_filter")
    return what + ": what it holds can't be read, and only packets add to it";
  return what + ", which the host can't read or change here";
}

} // namespace

void Maps::reachable(const MapInfo& map) const {
  if (map.id > highest_map)
    throw ControlError(EOPNOTSUPP, "map '" + map.name + "' has number " + std::to_string(map.id) +
                                       ": operations reach maps 0 to " +
                                       std::to_string(highest_map));
  if (request_bytes(map) > longest_operation)
    throw ControlError(EMSGSIZE, "an operation on map '" + map.name + "' has " +
                                     std::to_string(request_bytes(map)) +
                                     " bytes: more than a message may have");
  if (map.access == Access::Live)
    return;
  if (map.access == Access::None)
    throw ControlError(EOPNOTSUPP, no_entries(map));
  if (!transport_->reaches_held_maps())
    throw ControlError(EOPNOTSUPP,
                       "packets don't reach map '" + map.name + "' (" + map.type_name +
                           "): write its rows while the input is held, as the signature says");
}

Bytes Maps::operation(const MapInfo& map, Operation op, ByteSpan key, ByteSpan value,
                      std::uint64_t flags) {
  Bytes packet = {std::uint8_t(op), std::uint8_t(map.id), std::uint8_t(flags), 0, 0, 0, 0, 0};
  packet.insert(packet.end(), key.begin(), key.end());
  packet.insert(packet.end(), value.begin(), value.end());
  packet.resize(request_bytes(map));
  return packet;
}

// The other side may be anything: what is read from an answer has to be there.
std::vector<int> Maps::exchange(std::vector<Bytes>& packets) {
  std::vector<std::size_t> asked;
  for (const Bytes& packet : packets)
    asked.push_back(packet.size());
  transport_->exchange(packets);
  std::vector<int> results;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (i >= packets.size() || packets[i].size() != asked[i])
      throw ControlError(EPROTO, "an answer has another length than what was asked");
    results.push_back(std::int32_t(get32(&packets[i][result_at])));
  }
  return results;
}

int Maps::run(Bytes& packet) {
  std::vector<Bytes> one = {std::move(packet)};
  const int result = exchange(one).front();
  packet = std::move(one.front());
  return result;
}

int Maps::lookup(const MapInfo& map, ByteSpan key, Bytes& value) {
  return read(map, Operation::Lookup, key, value);
}

int Maps::lookup_and_remove(const MapInfo& map, ByteSpan key, Bytes& value) {
  reachable(map);
  return map.hash || map.queue ? read(map, Operation::LookupAndDelete, key, value) : -EOPNOTSUPP;
}

int Maps::read(const MapInfo& map, Operation op, ByteSpan key, Bytes& value) {
  reachable(map);
  if (op != Operation::Lookup && listed_.map == map.id)
    listed_ = {};
  Bytes packet = operation(map, op, key, {}, 0);
  const int result = run(packet);
  if (result == 0)
    value.assign(packet.begin() + key_at + map.key_bytes,
                 packet.begin() + key_at + map.key_bytes + map.value_bytes);
  return result;
}

int Maps::update(const MapInfo& map, ByteSpan key, ByteSpan value, std::uint64_t flags) {
  const Entry entry = {{key.begin(), key.end()}, {value.begin(), value.end()}};
  return update_all(map, {&entry, 1}, flags).front();
}

int Maps::remove(const MapInfo& map, ByteSpan key) {
  const Entry entry = {{key.begin(), key.end()}, {}};
  return remove_all(map, {&entry, 1}).front();
}

std::vector<int> Maps::update_all(const MapInfo& map, std::span<const Entry> entries,
                                  std::uint64_t flags) {
  reachable(map);
  if (map.access == Access::Constant)
    return std::vector<int>(entries.size(), -EPERM);
  if (flags > 2)
    return std::vector<int>(entries.size(), -EINVAL);
  std::vector<Bytes> packets;
  for (const Entry& e : entries)
    packets.push_back(operation(map, Operation::Update, e.key, e.value, flags));
  return changed(map, packets);
}

std::vector<int> Maps::remove_all(const MapInfo& map, std::span<const Entry> entries) {
  reachable(map);
  if (map.access == Access::Constant)
    return std::vector<int>(entries.size(), -EPERM);
  std::vector<Bytes> packets;
  for (const Entry& e : entries)
    packets.push_back(operation(map, Operation::Delete, e.key, {}, 0));
  return changed(map, packets);
}

// What was listed of the map is no longer true.
std::vector<int> Maps::changed(const MapInfo& map, std::vector<Bytes>& packets) {
  if (listed_.map == map.id)
    listed_ = {};
  return exchange(packets);
}

// ---- one key after another

int Maps::next_index(const MapInfo& map, ByteSpan key, Bytes& next) const {
  const std::uint32_t n = key.empty() || index_of(key) >= map.max_entries ? 0 : index_of(key) + 1;
  if (n >= map.max_entries)
    return -ENOENT;
  next = index_bytes(n);
  return 0;
}

// A hash's list of keys by slot. Slots are first given out in order, so behind one that has never
// been used there are no others.
bool Maps::keys_from(const MapInfo& map, std::uint32_t& slot, std::uint32_t most,
                     std::vector<Entry>& out) {
  while (slot < map.max_entries && out.size() < most) {
    const auto count =
        std::min({stretch, map.max_entries - slot, most - std::uint32_t(out.size())});
    std::vector<Bytes> packets;
    for (std::uint32_t i = 0; i < count; ++i) {
      packets.push_back(operation(map, Operation::Entry, {}, {}, 0));
      for (unsigned b = 0; b < 4; ++b)
        packets.back()[result_at + b] = std::uint8_t((slot + i) >> 8 * b);
    }
    const std::vector<int> states = exchange(packets);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (states[i] == -ENXIO)
        return false;
      ++slot;
      if (states[i] == 0)
        out.push_back(
            {Bytes(packets[i].begin() + key_at, packets[i].begin() + key_at + map.key_bytes), {}});
    }
  }
  return slot < map.max_entries;
}

std::optional<std::uint32_t> Maps::slot_of(const MapInfo& map, ByteSpan key) {
  const auto last = last_.find(map.id);
  if (last != last_.end() && std::ranges::equal(last->second.first, key))
    return last->second.second;
  std::vector<Entry> one;
  for (std::uint32_t slot = 0;;) {
    one.clear();
    const bool more = keys_from(map, slot, 1, one);
    if (!one.empty() && std::ranges::equal(one[0].key, key))
      return slot - 1;
    if (!more)
      return std::nullopt;
  }
}

// Where `key` stands, mostly the one that was given away last.
std::optional<std::size_t> Maps::place_of(ByteSpan key) const {
  const std::vector<Entry>& all = listed_.entries;
  const auto is = [&](const Entry& e) { return std::ranges::equal(e.key, key); };
  if (listed_.last < all.size() && is(all[listed_.last]))
    return listed_.last;
  const auto found = std::ranges::find_if(all, is);
  return found == all.end() ? std::nullopt : std::optional(std::size_t(found - all.begin()));
}

int Maps::next_held(const MapInfo& map, ByteSpan key, Bytes& next) {
  std::optional<std::size_t> here;
  if (!key.empty() && listed_.map == map.id)
    here = place_of(key);
  if (!here) {
    list(map);
    here = key.empty() ? std::nullopt : place_of(key);
  }
  listed_.last = here ? *here + 1 : 0;
  if (listed_.last >= listed_.entries.size()) {
    listed_ = {};
    return -ENOENT;
  }
  next = listed_.entries[listed_.last].key;
  return 0;
}

int Maps::next_key(const MapInfo& map, ByteSpan key, Bytes& next) {
  reachable(map);
  if (map.queue)
    return -EINVAL;
  if (map.array)
    return next_index(map, key, next);
  if (map.access != Access::Live)
    return next_held(map, key, next);
  const auto here = key.empty() ? std::nullopt : slot_of(map, key);
  std::uint32_t slot = here ? *here + 1 : 0;
  std::vector<Entry> found;
  keys_from(map, slot, 1, found);
  if (found.empty())
    return -ENOENT;
  next = found[0].key;
  last_[map.id] = {next, slot - 1};
  return 0;
}

void Maps::list(const MapInfo& map) {
  listed_ = {};
  std::vector<Bytes> flat = transport_->dump(map.id);
  if (flat.size() % 2 != 0)
    throw ControlError(EPROTO, "a value is missing behind its key");
  for (std::size_t i = 0; i < flat.size(); i += 2) {
    if (flat[i].size() != map.key_bytes || flat[i + 1].size() != map.value_bytes)
      throw ControlError(EPROTO, "an entry has another size than those of map '" + map.name + "'");
    listed_.entries.push_back({std::move(flat[i]), std::move(flat[i + 1])});
  }
  listed_.map = map.id;
}

bool Maps::held_entries(const MapInfo& map, std::uint32_t& cursor, std::uint32_t most,
                        std::vector<Entry>& out) {
  if (cursor == 0 || listed_.map != map.id)
    list(map);
  const std::vector<Entry>& all = listed_.entries;
  for (; cursor < all.size() && out.size() < most; ++cursor)
    out.push_back(all[cursor]);
  if (cursor < all.size())
    return true;
  listed_ = {};
  return false;
}

// What has gone since its key was listed is left out.
void Maps::look_up_all(const MapInfo& map, std::vector<Entry>& entries) {
  std::vector<Bytes> packets;
  for (const Entry& e : entries)
    packets.push_back(operation(map, Operation::Lookup, e.key, {}, 0));
  const std::vector<int> found = exchange(packets);
  std::vector<Entry> kept;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (found[i] == 0)
      kept.push_back({std::move(entries[i].key),
                      Bytes(packets[i].begin() + key_at + map.key_bytes,
                            packets[i].begin() + key_at + map.key_bytes + map.value_bytes)});
  entries = std::move(kept);
}

bool Maps::entries(const MapInfo& map, std::uint32_t& cursor, std::uint32_t most,
                   std::vector<Entry>& out) {
  reachable(map);
  out.clear();
  bool more = false;
  if (map.access != Access::Live)
    return held_entries(map, cursor, most, out);
  if (map.array) {
    for (; cursor < map.max_entries && out.size() < most; ++cursor)
      out.push_back({index_bytes(cursor), {}});
    more = cursor < map.max_entries;
  } else {
    more = keys_from(map, cursor, most, out);
  }
  look_up_all(map, out);
  return more;
}

} // namespace pw::control
