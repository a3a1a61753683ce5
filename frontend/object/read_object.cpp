#include "frontend/object/read_object.h"

#include "frontend/object/externs.h"
#include "frontend/object/legacy_maps.h"
#include "frontend/object/libbpf_maps.h"
#include "frontend/object/link.h"
#include "frontend/object/program_type.h"
#include "frontend/object/set_values.h"

#include <elf.h>

#include <algorithm>
#include <cstdio>
#include <set>

namespace pw::object {
namespace {

std::string license(const ElfFile& elf) {
  const auto section = elf.find("license");
  if (!section)
    return "";
  const Bytes& data = elf.sections[*section].data;
  return {data.begin(), std::find(data.begin(), data.end(), 0)};
}

const ElfSymbol& function_of(const ElfFile& elf, const OpenedProgram& program) {
  for (const ElfSymbol& s : elf.symbols)
    if (s.type == STT_FUNC && s.name == program.name && s.section < elf.sections.size() &&
        elf.sections[s.section].name == program.section)
      return s;
  throw Failure(diagnose("PW-OBJ-003", "the object file is corrupt: program '" + program.name +
                                           "' has no symbol"));
}

// The map whose definition in .maps holds the byte at `offset`.
MapDefinition* map_at(const ElfFile& elf, Object& object, std::size_t section, std::uint64_t offset,
                      std::uint64_t& start) {
  for (const ElfSymbol& s : elf.symbols) {
    if (s.type != STT_OBJECT || s.section != section || offset < s.value ||
        offset >= s.value + s.size)
      continue;
    start = s.value;
    for (MapDefinition& m : object.maps)
      if (m.name == s.name)
        return &m;
  }
  return nullptr;
}

// Bytes from the start of a map's definition to its `values` array.
std::optional<std::uint64_t> values_offset(const btf* types, const std::string& map) {
  const int id = types ? btf__find_by_name_kind(types, map.c_str(), BTF_KIND_VAR) : -1;
  if (id < 0)
    return std::nullopt;
  const btf_type* t =
      strip_modifiers(types, btf__type_by_id(types, static_cast<unsigned>(id))->type);
  if (!t || !btf_is_struct(t) || btf_vlen(t) == 0)
    return std::nullopt;
  return btf_member_bit_offset(t, btf_vlen(t) - 1u) / 8;
}

// Slots of prog arrays and maps of maps that the C source fills (`.values = {...}`).
void read_initial_slots(const ElfFile& elf, const btf* types, Object& object) {
  const auto section = elf.find(".maps");
  if (!section)
    return;
  for (const ElfRelocation& r : elf.relocations(*section)) {
    std::uint64_t start = 0;
    MapDefinition* map = map_at(elf, object, *section, r.offset, start);
    const auto values = map ? values_offset(types, map->name) : std::nullopt;
    if (!values || r.offset < start + *values)
      continue;
    const auto slot = static_cast<std::uint32_t>((r.offset - start - *values) / 8);
    const std::string& target = elf.symbols[r.symbol].name;
    if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
      map->initial_programs[slot] = target;
    const auto held = std::ranges::find(object.maps, target, &MapDefinition::name);
    if (!map->inner || held == object.maps.end())
      continue;
    const auto outer = unsigned(map - object.maps.data());
    const auto inner = inner_map(object, outer, target);
    if (!inner)
      throw Failure(diagnose("PW-IN-116", "map '" + target + "' in slot " + std::to_string(slot) +
                                              " of '" + object.maps[outer].name +
                                              "' is not of the type and sizes that its slots hold")
                        .breaks("Linux refuses to put it there (-EINVAL)")
                        .help("declare it with the structure that '" + object.maps[outer].name +
                              "' names in __array(values, ...)"));
    object.maps[outer].initial_maps[slot] = *inner;
  }
}

Program read_program(const LinkContext& context, const OpenedProgram& opened) {
  Program p;
  p.name = opened.name;
  p.section = opened.section;
  p.type = type_from_section(opened.section, opened.type);
  p.type_name = opened.type_name;
  if (opened.type == BPF_PROG_TYPE_UNSPEC && p.type != ProgramType::Unknown)
    p.type_name = p.type == ProgramType::Xdp ? "xdp" : "sched_cls";
  link_program(context, function_of(context.elf, opened), p);
  return p;
}

void mark_legacy(const Bytes& original, Object& object) {
  for (const std::string& name : legacy_map_names(parse_elf(original)))
    for (MapDefinition& m : object.maps)
      m.legacy = m.legacy || m.name == name;
}

// iproute2's loader puts the program of section "ID/SLOT" into that slot of the array of that id.
void read_legacy_slots(const Bytes& original, Object& object) {
  const auto arrays = legacy_program_arrays(parse_elf(original));
  for (const Program& p : object.programs) {
    unsigned id = 0, slot = 0;
    int end = 0;
    if (arrays.empty() || std::sscanf(p.section.c_str(), "%u/%u%n", &id, &slot, &end) != 2 ||
        std::size_t(end) != p.section.size() || !arrays.contains(id))
      continue;
    for (MapDefinition& m : object.maps)
      if (m.name == arrays.at(id) && slot < m.max_entries)
        m.initial_programs.try_emplace(slot, p.name);
  }
}

// A program that stands in a slot is of the type of those that call it: of the object's others, as
// far as they tell.
void type_called_programs(Object& object) {
  std::set<ProgramType> types;
  for (const Program& p : object.programs)
    types.insert(program_type(p));
  types.erase(ProgramType::Unknown);
  if (types.size() != 1 || types.contains(ProgramType::Other))
    return;
  for (const MapDefinition& m : object.maps)
    for (const auto& [slot, name] : m.initial_programs)
      for (Program& p : object.programs)
        if (p.name == name && program_type(p) == ProgramType::Unknown)
          p.type = *types.begin();
}

// The file has no room for values of .bss; those of other sections are in the image already.
void set_globals(const ElfFile& elf, const btf* types, const OpenOptions& options, Object& object) {
  for (const Assignment& a : assignments(elf, types, options.set))
    for (MapDefinition& m : object.maps)
      if (m.name == elf.sections[a.variable.section].name &&
          a.variable.offset + a.bytes.size() <= m.initial.size())
        std::copy(a.bytes.begin(), a.bytes.end(),
                  m.initial.begin() + static_cast<std::ptrdiff_t>(a.variable.offset));
}

void set_config(Object& object, const Bytes& config) {
  for (MapDefinition& m : object.maps)
    if (m.global == GlobalData::Kconfig && config.size() <= m.initial.size())
      std::copy(config.begin(), config.end(), m.initial.begin());
}

} // namespace

Object read_object(const Bytes& original, const OpenOptions& options) {
  const Bytes image = prepare_image(original, options);
  const ElfFile elf = parse_elf(image);
  const Btf types = parse_btf(elf);
  const BtfExt debug = parse_btf_ext(elf, types.get());
  OpenedObject opened = open_with_libbpf(image);

  Object object;
  object.license = license(elf);
  object.maps = std::move(opened.maps);
  mark_legacy(original, object);
  set_globals(elf, types.get(), options, object);
  read_initial_slots(elf, types.get(), object);
  Externs externs = resolve_externs(elf, types.get(), options.set);
  set_config(object, externs.config);
  LinkContext context{elf, types.get(), debug, {}, std::move(externs.by_name)};
  for (unsigned i = 0; i < object.maps.size(); ++i)
    context.maps.emplace(object.maps[i].name, i);
  for (const OpenedProgram& p : opened.programs)
    object.programs.push_back(read_program(context, p));
  read_legacy_slots(original, object);
  type_called_programs(object);
  object.kernel_functions = std::move(externs.functions);
  return object;
}

} // namespace pw::object
