// Maps that the firmware hasn't, at the first call that uses them.
#include "backends/nfp/select/refusals.h"

#include <llvm/IR/Instructions.h>

#include <algorithm>

namespace pw::nfp {

using namespace llvm;

namespace {

constexpr unsigned local_window = 64; // bytes of local memory that one address reaches

constexpr unsigned round8(unsigned n) { return (n + 7) / 8 * 8; }

std::string types_text(const std::vector<unsigned>& types) {
  std::string text;
  for (const unsigned t : types)
    text += (text.empty() ? "" : ", ") + std::to_string(t);
  return "bpf_map_type " + (text.empty() ? "(none)" : text);
}

} // namespace

const llvm::Instruction* Refusals::first_use(unsigned map) const {
  for (const llvm::Instruction& i : instructions(f_))
    if (const auto* call = dyn_cast<CallInst>(&i))
      if (map_of(call->getCalledFunction()->getName()) == map)
        return call;
  return nullptr;
}

void Refusals::maps() {
  std::uint64_t entries = 0;
  unsigned on_card = 0;
  for (const Table& t : tables_.tables) {
    const MapDefinition& m = object_.maps[t.map];
    if (m.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || m.type == BPF_MAP_TYPE_RINGBUF)
      continue; // the host's; ring buffers are refused where they are used
    const llvm::Instruction* use = first_use(t.map);
    map_type(m.role == MapRole::Bits ? object_.maps[m.parts[0]] : m, use);
    map_sizes(m, use);
    const bool fitted = entries <= profile_.maps.max_elements;
    entries += m.max_entries;
    if (++on_card == profile_.maps.max_maps + 1)
      add(use, diagnose("PW-NFP-205", "the program has too many maps")
                   .limited("max_maps " + std::to_string(profile_.maps.max_maps),
                            "map '" + m.name + "' is number " + std::to_string(on_card))
                   .help("put several values into one map"));
    if (fitted && entries > profile_.maps.max_elements)
      add(use, diagnose("PW-NFP-205", "the program's maps have too many entries")
                   .limited("max_elements " + std::to_string(profile_.maps.max_elements),
                            std::to_string(entries) + " with map '" + m.name + "'")
                   .help("make max_entries of the maps smaller"));
  }
}

void Refusals::map_type(const MapDefinition& m, const llvm::Instruction* use) {
  const auto& types = profile_.maps.types;
  if (std::ranges::find(types, unsigned(m.type)) == types.end())
    add(use,
        diagnose("PW-NFP-204", "map '" + m.name + "' is of a type that the firmware doesn't have")
            .limited(types_text(types), "bpf_map_type " + std::to_string(unsigned(m.type)))
            .help("use a hash or an array"));
}

void Refusals::map_sizes(const MapDefinition& m, const llvm::Instruction* use) {
  const auto limit = [&](const std::string& part, unsigned bytes, unsigned most, const char* help) {
    if (bytes > most)
      add(use, diagnose("PW-NFP-205", part + " of map '" + m.name + "' is too large")
                   .limited(std::to_string(most) + " bytes", std::to_string(bytes) + " bytes")
                   .help(help));
  };
  const char* split = "split the value over several maps or entries";
  limit("the key", m.key_size, std::min(profile_.maps.max_key, local_window),
        "use a shorter key, for instance a hash of it");
  limit("the value", m.value_size, std::min(profile_.maps.max_value, local_window), split);
  limit("an entry (key and value, each rounded up to 8)", round8(m.key_size) + round8(m.value_size),
        profile_.maps.max_element, split);
}

} // namespace pw::nfp
