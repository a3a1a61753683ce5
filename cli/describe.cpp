#include "cli/describe.h"

#include "cli/expression.h"
#include "cli/map_access.h"

#include <algorithm>
#include <map>
#include <set>

namespace pw::cli {

using namespace pw::pipeline;

namespace {

constexpr std::size_t max_lines = 8;   // of each kind and stage, in the text for people
constexpr std::size_t max_width = 140; // of an expression there

const char* arithmetic(OpKind kind) {
  switch (kind) {
  case OpKind::Add:
    return "add";
  case OpKind::Sub:
    return "subtract";
  case OpKind::Mul:
    return "multiply";
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return "shift";
  case OpKind::And:
  case OpKind::Or:
  case OpKind::Xor:
    return "logic";
  case OpKind::Select:
  case OpKind::Mux:
    return "select";
  default:
    return nullptr;
  }
}

void drop_repeated(std::vector<std::string>& texts) {
  std::set<std::string> seen;
  std::erase_if(texts, [&](const std::string& text) { return !seen.insert(text).second; });
}

class Describer {
public:
  explicit Describer(const Pipeline& p) : p_(p), expressions_(p), stages_(p.stages) {}

  std::vector<StageText> run() {
    number();
    for (const Operation& op : p_.operations)
      add(op);
    for (StageText& s : stages_)
      finish(s);
    verdict();
    return std::move(stages_);
  }

private:
  void number() {
    for (unsigned s = 0; s < p_.stages; ++s)
      stages_[s].stage = s;
    for (unsigned r = 0; r < p_.regions.size(); ++r)
      for (unsigned s = p_.regions[r].first_stage; s <= p_.regions[r].last_stage; ++s)
        stages_.at(s).region = r;
    for (const Value& v : p_.values)
      for (unsigned s = v.defined; s < v.last_use; ++s)
        stages_.at(s).register_bits += v.width;
  }

  std::string when(ValueId enable) const {
    const std::string text = expressions_.of(enable, 2);
    return text == "1" ? "" : " if " + text;
  }

  void add(const Operation& op) {
    if (op.kind == OpKind::Constant || op.stage >= stages_.size())
      return;
    StageText& s = stages_[op.stage];
    if (op.location.known())
      s.lines.push_back(op.location);
    if (const char* name = arithmetic(op.kind))
      ++counts_[op.stage][name];
    effect(op, s);
  }

  void effect(const Operation& op, StageText& s) const {
    const auto of = [&](std::size_t i) { return expressions_.of(op.operands.at(i), 3); };
    switch (op.kind) {
    case OpKind::Compare:
      match(op, s);
      break;
    case OpKind::MapFind:
      s.match.push_back("look up " + map(op) + "[" + of(1) + "]" + when(op.operands.at(0)));
      break;
    case OpKind::MapAccess:
      s.match.push_back("look up " + map(op) + "[" + of(1) + "]" + when(op.operands.at(0)));
      change("insert into ", op, 2, s);
      change("delete from ", op, 3, s);
      break;
    case OpKind::MapRead:
      s.actions.push_back("read " + expressions_.column(op));
      break;
    case OpKind::MapWrite:
      s.actions.push_back("write " + expressions_.column(op) + " = " + of(2) +
                          when(op.operands.at(0)));
      break;
    case OpKind::PacketRead:
      s.actions.push_back("read " + expressions_.of(op.result));
      break;
    case OpKind::PacketWrite:
      s.actions.push_back("write " + target(op) + " = " + of(1) + when(op.operands.at(0)));
      break;
    case OpKind::Trace:
      s.actions.push_back("trace" + when(op.operands.at(0)));
      break;
    case OpKind::Event:
      s.actions.push_back("event for " + p_.event_maps.at(op.map).name + when(op.operands.at(0)));
      break;
    default:
      break;
    }
  }

  // Who knows whether two things are equal knows whether they differ.
  void match(const Operation& op, StageText& s) const {
    const std::string opposite = expressions_.complement(op);
    if (std::ranges::find(s.match, opposite) == s.match.end())
      s.match.push_back(expressions_.of(op.result));
  }

  void change(const char* what, const Operation& op, std::size_t condition, StageText& s) const {
    const std::string text = expressions_.of(op.operands.at(condition), 2);
    if (text != "0")
      s.actions.push_back(what + map(op) + when(op.operands.at(condition)));
  }

  std::string map(const Operation& op) const { return p_.maps.at(op.map).name; }

  std::string target(const Operation& op) const {
    return Expressions::packet_bytes(op.offset, p_.values.at(op.operands.at(1)).width / 8);
  }

