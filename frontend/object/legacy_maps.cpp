// The translation, for an object with `struct bpf_map_def SEC("maps") flows = {...}`:
//   section "maps"   renamed to ".maps"; its contents no longer matter, except to us
//   .symtab          map symbols point into .maps and are global
//   .BTF             a type for each map, as libbpf's macros __uint(type, ...) would make it:
//                      struct { char (*type)[T]; char (*key_size)[K]; ... }
//                    all members at offset 0, so that the structure is no larger than the old
//                    definition; variable and section entries name these types
// Where the object has a section .maps already (Cilium's program array beside its other maps), the
// old ones stand behind its definitions, and BTF gets a new description of the section.
#include "frontend/object/legacy_maps.h"

#include "frontend/object/btf_info.h"
#include "support/diagnostic.h"

#include <elf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>

namespace pw::object {
namespace {

struct LegacyMap {
  std::string name;
  std::size_t symbol = 0;
  std::uint64_t offset = 0; // in the section .maps
  std::uint64_t size = 0;
  std::vector<std::uint32_t> words;
  std::optional<std::size_t> inner;       // map of maps: index of the inner one
  int type = 0;                           // BTF type of the definition
  std::vector<std::string> pointers = {}; // symbols that pointers in the definition name

  std::uint32_t word(std::size_t i) const { return i < words.size() ? words[i] : 0; }
  bool holds_maps() const {
    return word(0) == BPF_MAP_TYPE_ARRAY_OF_MAPS || word(0) == BPF_MAP_TYPE_HASH_OF_MAPS;
  }
};

// The first five words of every variant are type, key size, value size, entries and flags. What
// follows in iproute2's struct bpf_elf_map is id, pinning, inner id, inner index; in samples/bpf's,
// the inner index.
constexpr std::size_t LeastWords = 4, SampleWords = 7, Iproute2Words = 9;
constexpr std::size_t SampleInner = 5, Iproute2Id = 5, Iproute2InnerId = 7;

[[noreturn]] void refuse(const std::string& what) {
  throw Failure(diagnose("PW-OBJ-008", what)
                    .breaks("SEC(\"maps\") holds struct bpf_map_def or struct bpf_elf_map")
                    .help("define the maps in SEC(\".maps\"), with __uint and __type"));
}

bool is_legacy_section(const ElfSection& s) {
  return s.type == SHT_PROGBITS && (s.name == "maps" || s.name.starts_with("maps/"));
}

std::vector<std::size_t> legacy_sections(const ElfFile& elf) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < elf.sections.size(); ++i)
    if (is_legacy_section(elf.sections[i]))
      out.push_back(i);
  return out;
}

std::vector<std::uint32_t> words_of(const Bytes& data, std::uint64_t at, std::uint64_t size) {
  std::vector<std::uint32_t> words(size / 4);
  if (!words.empty())
    std::memcpy(words.data(), data.data() + at, words.size() * 4);
  return words;
}

// The symbols of one section, ascending; a symbol without a size reaches to the next one.
std::vector<LegacyMap> maps_of_section(const ElfFile& elf, std::size_t section,
                                       std::uint64_t base) {
  std::vector<LegacyMap> maps;
  for (std::size_t i = 0; i < elf.symbols.size(); ++i) {
    const ElfSymbol& s = elf.symbols[i];
    if (s.section == section && (s.type == STT_OBJECT || s.type == STT_NOTYPE) && !s.name.empty())
      maps.push_back({s.name, i, s.value, s.size, {}, {}, 0});
  }
  std::sort(maps.begin(), maps.end(),
            [](const auto& a, const auto& b) { return a.offset < b.offset; });
  const Bytes& data = elf.sections[section].data;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    LegacyMap& m = maps[i];
    const std::uint64_t end = i + 1 < maps.size() ? maps[i + 1].offset : data.size();
    if (end > data.size() || m.offset > end)
      refuse("map '" + m.name + "' isn't within its section");
    m.size = m.size == 0 ? end - m.offset : m.size;
    if (m.size > end - m.offset || m.size / 4 < LeastWords)
      refuse("the definition of map '" + m.name + "' has " + std::to_string(m.size) + " bytes");
    m.words = words_of(data, m.offset, m.size);
    for (const ElfRelocation& r : elf.relocations(section))
      if (r.offset >= m.offset && r.offset < m.offset + m.size)
        m.pointers.push_back(elf.symbols[r.symbol].name);
    m.offset += base;
  }
  return maps;
}

