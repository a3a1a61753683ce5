#include "cli/map_words.h"

#include "support/diagnostic.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace pw::cli {

namespace {

using control::Bytes;
using control::Entry;
using control::MapInfo;

[[noreturn]] void wrong(const std::string& what) {
  throw Failure(diagnose("PW-CTL-010", what).help("see pipewright map --help"));
}

template <typename Number> Number number(const std::string& word, bool hex, const char* what) {
  const bool prefix = word.starts_with("0x") || word.starts_with("0X");
  const char* begin = word.data() + (prefix ? 2 : 0);
  const char* end = word.data() + word.size();
  Number n = 0;
  const auto [at, error] = std::from_chars(begin, end, n, hex || prefix ? 16 : 10);
  if (error != std::errc() || at != end || begin == end)
    wrong("'" + word + "' is not " + what);
  return n;
}

class Parser {
public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  MapRequest parse() {
    verb();
    if (r_.verb != MapRequest::Verb::Show || at_ < words_.size())
      map();
    if (needs_key())
      key();
    if (r_.verb == MapRequest::Verb::Update || r_.verb == MapRequest::Verb::Push)
      value();
    if (at_ < words_.size())
      wrong("'" + words_[at_] + "' is one word too many");
    return r_;
  }

private:
  const std::string& next(const char* what) {
    if (at_ == words_.size())
      wrong(std::string(what) + " is missing");
    return words_[at_++];
  }
  bool take(const char* word) {
    if (at_ == words_.size() || words_[at_] != word)
      return false;
    ++at_;
    return true;
  }
  void verb() {
    static const std::pair<const char*, MapRequest::Verb> verbs[] = {
        {"show", MapRequest::Verb::Show},       {"list", MapRequest::Verb::Show},
        {"dump", MapRequest::Verb::Dump},       {"lookup", MapRequest::Verb::Lookup},
        {"update", MapRequest::Verb::Update},   {"delete", MapRequest::Verb::Delete},
        {"getnext", MapRequest::Verb::GetNext}, {"push", MapRequest::Verb::Push},
        {"enqueue", MapRequest::Verb::Push},    {"peek", MapRequest::Verb::Peek},
        {"pop", MapRequest::Verb::Pop},         {"dequeue", MapRequest::Verb::Pop}};
    static const std::string known =
        "show, dump, lookup, update, delete, getnext, push, peek, pop, enqueue or dequeue";
    const std::string& word = next(known.c_str());
    for (const auto& [name, verb] : verbs)
      if (word == name) {
        r_.verb = verb;
        return;
      }
    wrong("'" + word + "' is not " + known);
  }
  void map() {
    if (take("name"))
      r_.name = next("the map's name");
    else if (take("id"))
      r_.id = number<std::uint32_t>(next("the map's id"), false, "the id of a map");
    else
      wrong("a map is named by 'id N' or 'name NAME'");
  }
  // Maps without keys have none; the others are told of a wrong size.
  bool needs_key() const {
    const bool more = at_ < words_.size();
    return r_.verb == MapRequest::Verb::Delete ||
           (r_.verb == MapRequest::Verb::Update && more && words_[at_] != "value") ||
           ((r_.verb == MapRequest::Verb::GetNext || r_.verb == MapRequest::Verb::Lookup) && more);
  }
  Bytes bytes() {
    const bool hex = take("hex");
    Bytes out;
    for (; at_ < words_.size() && words_[at_] != "value" && !is_flag(words_[at_]); ++at_)
      out.push_back(number<std::uint8_t>(words_[at_], hex, "a byte"));
    return out;
  }
  static bool is_flag(const std::string& word) {
    return word == "any" || word == "exist" || word == "noexist";
  }
  void key() {
    if (!take("key"))
      wrong("'key' and its bytes are missing");
    r_.key = bytes();
  }
  void value() {
    if (!take("value"))
      wrong("'value' and its bytes are missing");
    if (take("name"))
      r_.value_name = next("the name of what the slot is to hold");
    else if (take("id"))
      put_number(number<std::uint32_t>(next("the id of what the slot is to hold"), false, "an id"));
    else
      r_.value = bytes();
    if (take("noexist"))
      r_.flags = 1;
    else if (take("exist"))
      r_.flags = 2;
    else
      take("any");
  }

