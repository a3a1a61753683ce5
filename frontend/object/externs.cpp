#include "frontend/object/externs.h"

#include "frontend/object/set_values.h"

#include <elf.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace pw::object {
namespace {

struct ConfigValue {
  std::string name;
  std::uint32_t type = 0;
  std::size_t size = 0, align = 0;
  bool weak = false;
};

// The variables and functions of a section that exists in the type information only.
std::vector<std::uint32_t> members(const btf* types, const std::string& section) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t id = 1; id < btf__type_cnt(types); ++id) {
    const btf_type* t = btf__type_by_id(types, id);
    if (!btf_is_datasec(t) || btf_string(types, t->name_off) != section)
      continue;
    const btf_var_secinfo* info = btf_var_secinfos(t);
    for (unsigned i = 0; i < btf_vlen(t); ++i)
      out.push_back(info[i].type);
  }
  return out;
}

// Undefined symbols, with whether they are weak.
std::map<std::string, bool> undefined_symbols(const ElfFile& elf) {
  std::map<std::string, bool> out;
  for (const ElfSymbol& s : elf.symbols)
    if (s.section == SHN_UNDEF && s.type == STT_NOTYPE && s.binding != STB_LOCAL && !s.name.empty())
      out[s.name] = s.binding == STB_WEAK;
  return out;
}

// The same number as libbpf gives: KERNEL_VERSION(a, b, c) of the running kernel.
std::uint64_t kernel_version() {
  utsname u{};
  unsigned a = 0, b = 0, c = 0;
  if (uname(&u) != 0 || std::sscanf(u.release, "%u.%u.%u", &a, &b, &c) < 2)
    return 0;
  return (a << 16) + (b << 8) + std::min(c, 255u);
}

Bytes config_bytes(const btf* types, const ConfigValue& v,
                   const std::map<std::string, std::string>& set) {
  if (const auto given = set.find(v.name); given != set.end())
    return encode_value(types, v.type, v.size, v.name, given->second);
  if (v.name == "LINUX_KERNEL_VERSION")
    return encode_value(types, v.type, v.size, v.name, std::to_string(kernel_version()));
  if (v.weak)
    return Bytes(v.size, 0);
  throw Failure(diagnose("PW-OBJ-009", "the value of '" + v.name + "' is not known")
                    .breaks("__kconfig variables are values of the kernel's configuration")
                    .help("give it with --set " + v.name + "=VALUE"));
}

std::vector<ConfigValue> config_values(const btf* types,
                                       const std::map<std::string, bool>& undefined) {
  std::vector<ConfigValue> out;
  for (const std::uint32_t id : members(types, ".kconfig")) {
    const btf_type* t = btf__type_by_id(types, id);
    const std::string name = t ? btf_string(types, t->name_off) : "";
    const auto symbol = undefined.find(name);
    if (symbol == undefined.end() || !btf_is_var(t))
      continue;
    const auto size = btf__resolve_size(types, t->type);
    const int align = btf__align_of(types, t->type);
    if (size <= 0 || size > 4096 || align <= 0)
      throw Failure(diagnose("PW-OBJ-009", "extern '" + name + "' has no size"));
    out.push_back({name, t->type, static_cast<std::size_t>(size), static_cast<std::size_t>(align),
                   symbol->second});
  }
  std::sort(out.begin(), out.end(), [](const ConfigValue& a, const ConfigValue& b) {
    return std::tuple(b.align, a.size, a.name) < std::tuple(a.align, b.size, b.name);
  });
  return out;
}

void add_config(Externs& out, const btf* types, const std::vector<ConfigValue>& values,
                const std::map<std::string, std::string>& set) {
  for (const ConfigValue& v : values) {
    const std::size_t offset = (out.config.size() + v.align - 1) / v.align * v.align;
    const Bytes bytes = config_bytes(types, v, set);
    out.config.resize(offset);
    out.config.insert(out.config.end(), bytes.begin(), bytes.end());
    out.by_name[v.name] = {Extern::Value, static_cast<std::uint32_t>(offset), 0, v.weak};
  }
}

} // namespace

Externs resolve_externs(const ElfFile& elf, const btf* types,
                        const std::map<std::string, std::string>& set) {
  Externs out;
  const auto undefined = undefined_symbols(elf);
  if (!types || undefined.empty())
    return out;
  add_config(out, types, config_values(types, undefined), set);
  for (const std::uint32_t id : members(types, ".ksyms")) {
    const btf_type* t = btf__type_by_id(types, id);
    const std::string name = t ? btf_string(types, t->name_off) : "";
    const auto symbol = undefined.find(name);
    if (symbol == undefined.end())
      continue;
    const bool is_function = btf_is_func(t);
    out.by_name[name] = {is_function ? Extern::KernelFunction : Extern::KernelSymbol, 0,
                         static_cast<std::int32_t>(id), symbol->second};
    if (is_function)
      out.functions[static_cast<std::int32_t>(id)] = name;
  }
  return out;
}

} // namespace pw::object