// Definitions with pointers in them (goebpf's) name the inner map's.
std::optional<std::size_t> inner_of(const std::vector<LegacyMap>& maps, const LegacyMap& outer) {
  for (const std::string& name : outer.pointers)
    for (std::size_t i = 0; i < maps.size(); ++i)
      if (maps[i].name == name)
        return i;
  if (outer.words.size() == SampleWords && outer.words[SampleInner] < maps.size())
    return outer.words[SampleInner];
  if (outer.words.size() == Iproute2Words)
    for (std::size_t i = 0; i < maps.size(); ++i)
      if (maps[i].words.size() == Iproute2Words && !maps[i].holds_maps() &&
          maps[i].words[Iproute2Id] == outer.words[Iproute2InnerId])
        return i;
  return std::nullopt;
}

void find_inner(std::vector<LegacyMap>& maps) {
  for (LegacyMap& m : maps) {
    if (!m.holds_maps())
      continue;
    m.inner = inner_of(maps, m);
    if (!m.inner || maps[*m.inner].holds_maps())
      refuse("the map that map '" + m.name + "' holds can't be told");
  }
}

// A definition in .maps.
struct Placed {
  std::string name;
  std::uint32_t offset = 0, size = 0;
};

// Adds the types. libbpf keeps them as a buffer of its own; ids are stable, pointers are not.
class TypeWriter {
public:
  explicit TypeWriter(btf* types) : types_(types) {
    byte_ = check(btf__add_int(types_, "char", 1, BTF_INT_CHAR));
    index_ = check(btf__add_int(types_, "__ARRAY_SIZE_TYPE__", 4, 0));
  }

  void define(LegacyMap& m, int inner) {
    static constexpr const char* fields[] = {"type", "key_size", "value_size", "max_entries",
                                             "map_flags"};
    std::vector<int> members;
    for (std::size_t i = 0; i < std::size(fields); ++i)
      members.push_back(number(i == 2 && m.holds_maps() ? 4 : m.word(i)));
    const int values = inner ? check(btf__add_array(types_, index_, pointer(inner), 0)) : 0;
    m.type = check(btf__add_struct(types_, nullptr, static_cast<std::uint32_t>(m.size)));
    for (std::size_t i = 0; i < members.size(); ++i)
      check(btf__add_field(types_, fields[i], members[i], 0, 0));
    if (values)
      check(btf__add_field(types_, "values", values, 0, 0));
  }

  // Variables and the section .maps; those that the compiler made are used again. `newer` are the
  // definitions that stand in .maps already.
  void place(const std::vector<LegacyMap>& maps, const std::vector<Placed>& newer,
             std::uint32_t section_size) {
    const int known = find_section("maps");
    if (known > 0)
      reuse(known, check(btf__add_str(types_, ".maps")), maps, section_size);
    if (known > 0 && newer.empty())
      return;
    std::vector<Entry> entries;
    if (known > 0)
      retire(known, entries);
    else
      add_variables(maps, entries);
    if (!newer.empty())
      find_newer(newer, entries);
    check(btf__add_datasec(types_, ".maps", section_size));
    for (const Entry& e : entries)
      check(btf__add_datasec_var_info(types_, e.variable, e.offset, e.size));
  }

private:
  static int check(int result) {
    if (result < 0)
      refuse(std::string("no BTF for the maps: ") + std::strerror(-result));
    return result;
  }

  int pointer(int to) { return check(btf__add_ptr(types_, to)); }
  int number(std::uint32_t n) { return pointer(check(btf__add_array(types_, index_, byte_, n))); }

  struct Entry {
    int variable = 0;
    std::uint32_t offset = 0, size = 0;
  };

  int find_section(const char* name) const {
    return btf__find_by_name_kind(types_, name, BTF_KIND_DATASEC);
  }

