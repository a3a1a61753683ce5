#include "frontend/object/wire.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <functional>

namespace pw {

using json = nlohmann::json;

static void to_json(json& j, const SourceLocation& l) { j = {l.file, l.line, l.column, l.text}; }
static void from_json(const json& j, SourceLocation& l) {
  j.at(0).get_to(l.file);
  j.at(1).get_to(l.line);
  j.at(2).get_to(l.column);
  j.at(3).get_to(l.text);
}

static void to_json(json& j, const LineInfo& l) { j = {l.insn, l.location}; }
static void from_json(const json& j, LineInfo& l) {
  j.at(0).get_to(l.insn);
  j.at(1).get_to(l.location);
}

static void to_json(json& j, const Subprogram& s) { j = {s.insn, s.name}; }
static void from_json(const json& j, Subprogram& s) {
  j.at(0).get_to(s.insn);
  j.at(1).get_to(s.name);
}

static void to_json(json& j, const MapDefinition& m) {
  j = {m.name,
       m.type,
       m.key_size,
       m.value_size,
       m.max_entries,
       m.flags,
       m.global,
       json::binary(m.initial),
       m.legacy,
       m.inner ? json(*m.inner) : json(),
       m.initial_programs,
       m.initial_maps,
       m.spin_lock ? json(*m.spin_lock) : json(),
       m.role,
       m.inner_maps,
       m.extra};
}
static void from_json(const json& j, MapDefinition& m) {
  j.at(0).get_to(m.name);
  j.at(1).get_to(m.type);
  j.at(2).get_to(m.key_size);
  j.at(3).get_to(m.value_size);
  j.at(4).get_to(m.max_entries);
  j.at(5).get_to(m.flags);
  j.at(6).get_to(m.global);
  m.initial = j.at(7).get_binary();
  j.at(8).get_to(m.legacy);
  if (!j.at(9).is_null())
    m.inner = j.at(9).get<unsigned>();
  j.at(10).get_to(m.initial_programs);
  j.at(11).get_to(m.initial_maps);
  if (!j.at(12).is_null())
    m.spin_lock = j.at(12).get<std::uint32_t>();
  j.at(13).get_to(m.role);
  j.at(14).get_to(m.inner_maps);
  j.at(15).get_to(m.extra);
}

static json::binary_t pack(const std::vector<bpf_insn>& insns) {
  std::vector<std::uint8_t> raw(insns.size() * sizeof(bpf_insn));
  if (!raw.empty())
    std::memcpy(raw.data(), insns.data(), raw.size());
  return json::binary_t(std::move(raw));
}
static std::vector<bpf_insn> unpack(const std::vector<std::uint8_t>& raw) {
  std::vector<bpf_insn> insns(raw.size() / sizeof(bpf_insn));
  if (!insns.empty())
    std::memcpy(insns.data(), raw.data(), insns.size() * sizeof(bpf_insn));
  return insns;
}

static void to_json(json& j, const Program& p) {
  j = {p.name, p.section, p.type, p.type_name, json(pack(p.insns)), p.lines, p.subprograms};
}
static void from_json(const json& j, Program& p) {
  j.at(0).get_to(p.name);
  j.at(1).get_to(p.section);
  j.at(2).get_to(p.type);
  j.at(3).get_to(p.type_name);
  p.insns = unpack(j.at(4).get_binary());
  j.at(5).get_to(p.lines);
  j.at(6).get_to(p.subprograms);
}

static void to_json(json& j, const Object& o) {
  j = {o.license, o.maps, o.programs, o.kernel_functions};
}
static void from_json(const json& j, Object& o) {
  j.at(0).get_to(o.license);
  j.at(1).get_to(o.maps);
  j.at(2).get_to(o.programs);
  j.at(3).get_to(o.kernel_functions);
}

static void to_json(json& j, const Diagnostic& d) {
  j = {d.code,     d.severity, d.exit,  d.message, d.insn ? json(*d.insn) : json(),
       d.location, d.rule,     d.limit, d.value,   d.remedy};
}
static void from_json(const json& j, Diagnostic& d) {
  j.at(0).get_to(d.code);
  j.at(1).get_to(d.severity);
  j.at(2).get_to(d.exit);
  j.at(3).get_to(d.message);
  if (!j.at(4).is_null())
    d.insn = j.at(4).get<unsigned>();
  j.at(5).get_to(d.location);
  j.at(6).get_to(d.rule);
  j.at(7).get_to(d.limit);
  j.at(8).get_to(d.value);
  j.at(9).get_to(d.remedy);
}

namespace object {

namespace {
bool is_utf8(const std::string& s) {
  try {
    json(s).dump();
    return true;
  } catch (const json::exception&) {
    return false;
  }
}

} // namespace

std::string readable(std::string s) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(s.begin(), s.end(), is_ascii) && !is_utf8(s))
    std::replace_if(s.begin(), s.end(), std::not_fn(is_ascii), '?');
  return s;
}

namespace {

// Names in an object file are bytes, but whoever prints them as JSON needs UTF-8.
json clean(json j) {
  if (j.is_string()) {
    auto& s = j.get_ref<std::string&>();
    s = readable(std::move(s));
  } else if (j.is_array()) {
    for (json& child : j)
      child = clean(std::move(child));
  }
  return j;
}

json body(const Object& o) { return clean(o); }
json body(const Bytes& b) { return json::binary(b); }
json body(const Diagnostics& d) { return clean(d); }

Answer answer(const json& j) {
  switch (j.at(0).get<int>()) {
  case 0:
    return j.at(1).get<Object>();
  case 1:
    return static_cast<const Bytes&>(j.at(1).get_binary());
  default:
    return j.at(1).get<Diagnostics>();
  }
}

} // namespace

Bytes encode(const Answer& a) {
  return json::to_cbor(
      json::array({a.index(), std::visit([](const auto& x) { return body(x); }, a)}));
}

std::optional<Answer> decode(const Bytes& bytes) {
  try {
    return answer(json::from_cbor(bytes));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

} // namespace object
} // namespace pw
