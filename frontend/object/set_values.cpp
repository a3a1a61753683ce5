#include "frontend/object/set_values.h"

#include <elf.h>

#include <algorithm>
#include <charconv>

namespace pw::object {
namespace {

[[noreturn]] void unfit(const std::string& name, const std::string& text, const std::string& why) {
  throw Failure(diagnose("PW-OBJ-011", "--set " + name + "=" + text + ": " + why)
                    .help("numbers: 42, -1, 0x2a, true, false; anything else: its bytes in "
                          "hexadecimal, such as 0a:00:00:01"));
}

bool is_scalar_size(std::size_t size) { return size == 1 || size == 2 || size == 4 || size == 8; }

// Scalar by its type; where that isn't known, by its size.
bool is_scalar(const btf* types, std::uint32_t type, std::size_t size) {
  const btf_type* t = types && type ? strip_modifiers(types, type) : nullptr;
  if (!t)
    return is_scalar_size(size);
  return is_scalar_size(size) && (btf_is_int(t) || btf_is_any_enum(t) || btf_is_ptr(t));
}

bool is_signed(const btf* types, std::uint32_t type) {
  const btf_type* t = types && type ? strip_modifiers(types, type) : nullptr;
  if (!t)
    return true;
  return (btf_is_int(t) && (btf_int_encoding(t) & BTF_INT_SIGNED)) ||
         (btf_is_any_enum(t) && btf_kflag(t));
}

// Magnitude with 0x, 0b or no prefix.
std::optional<std::uint64_t> magnitude(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X"))
    base = 16;
  else if (text.starts_with("0b") || text.starts_with("0B"))
    base = 2;
  if (base != 10)
    text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::uint64_t parse_number(const std::string& name, const std::string& text, std::size_t size,
                           bool may_be_negative) {
  if (text == "true" || text == "false")
    return text == "true" ? 1 : 0;
  if (text.size() == 3 && text.front() == '\'' && text.back() == '\'')
    return static_cast<unsigned char>(text[1]);
  const bool negative = text.starts_with("-");
  const auto value = magnitude(std::string_view(text).substr(negative ? 1 : 0));
  if (!value)
    unfit(name, text, "not a number");
  const unsigned bits = static_cast<unsigned>(size) * 8;
  const std::uint64_t largest = bits == 64 ? ~0ull : (1ull << bits) - 1;
  const std::uint64_t lowest = 1ull << (bits - 1); // magnitude of the most negative value
  if (negative && !may_be_negative)
    unfit(name, text, "the variable is unsigned");
  if (*value > (negative ? lowest : largest))
    unfit(name, text, "the variable has " + std::to_string(size) + " bytes");
  return negative ? 0 - *value : *value;
}

int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Bytes parse_bytes(const std::string& name, const std::string& text, std::size_t size) {
  std::string digits;
  std::string_view rest = text;
  if (rest.starts_with("0x"))
    rest.remove_prefix(2);
  for (const char c : rest)
    if (c != ':' && c != ' ')
      digits += c;
  Bytes out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = digit(digits[i]), low = digit(digits[i + 1]);
    if (high < 0 || low < 0)
      unfit(name, text, "not hexadecimal bytes");
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  if (digits.size() % 2 != 0 || out.size() != size)
    unfit(name, text, "the variable has " + std::to_string(size) + " bytes");
  return out;
}

Bytes parse_string(const std::string& name, const std::string& text, std::size_t size) {
  Bytes out(text.begin() + 1, text.end() - 1);
  if (out.size() > size)
    unfit(name, text, "the variable has " + std::to_string(size) + " bytes");
  out.resize(size, 0);
  return out;
}

bool is_data_section(const ElfSection& s) {
  return s.name.starts_with(".data") || s.name.starts_with(".rodata") || s.name.starts_with(".bss");
}

std::uint32_t variable_type(const btf* types, const std::string& name) {
  const int id = types ? btf__find_by_name_kind(types, name.c_str(), BTF_KIND_VAR) : -1;
  return id > 0 ? btf__type_by_id(types, static_cast<unsigned>(id))->type : 0;
}

std::optional<Variable> find_variable(const ElfFile& elf, const btf* types,
                                      const std::string& name) {
  for (const ElfSymbol& s : elf.symbols) {
    if (s.type != STT_OBJECT || s.name != name || s.section >= elf.sections.size())
      continue;
    const ElfSection& section = elf.sections[s.section];
    if (is_data_section(section) && s.value <= section.size && s.size <= section.size - s.value)
      return Variable{s.section, s.value, s.size, variable_type(types, name)};
  }
  return std::nullopt;
}

// The field of a structure, by name; also through anonymous members.
bool enter_field(const btf* types, Variable& v, const std::string& field) {
  const btf_type* t = types && v.type ? strip_modifiers(types, v.type) : nullptr;
  if (!t || !btf_is_composite(t))
    return false;
  const Variable before = v;
  for (unsigned i = 0; i < btf_vlen(t); ++i) {
    const btf_member& m = btf_members(t)[i];
    const std::string name = btf_string(types, m.name_off);
    const auto size = btf__resolve_size(types, m.type);
    if (size < 0 || btf_member_bitfield_size(t, i) != 0 || (name != field && !name.empty()))
      continue;
    v.offset = before.offset + btf_member_bit_offset(t, i) / 8;
    v.size = static_cast<std::uint64_t>(size);
    v.type = m.type;
    if (name == field || enter_field(types, v, field))
      return v.offset + v.size <= before.offset + before.size;
    v = before;
  }
  return false;
}

std::optional<Variable> find(const ElfFile& elf, const btf* types, const std::string& path) {
  std::size_t dot = std::min(path.find('.'), path.size());
  auto v = find_variable(elf, types, path.substr(0, dot));
  while (v && dot < path.size()) {
    const std::size_t next = std::min(path.find('.', dot + 1), path.size());
    if (!enter_field(types, *v, path.substr(dot + 1, next - dot - 1)))
      return std::nullopt;
    dot = next;
  }
  return v;
}

bool is_undefined(const ElfFile& elf, const std::string& name) {
  return std::any_of(elf.symbols.begin(), elf.symbols.end(), [&](const ElfSymbol& s) {
    return s.section == SHN_UNDEF && !s.name.empty() && s.name == name;
  });
}

std::string variable_names(const ElfFile& elf) {
  std::string out;
  for (const ElfSymbol& s : elf.symbols)
    if (s.type == STT_OBJECT && s.section < elf.sections.size() &&
        is_data_section(elf.sections[s.section]) && !s.name.empty())
      out += (out.empty() ? "" : ", ") + s.name;
  return out;
}

} // namespace

Bytes encode_value(const btf* types, std::uint32_t type, std::size_t size, const std::string& name,
                   const std::string& text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    return parse_string(name, text, size);
  if (!is_scalar(types, type, size))
    return parse_bytes(name, text, size);
  const std::uint64_t value = parse_number(name, text, size, is_signed(types, type));
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

std::vector<Assignment> assignments(const ElfFile& elf, const btf* types,
                                    const std::map<std::string, std::string>& set) {
  std::vector<Assignment> out;
  std::vector<Diagnostic> problems;
  for (const auto& [name, text] : set) {
    const auto variable = find(elf, types, name);
    if (!variable) {
      if (!is_undefined(elf, name)) // externs are set elsewhere
        problems.push_back(diagnose("PW-OBJ-010", "--set " + name + ": no such global variable")
                               .help("the object has: " + variable_names(elf)));
      continue;
    }
    try {
      out.push_back({*variable, encode_value(types, variable->type, variable->size, name, text)});
    } catch (const Failure& f) {
      problems.insert(problems.end(), f.diagnostics().begin(), f.diagnostics().end());
    }
  }
  if (!problems.empty())
    throw Failure(std::move(problems));
  return out;
}

} // namespace pw::object
