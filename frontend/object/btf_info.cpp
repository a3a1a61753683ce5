#include "frontend/object/btf_info.h"

#include "support/diagnostic.h"

#include <algorithm>
#include <cstring>

namespace pw::object {
namespace {

// Layout of .BTF.ext (Documentation/bpf/btf.rst of the kernel).
struct ExtHeader {
  std::uint16_t magic;
  std::uint8_t version, flags;
  std::uint32_t header_length;
  std::uint32_t func_offset, func_length;
  std::uint32_t line_offset, line_length;
  std::uint32_t core_offset, core_length; // not in the oldest version
};
constexpr std::size_t ShortHeader = offsetof(ExtHeader, core_offset);

[[noreturn]] void corrupt() {
  throw Failure(
      diagnose("PW-OBJ-003", "the object file is corrupt: section .BTF.ext makes no sense")
          .help("compile it again, or strip it with llvm-strip -g and do without C lines"));
}

template <class T> T read(const Bytes& data, std::size_t at) {
  if (at > data.size() || data.size() - at < sizeof(T))
    corrupt();
  T value;
  std::memcpy(&value, data.data() + at, sizeof value);
  return value;
}

// Calls visit(section name, position of a record) for every record of a subsection.
template <class Visit>
void for_each_record(const Bytes& data, std::size_t begin, std::size_t length, std::size_t least,
                     const btf* types, Visit visit) {
  if (length == 0)
    return;
  const std::size_t end = begin + length;
  if (end > data.size())
    corrupt();
  const auto record_size = read<std::uint32_t>(data, begin);
  if (record_size < least)
    corrupt();
  for (std::size_t at = begin + 4; at < end;) {
    const std::string section = btf_string(types, read<std::uint32_t>(data, at));
    const std::uint64_t count = read<std::uint32_t>(data, at + 4);
    at += 8;
    if (count * record_size > end - std::min(at, end))
      corrupt();
    for (std::uint64_t i = 0; i < count; ++i, at += record_size)
      visit(section, at);
  }
}

ExtHeader read_header(const Bytes& data) {
  ExtHeader h{};
  const std::size_t stored = read<std::uint32_t>(data, offsetof(ExtHeader, header_length));
  if (stored < ShortHeader || stored > data.size() || read<std::uint16_t>(data, 0) != BTF_MAGIC)
    corrupt();
  std::memcpy(&h, data.data(), std::min(stored, sizeof h));
  return h;
}

template <class Record> void sort_records(std::map<std::string, std::vector<Record>>& by_section) {
  for (auto& [name, records] : by_section)
    std::stable_sort(records.begin(), records.end(),
                     [](const auto& a, const auto& b) { return a.offset < b.offset; });
}

} // namespace

Btf parse_btf(const ElfFile& elf) {
  const auto section = elf.find(".BTF");
  if (!section)
    return nullptr;
  const Bytes& data = elf.sections[*section].data;
  btf* parsed = btf__new(data.data(), static_cast<std::uint32_t>(data.size()));
  if (!parsed)
    throw Failure(diagnose("PW-OBJ-003", "the object file is corrupt: section .BTF makes no sense")
                      .help("compile it again"));
  return Btf(parsed);
}

std::string btf_string(const btf* types, std::uint32_t offset) {
  const char* s = types ? btf__str_by_offset(types, offset) : nullptr;
  return s ? s : "";
}

const btf_type* strip_modifiers(const btf* types, std::uint32_t id, std::uint32_t* stripped) {
  const btf_type* t = btf__type_by_id(types, id);
  for (unsigned depth = 0; t && depth < 64 && (btf_is_mod(t) || btf_is_typedef(t)); ++depth) {
    id = t->type;
    t = btf__type_by_id(types, id);
  }
  if (stripped)
    *stripped = id;
  return t;
}

BtfExt parse_btf_ext(const ElfFile& elf, const btf* types) {
  BtfExt out;
  const auto section = elf.find(".BTF.ext");
  if (!section || !types)
    return out;
  const Bytes& data = elf.sections[*section].data;
  const ExtHeader h = read_header(data);
  const auto at = [&](std::size_t offset) { return h.header_length + offset; };
  for_each_record(data, at(h.line_offset), h.line_length, 16, types,
                  [&](const std::string& name, std::size_t r) {
                    const auto place = read<std::uint32_t>(data, r + 12);
                    out.lines[name].push_back(
                        {read<std::uint32_t>(data, r), read<std::uint32_t>(data, r + 4),
                         read<std::uint32_t>(data, r + 8), place >> 10, place & 0x3ff});
                  });
  for_each_record(data, at(h.core_offset), h.core_length, 16, types,
                  [&](const std::string& name, std::size_t r) {
                    out.core[name].push_back(
                        {read<std::uint32_t>(data, r), read<std::uint32_t>(data, r + 4),
                         read<std::uint32_t>(data, r + 8), read<std::uint32_t>(data, r + 12)});
                  });
  if (h.core_length != 0)
    out.core_length_at = offsetof(ExtHeader, core_length);
  sort_records(out.lines);
  sort_records(out.core);
  return out;
}

} // namespace pw::object