  void add_variables(const std::vector<LegacyMap>& maps, std::vector<Entry>& out) {
    for (const LegacyMap& m : maps)
      out.push_back({check(btf__add_var(types_, m.name.c_str(), BTF_VAR_GLOBAL_ALLOCATED, m.type)),
                     static_cast<std::uint32_t>(m.offset), static_cast<std::uint32_t>(m.size)});
  }

  // A section's description can't grow where it stands and types can't be taken away, since their
  // places are their numbers: it keeps its entries under a name that means nothing.
  void retire(int section, std::vector<Entry>& out) {
    const int name = check(btf__add_str(types_, ".maps.before"));
    btf_type* t = writable(static_cast<std::uint32_t>(section));
    t->name_off = static_cast<std::uint32_t>(name);
    for (unsigned i = 0; i < btf_vlen(t); ++i) {
      const btf_var_secinfo& v = btf_var_secinfos(t)[i];
      out.push_back({static_cast<int>(v.type), v.offset, v.size});
    }
  }

  // Offsets are the linker's business: libbpf would take them from the symbols, as we do.
  void find_newer(const std::vector<Placed>& newer, std::vector<Entry>& out) {
    const int section = find_section(".maps");
    if (section <= 0)
      refuse("section .maps has no type information");
    btf_type* t = writable(static_cast<std::uint32_t>(section));
    for (unsigned i = 0; i < btf_vlen(t); ++i) {
      btf_var_secinfo& info = btf_var_secinfos(t)[i];
      const std::string name = btf_string(types_, writable(info.type)->name_off);
      const auto at =
          std::find_if(newer.begin(), newer.end(), [&](const Placed& p) { return p.name == name; });
      if (at == newer.end())
        refuse("map '" + name + "' has no symbol");
      info.offset = at->offset;
      info.size = at->size;
      t->size = std::max(t->size, at->offset + at->size);
    }
    sort_entries(t);
    retire(section, out);
    std::sort(out.begin(), out.end(),
              [](const Entry& a, const Entry& b) { return a.offset < b.offset; });
  }

  static void sort_entries(btf_type* t) {
    std::sort(
        btf_var_secinfos(t), btf_var_secinfos(t) + btf_vlen(t),
        [](const btf_var_secinfo& a, const btf_var_secinfo& b) { return a.offset < b.offset; });
  }

  btf_type* writable(std::uint32_t id) {
    return const_cast<btf_type*>(btf__type_by_id(types_, id));
  }

  void reuse(int section, int name, const std::vector<LegacyMap>& maps, std::uint32_t size) {
    btf_type* t = writable(static_cast<std::uint32_t>(section));
    t->name_off = static_cast<std::uint32_t>(name);
    t->size = size;
    for (unsigned i = 0; i < btf_vlen(t); ++i)
      reuse_variable(btf_var_secinfos(t)[i], maps);
    sort_entries(t);
  }

  void reuse_variable(btf_var_secinfo& info, const std::vector<LegacyMap>& maps) {
    btf_type* variable = writable(info.type);
    const std::string name = variable ? btf_string(types_, variable->name_off) : "";
    const auto map =
        std::find_if(maps.begin(), maps.end(), [&](const LegacyMap& m) { return m.name == name; });
    if (map == maps.end() || !btf_is_var(variable))
      refuse("section maps holds '" + name + "', which is no map");
    variable->type = static_cast<std::uint32_t>(map->type);
    btf_var(variable)->linkage = BTF_VAR_GLOBAL_ALLOCATED;
    info.offset = static_cast<std::uint32_t>(map->offset);
    info.size = static_cast<std::uint32_t>(map->size);
  }

  btf* types_;
  int byte_ = 0, index_ = 0;
};

std::vector<Placed> definitions_in(const ElfFile& elf, std::optional<std::size_t> section) {
  std::vector<Placed> out;
  for (const ElfSymbol& s : elf.symbols)
    if (section && s.section == *section && s.type == STT_OBJECT)
      out.push_back(
          {s.name, static_cast<std::uint32_t>(s.value), static_cast<std::uint32_t>(s.size)});
  return out;
}