  void put_number(std::uint32_t n) {
    r_.value.emplace();
    control::put32(*r_.value, n);
  }

  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  MapRequest r_;
};

std::string byte_text(std::uint8_t byte, const char* format) {
  char text[8];
  std::snprintf(text, sizeof text, format, unsigned{byte});
  return text;
}

nlohmann::ordered_json map_json(const MapInfo& m) {
  return {{"id", m.id},
          {"type", m.type_name},
          {"name", m.name},
          {"flags", m.flags},
          {"bytes_key", m.key_bytes},
          {"bytes_value", m.value_bytes},
          {"max_entries", m.max_entries},
          {"frozen", m.access == control::Access::Constant ? 1 : 0}};
}

} // namespace

MapRequest parse_map_words(const std::vector<std::string>& words) { return Parser(words).parse(); }

std::string map_list_text(const std::vector<const MapInfo*>& maps) {
  std::string out;
  for (const MapInfo* m : maps) {
    char flags[16];
    std::snprintf(flags, sizeof flags, "0x%x", m->flags);
    out += std::to_string(m->id) + ": " + m->type_name + "  name " + m->name + "  flags " + flags +
           "\n\tkey " + std::to_string(m->key_bytes) + "B  value " +
           std::to_string(m->value_bytes) + "B  max_entries " + std::to_string(m->max_entries) +
           (m->access == control::Access::Constant ? "  frozen" : "") + "\n";
  }
  return out;
}

std::string map_list_json(const std::vector<const MapInfo*>& maps) {
  auto out = nlohmann::ordered_json::array();
  for (const MapInfo* m : maps)
    out.push_back(map_json(*m));
  return out.dump();
}

std::string bytes_json(const Bytes& bytes) {
  std::string out;
  for (const std::uint8_t b : bytes)
    out += (out.empty() ? "" : ",") + byte_text(b, "\"0x%02x\"");
  return "[" + out + "]";
}

std::string bytes_text(const Bytes& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out += (i == 0        ? ""
            : i % 16 == 0 ? "\n"
            : i % 8 == 0  ? "  "
                          : " ") +
           byte_text(bytes[i], "%02x");
  return out;
}

std::string entry_text(const MapInfo& map, unsigned cpu, const Entry& e) {
  constexpr std::size_t line = 16, both = 24; // bytes that stand behind their names; on one line
  if (map.per_cpu) {
    char number[32];
    std::snprintf(number, sizeof number, "value (CPU %02u):%c", cpu,
                  e.value.size() > line ? '\n' : ' ');
    return "key:\n" + bytes_text(e.key) + "\n" + number + bytes_text(e.value) + "\n";
  }
  const bool apart = e.key.size() > line || e.value.size() > line;
  const char* const behind = apart ? ":\n" : ": ";
  const bool together = !apart && e.key.size() + e.value.size() <= both;
  return (e.key.empty() ? "" : "key" + (behind + bytes_text(e.key)) + (together ? "  " : "\n")) +
         "value" + behind + bytes_text(e.value) + "\n";
}

std::string pretty_json(const std::string& json) {
  return nlohmann::ordered_json::parse(json).dump(4) + "\n";
}

std::string entry_json(const MapInfo& map, unsigned cpu, const Entry& e) {
  const std::string key = "{\"key\":" + bytes_json(e.key);
  if (map.per_cpu)
    return key + ",\"values\":[{\"cpu\":" + std::to_string(cpu) +
           ",\"value\":" + bytes_json(e.value) + "}]}";
  return key + ",\"value\":" + bytes_json(e.value) + "}";
}

} // namespace pw::cli
