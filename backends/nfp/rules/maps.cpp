#include "backends/nfp/rules/rules.h"

#include <algorithm>

namespace pw::nfp::rules {
namespace {

const char* type_name(bpf_map_type t) {
  switch (t) {
  case BPF_MAP_TYPE_HASH:
    return "hash";
  case BPF_MAP_TYPE_ARRAY:
    return "array";
  case BPF_MAP_TYPE_PERCPU_HASH:
    return "per-CPU hash";
  case BPF_MAP_TYPE_PERCPU_ARRAY:
    return "per-CPU array";
  case BPF_MAP_TYPE_LRU_HASH:
    return "LRU hash";
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    return "per-CPU LRU hash";
  case BPF_MAP_TYPE_LPM_TRIE:
    return "LPM trie";
  case BPF_MAP_TYPE_DEVMAP:
    return "devmap";
  case BPF_MAP_TYPE_DEVMAP_HASH:
    return "devmap hash";
  case BPF_MAP_TYPE_CPUMAP:
    return "cpumap";
  case BPF_MAP_TYPE_XSKMAP:
    return "xskmap";
  case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    return "array of maps";
  case BPF_MAP_TYPE_HASH_OF_MAPS:
    return "hash of maps";
  case BPF_MAP_TYPE_RINGBUF:
    return "ring buffer";
  case BPF_MAP_TYPE_QUEUE:
    return "queue";
  case BPF_MAP_TYPE_STACK:
    return "stack";
  case BPF_MAP_TYPE_BLOOM_FILTER:
    return "Bloom filter";
  default:
    return nullptr;
  }
}

std::string type_text(unsigned t) {
  const char* name = type_name(bpf_map_type(t));
  return name ? name : "type " + std::to_string(t);
}

const char* type_help(bpf_map_type t) {
  switch (t) {
  case BPF_MAP_TYPE_PERCPU_ARRAY:
    return "use BPF_MAP_TYPE_ARRAY, and __sync_fetch_and_add for counters";
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    return "use BPF_MAP_TYPE_HASH, and let the host delete entries";
  case BPF_MAP_TYPE_LPM_TRIE:
    return "use BPF_MAP_TYPE_HASH with one lookup for each length of a prefix";
  default:
    return "use BPF_MAP_TYPE_HASH or BPF_MAP_TYPE_ARRAY";
  }
}

std::string flags_text(std::uint32_t flags) {
  static const std::pair<std::uint32_t, const char*> names[] = {
      {BPF_F_NO_PREALLOC, "BPF_F_NO_PREALLOC"}, {BPF_F_NO_COMMON_LRU, "BPF_F_NO_COMMON_LRU"},
      {BPF_F_NUMA_NODE, "BPF_F_NUMA_NODE"},     {BPF_F_RDONLY, "BPF_F_RDONLY"},
      {BPF_F_WRONLY, "BPF_F_WRONLY"},           {BPF_F_RDONLY_PROG, "BPF_F_RDONLY_PROG"},
      {BPF_F_WRONLY_PROG, "BPF_F_WRONLY_PROG"}, {BPF_F_MMAPABLE, "BPF_F_MMAPABLE"}};
  std::string text;
  for (const auto& [flag, name] : names)
    if (flags & flag) {
      text += (text.empty() ? "" : " | ") + std::string(name);
      flags &= ~flag;
    }
  if (flags)
    text += (text.empty() ? "" : " | ") + std::to_string(flags);
  return text;
}

unsigned roundup8(unsigned bytes) { return (bytes + 7) / 8 * 8; }

class MapChecker {
public:
  explicit MapChecker(const Subject& s) : s_(s), limits_(s.firmware.maps) {}