Bytes btf_with_maps(const ElfFile& elf, std::vector<LegacyMap>& maps, std::uint32_t section_size) {
  Btf types = parse_btf(elf);
  if (!types)
    types.reset(btf__new_empty());
  TypeWriter writer(types.get());
  for (LegacyMap& m : maps)
    if (!m.inner)
      writer.define(m, 0);
  for (LegacyMap& m : maps)
    if (m.inner)
      writer.define(m, maps[*m.inner].type);
  writer.place(maps, definitions_in(elf, elf.find(".maps")), section_size);
  std::uint32_t size = 0;
  const auto* raw = static_cast<const std::uint8_t*>(btf__raw_data(types.get(), &size));
  if (!raw)
    refuse("no BTF for the maps");
  return {raw, raw + size};
}

Bytes symbols_with_maps(const ElfFile& elf, const std::vector<LegacyMap>& maps,
                        std::size_t section) {
  Bytes table = elf.sections[elf.symbol_table].data;
  for (const LegacyMap& m : maps) {
    std::uint8_t* at = table.data() + m.symbol * sizeof(Elf64_Sym);
    Elf64_Sym symbol;
    std::memcpy(&symbol, at, sizeof symbol);
    symbol.st_shndx = static_cast<std::uint16_t>(section);
    symbol.st_value = m.offset;
    symbol.st_size = m.size;
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);
    std::memcpy(at, &symbol, sizeof symbol);
  }
  return table;
}

// Contents of the section that all definitions stand in: those of .maps first.
struct Joined {
  std::vector<LegacyMap> maps;
  std::size_t section = 0;
  Bytes contents;
};

Joined join_sections(const ElfFile& elf, const std::vector<std::size_t>& legacy) {
  Joined j;
  const auto newer = elf.find(".maps");
  j.section = newer.value_or(legacy.empty() ? 0 : legacy.front());
  if (newer)
    j.contents = elf.sections[*newer].data;
  for (const std::size_t s : legacy) {
    j.contents.resize((j.contents.size() + 7) / 8 * 8);
    const auto more = maps_of_section(elf, s, j.contents.size());
    j.maps.insert(j.maps.end(), more.begin(), more.end());
    const Bytes& data = elf.sections[s].data;
    j.contents.insert(j.contents.end(), data.begin(), data.end());
  }
  j.contents.resize((j.contents.size() + 7) / 8 * 8);
  return j;
}

} // namespace

std::vector<std::string> legacy_map_names(const ElfFile& original) {
  std::vector<std::string> names;
  for (const std::size_t s : legacy_sections(original))
    for (const LegacyMap& m : maps_of_section(original, s, 0))
      names.push_back(m.name);
  return names;
}

std::map<std::uint32_t, std::string> legacy_program_arrays(const ElfFile& original) {
  std::map<std::uint32_t, std::string> names;
  for (const std::size_t s : legacy_sections(original))
    for (const LegacyMap& m : maps_of_section(original, s, 0))
      if (m.words.size() == Iproute2Words && m.word(0) == BPF_MAP_TYPE_PROG_ARRAY)
        names.emplace(m.words[Iproute2Id], m.name);
  return names;
}

Bytes translate_legacy_maps(const Bytes& image) {
  const ElfFile elf = parse_elf(image);
  const auto sections = legacy_sections(elf);
  Joined joined = join_sections(elf, sections);
  if (joined.maps.empty())
    return image;
  find_inner(joined.maps);
  const Bytes types =
      btf_with_maps(elf, joined.maps, static_cast<std::uint32_t>(joined.contents.size()));
  std::vector<SectionEdit> edits = {{joined.section, ".maps", joined.contents},
                                    {elf.symbol_table, elf.sections[elf.symbol_table].name,
                                     symbols_with_maps(elf, joined.maps, joined.section)}};
  std::vector<NewSection> added;
  for (const std::size_t s : sections) { // what they name stands in the types now
    if (s != joined.section)
      edits.push_back({s, ".maps.done", elf.sections[s].data});
    if (const auto pointers = elf.find(".rel" + elf.sections[s].name))
      edits.push_back({*pointers, ".rel.maps.done", {}});
  }
  if (const auto known = elf.find(".BTF"))
    edits.push_back({*known, ".BTF", types});
  else
    added.push_back({".BTF", types});
  return write_elf(image, edits, added);
}

} // namespace pw::object
