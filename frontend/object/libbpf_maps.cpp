#include "frontend/object/libbpf_maps.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

namespace pw::object {
namespace {

constexpr std::size_t LargestGlobalData = 64u << 20; // more than a kernel takes in one value

std::string log; // of libbpf, which knows no other way; this runs in a process of its own

int collect_log(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN)
    return 0;
  char line[512];
  const int n = std::vsnprintf(line, sizeof line, format, arguments);
  log += line;
  return n;
}

using ObjectHandle = std::unique_ptr<bpf_object, decltype(&bpf_object__close)>;

// One line for a diagnostic: "libbpf: x\nlibbpf: y\n" -> "x; y".
std::string one_line(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.starts_with("libbpf: "))
      line.erase(0, 8);
    if (!line.empty())
      out += (out.empty() ? "" : "; ") + line;
    at = end + 1;
  }
  return out;
}

ObjectHandle open_image(const Bytes& image) {
  libbpf_set_print(collect_log);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "o");
  ObjectHandle opened(bpf_object__open_mem(image.data(), image.size(), &options),
                      bpf_object__close);
  if (!opened) {
    const std::string reason = std::strerror(errno > 0 ? errno : EINVAL);
    const bool no_types = log.find("BTF is required") != std::string::npos;
    throw Failure(diagnose("PW-OBJ-004", "libbpf refuses the object: " + reason)
                      .breaks(log.empty() ? "libbpf gives no reason" : "libbpf: " + one_line(log))
                      .help(no_types ? "compile with -g: maps in SEC(\".maps\") are described by "
                                       "debug information (BTF)"
                                     : "an object that libbpf refuses can't be loaded into a "
                                       "kernel either"));
  }
  return opened;
}

// libbpf puts the object's name before the name of a data section; the object is called "o" here.
std::string map_name(const bpf_map* map) {
  const std::string name = bpf_map__name(map);
  return bpf_map__is_internal(map) && name.starts_with("o.") ? name.substr(1) : name;
}

GlobalData global_kind(const bpf_map* map, const std::string& name) {
  if (!bpf_map__is_internal(map))
    return GlobalData::None;
  if (name.starts_with(".rodata"))
    return GlobalData::Rodata;
  if (name.starts_with(".data"))
    return GlobalData::Data;
  return name.starts_with(".bss") ? GlobalData::Bss : GlobalData::Kconfig;
}

// libbpf passes on whatever number stands in the file; one that the kernel's header doesn't name is
// no value of the enumeration.
bpf_map_type map_type(const bpf_map* map, const std::string& name) {
  constexpr unsigned newest = BPF_MAP_TYPE_USER_RINGBUF;
  const auto type = static_cast<unsigned>(bpf_map__type(map));
  if (type > newest)
    throw Failure(
        diagnose("PW-OBJ-003", "map '" + name + "' has the unknown type " + std::to_string(type))
            .limited("types 1 to " + std::to_string(newest), std::to_string(type))
            .help("no hardware here holds a map of a type made later: leave the map out "
                  "of this object"));
  return static_cast<bpf_map_type>(type);
}

// Where struct bpf_spin_lock lies in a value of this type, also within structures in it.
std::optional<std::uint32_t> find_spin_lock(const btf* types, std::uint32_t id, unsigned depth) {
  constexpr unsigned deepest = 8;
  const btf_type* type =
      types ? btf__type_by_id(types, static_cast<std::uint32_t>(btf__resolve_type(types, id)))
            : nullptr;
  if (!type || depth > deepest)
    return std::nullopt;
  const char* name = btf__name_by_offset(types, type->name_off);
  if (btf_is_struct(type) && name && std::strcmp(name, "bpf_spin_lock") == 0)
    return 0;
  const unsigned count = btf_is_struct(type) || btf_is_datasec(type) ? btf_vlen(type) : 0;
  for (unsigned i = 0; i < count; ++i) {
    const bool section = btf_is_datasec(type);
    const std::uint32_t member =
        section ? btf_var_secinfos(type)[i].type : btf_members(type)[i].type;
    const std::uint32_t offset =
        section ? btf_var_secinfos(type)[i].offset : btf_member_bit_offset(type, i) / 8;
    if (const auto inside = find_spin_lock(types, member, depth + 1))
      return offset + *inside;
  }
  return std::nullopt;
}

MapDefinition definition(bpf_map* map, const btf* types) {
  MapDefinition d;
  d.name = map_name(map);
  d.type = map_type(map, d.name);
  d.key_size = bpf_map__key_size(map);
  d.value_size = bpf_map__value_size(map);
  d.max_entries = bpf_map__max_entries(map);
  d.flags = bpf_map__map_flags(map);
  d.extra = bpf_map__map_extra(map);
  d.global = global_kind(map, d.name);
  d.spin_lock = find_spin_lock(types, bpf_map__btf_value_type_id(map), 0);
  std::size_t size = 0;
  if (const void* data = bpf_map__initial_value(map, &size); data && d.global != GlobalData::None) {
    if (size > LargestGlobalData)
      throw Failure(
          diagnose("PW-OBJ-003", "section '" + d.name + "' has " + std::to_string(size) + " bytes")
              .limited(std::to_string(LargestGlobalData) + " bytes", std::to_string(size)));
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    d.initial.assign(bytes, bytes + size);
  }
  return d;
}

std::vector<MapDefinition> definitions(bpf_object* object) {
  std::vector<MapDefinition> maps, inner;
  std::vector<std::size_t> outer;
  bpf_map* map = nullptr;
  const btf* types = bpf_object__btf(object);
  bpf_object__for_each_map(map, object) {
    if (bpf_map* in = bpf_map__inner_map(map)) {
      outer.push_back(maps.size());
      inner.push_back(definition(in, types));
    }
    maps.push_back(definition(map, types));
  }
  for (std::size_t i = 0; i < inner.size(); ++i) {
    maps[outer[i]].inner = static_cast<unsigned>(maps.size());
    inner[i].role = MapRole::Definition;
    maps.push_back(std::move(inner[i]));
  }
  return maps;
}

} // namespace

OpenedObject open_with_libbpf(const Bytes& image) {
  const ObjectHandle object = open_image(image);
  OpenedObject out;
  out.maps = definitions(object.get());
  // The license is read from the section, since libbpf only hands it to the kernel.
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object.get()) {
    const bpf_prog_type type = bpf_program__type(program);
    const char* word = libbpf_bpf_prog_type_str(type);
    out.programs.push_back({bpf_program__name(program), bpf_program__section_name(program),
                            word ? word : "unknown", type});
  }
  return out;
}

} // namespace pw::object