  void run() {
    const auto& code = s_.walk.code();
    for (unsigned i = 0; i < s_.program.insns.size() && i < code.size(); ++i) {
      if (!code[i])
        continue;
      if (const auto* value = std::get_if<isa::LoadMapValue>(&*code[i]))
        global(i, value->map);
      if (const auto* load = std::get_if<isa::LoadMap>(&*code[i]))
        used(i, load->map);
    }
  }

private:
  void say(unsigned insn, const char* code, const std::string& message, const std::string& limit,
           const std::string& value, const std::string& help) {
    s_.report.add(diagnose(code, message).limited(limit, value).help(help), insn);
  }

  void global(unsigned insn, unsigned map) {
    const MapDefinition& m = s_.map(map);
    const std::string help = "use a local variable, a macro, or an array map with one entry";
    say(insn, "PW-NFP-177", "a global variable ('" + m.name + "')",
        "hash maps and arrays without contents", m.name,
        m.global == GlobalData::Rodata ? rewritten(help) : help);
  }

  void used(unsigned insn, unsigned map) {
    const MapDefinition& m = s_.map(map);
    if (m.global != GlobalData::None)
      return global(insn, map);
    // Events go to the host; ring buffers and tail calls are refused where they are used.
    if (m.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || m.type == BPF_MAP_TYPE_PROG_ARRAY ||
        m.type == BPF_MAP_TYPE_RINGBUF || !seen_.insert(map).second)
      return;
    check_type(insn, m);
    check_sizes(insn, m);
    check_totals(insn, m);
  }

  void check_type(unsigned insn, const MapDefinition& m) {
    if (std::ranges::find(limits_.types, unsigned(m.type)) == limits_.types.end()) {
      std::string have;
      for (unsigned t : limits_.types)
        have += (have.empty() ? "" : ", ") + type_text(t);
      say(insn, "PW-NFP-170", "map '" + m.name + "' is of a type that the firmware doesn't have",
          have.empty() ? "no maps" : have, type_text(m.type), type_help(m.type));
    }
    if (m.flags != 0)
      say(insn, "PW-NFP-171", "map '" + m.name + "' has flags", "no flags", flags_text(m.flags),
          "leave map_flags out");
  }

  void check_sizes(unsigned insn, const MapDefinition& m) {
    const bool key = m.key_size > limits_.max_key, value = m.value_size > limits_.max_value;
    if (key)
      say(insn, "PW-NFP-172", "the key of map '" + m.name + "' is too large",
          std::to_string(limits_.max_key) + " bytes", std::to_string(m.key_size) + " bytes",
          "use a shorter key, for instance a hash of it");
    if (value)
      say(insn, "PW-NFP-173", "the value of map '" + m.name + "' is too large",
          std::to_string(limits_.max_value) + " bytes", std::to_string(m.value_size) + " bytes",
          "split the value over several maps or entries");
    const unsigned both = roundup8(m.key_size) + roundup8(m.value_size);
    if (!key && !value && both > limits_.max_element)
      say(insn, "PW-NFP-174", "an entry of map '" + m.name + "' is too large",
          std::to_string(limits_.max_element) + " bytes for key and value, each rounded up to 8",
          std::to_string(both) + " bytes", "split the value over several maps or entries");
  }

  void check_totals(unsigned insn, const MapDefinition& m) {
    if (seen_.size() == limits_.max_maps + 1u)
      say(insn, "PW-NFP-175", "the program has too many maps",
          std::to_string(limits_.max_maps) + " maps", std::to_string(seen_.size()),
          "put several values into one map");
    const bool fitted = elements_ <= limits_.max_elements;
    elements_ += m.max_entries;
    if (fitted && elements_ > limits_.max_elements)
      say(insn, "PW-NFP-176", "the maps have too many entries together",
          std::to_string(limits_.max_elements) + " entries in all maps",
          std::to_string(elements_) + " with map '" + m.name + "'", "make max_entries smaller");
  }

  const Subject& s_;
  const FirmwareProfile::Maps& limits_;
  std::set<unsigned> seen_;
  std::uint64_t elements_ = 0;
};

} // namespace

void check_maps(const Subject& s) { MapChecker(s).run(); }

} // namespace pw::nfp::rules
