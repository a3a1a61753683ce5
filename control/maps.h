// Maps as the host sees them, over any transport: keys, values and results as libbpf's functions
// have them.
#pragma once

#include "control/transport.h"
#include "support/control_format.h"

#include <optional>
#include <span>
#include <unordered_map>

namespace pw::control {

using ByteSpan = std::span<const std::uint8_t>;

enum class Access { Live, Held, Constant, None };

struct MapInfo {
  std::uint32_t id = 0, type = 0, key_bytes = 0, value_bytes = 0, max_entries = 0, flags = 0;
  std::string name, type_name;
  Access access = Access::None;
  bool array = false;   // every key below max_entries is there
  bool per_cpu = false; // values are those of one CPU
  bool hash = false;    // look-up and deletion at once
  bool queue = false;   // queue or stack: no keys; look-up peeks, update pushes
};

struct Entry {
  Bytes key, value;
};

// Results are 0 or -errno, of the map's own rules. Throws ControlError where the connection fails
// or the map can't be reached.
class Maps {
public:
  explicit Maps(std::unique_ptr<Transport>);

  const std::vector<MapInfo>& all() const { return maps_; }
  const MapInfo* find(std::uint32_t id) const;
  const MapInfo* find(const std::string& name) const;
  std::uint32_t cpu() const { return cpu_; }
  // What slots of program arrays hold: the number of a program by its name.
  std::optional<std::uint32_t> program(const std::string& name) const;

  int lookup(const MapInfo&, ByteSpan key, Bytes& value);
  // Of hashes, queues and stacks; -EOPNOTSUPP of others.
  int lookup_and_remove(const MapInfo&, ByteSpan key, Bytes& value);
  int update(const MapInfo&, ByteSpan key, ByteSpan value, std::uint64_t flags);
  int remove(const MapInfo&, ByteSpan key);
  // key empty: the first one. -ENOENT: there is none.
  int next_key(const MapInfo&, ByteSpan key, Bytes& next);
  // Several operations at once, done in order; results by place. Keys and values by turns.
  std::vector<int> update_all(const MapInfo&, std::span<const Entry>, std::uint64_t flags);
  std::vector<int> remove_all(const MapInfo&, std::span<const Entry>);
  // Up to `most` entries from `cursor` on, which moves; false: there are no more behind them.
  bool entries(const MapInfo&, std::uint32_t& cursor, std::uint32_t most, std::vector<Entry>& out);

private:
  Bytes operation(const MapInfo&, Operation, ByteSpan key, ByteSpan value, std::uint64_t flags);
  // Each packet becomes its answer -> 0 or -errno, by place.
  std::vector<int> exchange(std::vector<Bytes>& packets);
  std::vector<int> changed(const MapInfo&, std::vector<Bytes>& packets);
  int run(Bytes& packet);
  int read(const MapInfo&, Operation, ByteSpan key, Bytes& value);
  void reachable(const MapInfo&) const;
  // Keys of slots from `slot` on, which moves, until some are found; false: behind the last one.
  bool keys_from(const MapInfo&, std::uint32_t& slot, std::uint32_t most, std::vector<Entry>& out);
  std::optional<std::uint32_t> slot_of(const MapInfo&, ByteSpan key);
  int next_index(const MapInfo&, ByteSpan key, Bytes& next) const;
  int next_held(const MapInfo&, ByteSpan key, Bytes& next);
  void list(const MapInfo&);
  std::optional<std::size_t> place_of(ByteSpan key) const;
  bool held_entries(const MapInfo&, std::uint32_t& cursor, std::uint32_t most,
                    std::vector<Entry>& out);
  void look_up_all(const MapInfo&, std::vector<Entry>&);

  std::unique_ptr<Transport> transport_;
  std::vector<MapInfo> maps_;
  std::vector<std::pair<std::string, std::uint32_t>> programs_;
  std::uint32_t cpu_ = 0;
  // Where the key that was given away last stands, by map: enumeration goes on from there.
  std::unordered_map<std::uint32_t, std::pair<Bytes, std::uint32_t>> last_;
  // A map that is reached with the input held is asked for as a whole, and kept while somebody goes
  // through it: until its end, or a change.
  struct Listed {
    std::optional<std::uint32_t> map;
    std::vector<Entry> entries;
    std::size_t last = 0; // place of the key that was given away last
  };
  Listed listed_;
};

} // namespace pw::control