  void finish(StageText& s) {
    std::string sum;
    for (const auto& [name, count] : counts_[s.stage])
      sum += (sum.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    if (!sum.empty())
      s.actions.push_back("compute: " + sum);
    const auto key = [](const SourceLocation& l) { return std::tie(l.file, l.line); };
    std::sort(s.lines.begin(), s.lines.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
    s.lines.erase(std::unique(s.lines.begin(), s.lines.end(),
                              [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                  s.lines.end());
    drop_repeated(s.match);
    drop_repeated(s.actions);
  }

  void verdict() {
    if (!stages_.empty())
      stages_.back().actions.push_back("verdict = " + expressions_.of(p_.result.retval, 3));
  }

  const Pipeline& p_;
  Expressions expressions_;
  std::vector<StageText> stages_;
  std::map<unsigned, std::map<std::string, unsigned>> counts_;
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos
             ? ""
             : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::string shortened(const std::string& text) {
  return text.size() <= max_width ? text : text.substr(0, max_width - 4) + " ...";
}

// "  match  a" and, below it, the others.
std::string block(const std::string& title, const std::vector<std::string>& lines) {
  std::string out;
  for (std::size_t i = 0; i < std::min(lines.size(), max_lines); ++i)
    out += "    " + (i == 0 ? title : std::string(title.size(), ' ')) + "  " + shortened(lines[i]) +
           "\n";
  if (lines.size() > max_lines)
    out += "    " + std::string(title.size(), ' ') + "  and " +
           std::to_string(lines.size() - max_lines) + " more\n";
  return out;
}

std::vector<std::string> line_texts(const StageText& s) {
  std::vector<std::string> out;
  for (const SourceLocation& l : s.lines) {
    std::string text = file_name(l.file) + ":" + std::to_string(l.line);
    text.resize(std::max<std::size_t>(text.size(), 22), ' ');
    out.push_back(text + "  " + trimmed(l.text));
  }
  return out;
}

const char* kind_name(MapKind kind) {
  switch (kind) {
  case MapKind::Array:
    return "array";
  case MapKind::Present:
    return "array with presence bits";
  case MapKind::Hash:
    return "hash";
  case MapKind::Table:
    return "table";
  case MapKind::Lpm:
    return "longest prefix";
  }
  return "map";
}

const char* memory_name(Memory memory) {
  switch (memory) {
  case Memory::Distributed:
    return "LUT RAM or registers";
  case Memory::Block:
    return "block RAM";
  case Memory::Ultra:
    return "URAM";
  }
  return "memory";
}

} // namespace

std::vector<StageText> describe(const Pipeline& p) { return Describer(p).run(); }

std::string stages_text(const Pipeline& p) {
  std::string out;
  for (const StageText& s : describe(p)) {
    out += "stage " + std::to_string(s.stage);
    if (p.regions.size() > 1)
      out += " (region " + std::to_string(s.region) + ")";
    out += ", " + std::to_string(s.register_bits) + " register bits behind it\n";
    if (s.match.empty() && s.actions.empty())
      out += block("wait ", {"for a memory or a lookup that an earlier stage began"});
    out += block("match", s.match) + block("do   ", s.actions) + block("C    ", line_texts(s));
  }
  return out;
}

Json stages_json(const Pipeline& p) {
  Json list = Json::array();
  for (const StageText& s : describe(p)) {
    Json lines = Json::array();
    for (const SourceLocation& l : s.lines)
      lines.push_back({{"file", l.file}, {"line", l.line}, {"text", trimmed(l.text)}});
    list.push_back({{"stage", s.stage},
                    {"region", s.region},
                    {"register_bits", s.register_bits},
                    {"match", s.match},
                    {"actions", s.actions},
                    {"lines", lines}});
  }
  return list;
}

std::string maps_text(const Pipeline& p) {
  std::string out;
  for (unsigned i = 0; i < p.maps.size(); ++i) {
    const Map& m = p.maps[i];
    out += "  " + m.name + ": " + kind_name(m.kind) + (m.lru ? " (LRU), key " : ", key ") +
           std::to_string(m.key_bytes) + " bytes, value " + std::to_string(m.value_bytes) +
           " bytes, " + std::to_string(m.max_entries) +
           (m.max_entries == 1 ? " entry in " : " entries in ") + std::to_string(m.slots) +
           (m.slots == 1 ? " slot" : " slots");
    std::set<std::string> memories;
    for (const Column& c : m.columns)
      memories.insert(memory_name(c.memory));
    for (const std::string& memory : memories)
      out += (memory == *memories.begin() ? "; " : ", ") + memory;
    out += "\n    " + text_of(use_of_map(p, i)) + "\n";
  }
  return out;
}

Json maps_json(const Pipeline& p) {
  Json list = Json::array();
  for (unsigned i = 0; i < p.maps.size(); ++i) {
    Json map = json_of(use_of_map(p, i));
    map["name"] = p.maps[i].name;
    map["kind"] = kind_name(p.maps[i].kind);
    list.push_back(map);
  }
  return list;
}

} // namespace pw::cli
