// Global variables. The card has maps only:
//
//   a constant (.rodata, .kconfig) read at a constant offset   its value
//   the address of a variable (.data, .bss)                    a lookup in an array of one entry
//   an address that nothing reads                              nothing
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/site.h"
#include "backends/nfp/offload/walk.h"

#include <algorithm>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

bool is_constant_data(const MapDefinition& m) {
  return m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig;
}

std::optional<std::uint64_t> constant_loaded(const Draft& draft, const Known& base, const Load& l) {
  if (!base.is(Kind::MapValue) || !base.one_index || !base.constant_offset())
    return std::nullopt;
  const MapDefinition& map = draft.object.maps.at(base.index);
  const std::int64_t first = base.low + l.offset;
  if (!is_constant_data(map) || first < 0 || std::size_t(first) + l.bytes > map.initial.size())
    return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < l.bytes; ++i)
    value |= std::uint64_t(map.initial[std::size_t(first) + i]) << 8 * i;
  const unsigned unused = 64 - 8 * l.bytes;
  return l.sign_extend ? std::uint64_t(std::int64_t(value << unused) >> unused) : value;
}

// The array's name is one that C knows, too.
std::string plain_name(const std::string& section) {
  std::string name;
  for (const char c : section)
    if (c != '.' || !name.empty())
      name += c == '.' ? '_' : c;
  return name;
}

class Globals : public Walk<Globals> {
public:
  explicit Globals(Draft& draft) : Walk(draft) {}

  void operator()(const Load& l) {
    const auto value = constant_loaded(draft_, facts_.before[at_][l.base], l);
    if (!value)
      return;
    Site site(facts_, at_);
    site.code.set(l.dst, *value);
    draft_.note(at_, "PW-NFP-303", "a constant is read when the program is compiled",
                "the card has no constants in memory");
    instead_[at_] = site.finish();
  }

  void operator()(const Alu& a) { drop_address(a.dst); }

  void operator()(const LoadMapValue& l) {
    Site site(facts_, at_);
    if (!site.live_after(l.dst))
      instead_[at_] = {};
    else if (const MapDefinition map = draft_.object.maps.at(l.map); !is_constant_data(map))
      look_up(site, l, map);
  }

  template <class T> void operator()(const T&) {}

private:
  // Arithmetic with the address of something that has become a constant.
  void drop_address(Register dst) {
    const Known& known = facts_.before[at_][dst];
    if (known.is(Kind::MapValue) && known.one_index &&
        is_constant_data(draft_.object.maps.at(known.index)) &&
        !(facts_.live_after[at_] >> dst & 1))
      instead_[at_] = {};
  }

  void look_up(Site& site, const LoadMapValue& l, const MapDefinition& global) {
    if (std::ranges::any_of(global.initial, [](std::uint8_t b) { return b != 0; }))
      return draft_.refuse(
          at_, diagnose("PW-NFP-311", "variables of " + global.name + " have initial values")
                   .breaks("an array on the card begins with zeros")
                   .limited("variables that begin with 0", "others in " + global.name)
                   .help("let them begin with 0, or make constants of them"));
    const int key = site.slot(4);
    site.save(0x3f & ~(1u << l.dst));
    site.code.set(0, 0);
    site.code.store(4, 10, key, 0);
    site.code.map(1, array_for(l.map));
    site.code.move(true, 2, 10);
    site.code.alu_imm(true, BPF_ADD, 2, key);
    site.code.call(BPF_FUNC_map_lookup_elem);
    const auto found = site.code.label();
    site.code.jump_imm(true, BPF_JNE, 0, 0, found);
    site.code.exit(); // never: the entry is there; r0 is XDP_ABORTED
    site.code.place(found);
    if (l.dst != 0)
      site.code.move(true, l.dst, 0);
    if (l.offset != 0)
      site.code.alu_imm(true, BPF_ADD, l.dst, std::int32_t(l.offset));
    draft_.note(at_, "PW-NFP-303", "a variable of " + global.name + " is looked up in an array",
                "the card has no global variables");
    instead_[at_] = site.finish();
  }

  unsigned array_for(unsigned global) {
    const auto [it, fresh] = arrays_.try_emplace(global, 0);
    if (fresh)
      it->second = find_array(draft_.object.maps.at(global));
    return it->second;
  }

  // Made in this pass or in one before.
  unsigned find_array(const MapDefinition& global) {
    const std::string name = plain_name(global.name);
    auto& maps = draft_.object.maps;
    for (unsigned i = 0; i < maps.size(); ++i)
      if (maps[i].name == name && maps[i].type == BPF_MAP_TYPE_ARRAY)
        return i;
    MapDefinition array;
    array.name = name;
    array.type = BPF_MAP_TYPE_ARRAY;
    array.key_size = 4;
    array.value_size = global.value_size;
    array.max_entries = 1;
    maps.push_back(array);
    return unsigned(maps.size() - 1);
  }

  std::map<unsigned, unsigned> arrays_;
};

} // namespace

bool rewrite_globals(Draft& draft) { return Globals(draft).run(); }

} // namespace pw::nfp::offload
