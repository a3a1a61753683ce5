#include "backends/nfp/offload/btf.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <stdexcept>

namespace pw::nfp::offload {
namespace {

int check(int result) {
  if (result < 0)
    throw std::runtime_error("libbpf makes no type information: error " + std::to_string(result));
  return result;
}

// Names that Linux takes for functions.
std::string identifier(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_')
      c = '_';
  return name;
}

void put(Bytes& out, std::uint32_t word) {
  for (unsigned i = 0; i < 4; ++i)
    out.push_back(std::uint8_t(word >> 8 * i));
}

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

class TypeWriter {
public:
  TypeWriter(const Object& object, const Program& program, const std::string& section)
      : object_(object), program_(program), section_(section), functions_(functions_of(program)),
        types_(btf__new_empty(), btf__free) {
    if (!types_)
      throw std::runtime_error("libbpf makes no type information");
    word_ = check(btf__add_int(btf_(), "unsigned int", 4, 0));
  }

  TypeInfo write(const std::vector<unsigned>& maps) {
    if (!maps.empty())
      add_maps(maps);
    add_functions();
    TypeInfo out;
    out.records = records();
    std::uint32_t size = 0;
    const auto* raw = static_cast<const std::uint8_t*>(btf__raw_data(btf_(), &size));
    out.types.assign(raw, raw + size);
    return out;
  }

private:
  btf* btf_() { return types_.get(); }
  std::uint32_t text(const std::string& s) {
    return std::uint32_t(check(btf__add_str(btf_(), s.c_str())));
  }

  // libbpf's __uint(name, n): a pointer to an array of n elements.
  int number(std::uint32_t n) {
    return check(btf__add_ptr(btf_(), check(btf__add_array(btf_(), word_, word_, n))));
  }

  int definition(const MapDefinition& map) {
    const std::pair<const char*, std::uint32_t> fields[] = {{"type", map.type},
                                                            {"key_size", map.key_size},
                                                            {"value_size", map.value_size},
                                                            {"max_entries", map.max_entries},
                                                            {"map_flags", map.flags}};
    std::vector<int> types;
    for (const auto& [name, value] : fields)
      types.push_back(number(value));
    const int id = check(btf__add_struct(btf_(), nullptr, map_definition_bytes));
    for (std::size_t i = 0; i < types.size(); ++i)
      check(btf__add_field(btf_(), fields[i].first, types[i], std::uint32_t(64 * i), 0));
    return id;
  }

  void add_maps(const std::vector<unsigned>& maps) {
    std::vector<int> variables;
    for (const unsigned m : maps)
      variables.push_back(
          check(btf__add_var(btf_(), object_.maps[m].name.c_str(), BTF_VAR_GLOBAL_ALLOCATED,
                             definition(object_.maps[m]))));
    check(btf__add_datasec(btf_(), ".maps", std::uint32_t(maps.size() * map_definition_bytes)));
    for (std::size_t i = 0; i < maps.size(); ++i)
      check(btf__add_datasec_var_info(btf_(), variables[i], std::uint32_t(i * map_definition_bytes),
                                      map_definition_bytes));
  }

  int context() {
    static constexpr const char* fields[] = {
        "data", "data_end", "data_meta", "ingress_ifindex", "rx_queue_index", "egress_ifindex"};
    const int id = check(btf__add_struct(btf_(), "xdp_md", 4 * std::size(fields)));
    for (std::size_t i = 0; i < std::size(fields); ++i)
      check(btf__add_field(btf_(), fields[i], word_, std::uint32_t(32 * i), 0));
    return check(btf__add_ptr(btf_(), id));
  }

  void add_functions() {
    const int number = check(btf__add_int(btf_(), "int", 4, BTF_INT_SIGNED)), ctx = context();
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      const int type = check(btf__add_func_proto(btf_(), number));
      if (i == 0)
        check(btf__add_func_param(btf_(), "ctx", ctx));
      function_types_.push_back(
          check(btf__add_func(btf_(), identifier(functions_[i].name).c_str(),
                              i == 0 ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC, type)));
    }
  }

  Bytes function_record(std::size_t i, unsigned base) {
    Bytes out;
    put(out, (functions_[i].first - base) * 8);
    put(out, std::uint32_t(function_types_[i]));
    return out;
  }

  Bytes line_record(unsigned insn, const SourceLocation& l) {
    Bytes out;
    put(out, insn * 8);
    put(out, text(l.file));
    put(out, text(l.text));
    put(out, l.line << 10 | (l.column & 1023));
    return out;
  }

  // Linux wants a line at the beginning of each function.
  std::vector<Bytes> lines(unsigned first, unsigned end) {
    std::map<unsigned, SourceLocation> by_insn;
    for (const LineInfo& line : program_.lines)
      if (line.insn >= first && line.insn < end)
        by_insn[line.insn] = line.location;
    for (const FunctionRange& f : functions_)
      if (f.first >= first && f.first < end && !by_insn.contains(f.first))
        by_insn[f.first] = program_.location(f.first);
    std::vector<Bytes> out;
    for (const auto& [insn, location] : by_insn)
      out.push_back(line_record(insn - first, location));
    return out;
  }

  void add_section(Bytes& out, const std::string& name, const std::vector<Bytes>& records) {
    put(out, text(name));
    put(out, std::uint32_t(records.size()));
    for (const Bytes& r : records)
      append(out, r);
  }

  Bytes function_info() {
    Bytes out;
    put(out, 8); // bytes of a record
    add_section(out, section_, {function_record(0, 0)});
    std::vector<Bytes> rest;
    for (std::size_t i = 1; i < functions_.size(); ++i)
      rest.push_back(function_record(i, functions_[0].end));
    if (!rest.empty())
      add_section(out, ".text", rest);
    return out;
  }

  Bytes line_info() {
    Bytes out;
    if (program_.lines.empty())
      return out;
    put(out, 16);
    add_section(out, section_, lines(0, functions_[0].end));
    if (functions_.size() > 1)
      add_section(out, ".text", lines(functions_[0].end, functions_.back().end));
    return out;
  }

  Bytes records() {
    const Bytes functions = function_info(), lines = line_info();
    constexpr std::uint32_t header = 24, version = 1;
    Bytes out;
    put(out, BTF_MAGIC | version << 16);
    put(out, header);
    put(out, 0);
    put(out, std::uint32_t(functions.size()));
    put(out, std::uint32_t(functions.size()));
    put(out, std::uint32_t(lines.size()));
    append(out, functions);
    append(out, lines);
    return out;
  }

  const Object& object_;
  const Program& program_;
  const std::string& section_;
  std::vector<FunctionRange> functions_;
  std::vector<int> function_types_;
  std::unique_ptr<btf, void (*)(btf*)> types_;
  int word_ = 0;
};

} // namespace

std::vector<FunctionRange> functions_of(const Program& program) {
  std::vector<FunctionRange> out{{program.name, 0, 0}};
  for (const Subprogram& s : program.subprograms)
    if (s.insn != 0)
      out.push_back({s.name, s.insn, 0});
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i].end = i + 1 < out.size() ? out[i + 1].first : unsigned(program.insns.size());
  return out;
}

TypeInfo write_types(const Object& object, const Program& program,
                     const std::vector<unsigned>& maps, const std::string& entry_section) {
  return TypeWriter(object, program, entry_section).write(maps);
}

} // namespace pw::nfp::offload
