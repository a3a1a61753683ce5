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
    if (r_.verb == MapRequest::Verb::Update)
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
        {"show", MapRequest::Verb::Show},      {"list", MapRequest::Verb::Show},
        {"dump", MapRequest::Verb::Dump},      {"lookup", MapRequest::Verb::Lookup},
        {"update", MapRequest::Verb::Update},  {"delete", MapRequest::Verb::Delete},
        {"getnext", MapRequest::Verb::GetNext}};
    const std::string& word = next("show, dump, lookup, update, delete or getnext");
    for (const auto& [name, verb] : verbs)
      if (word == name) {
        r_.verb = verb;
        return;
      }
    wrong("'" + word + "' is not show, dump, lookup, update, delete or getnext");
  }
  void map() {
    if (take("name"))
      r_.name = next("the map's name");
    else if (take("id"))
      r_.id = number<std::uint32_t>(next("the map's id"), false, "the id of a map");
    else
      wrong("a map is named by 'id N' or 'name NAME'");
  }
  bool needs_key() const {
    return r_.verb == MapRequest::Verb::Lookup || r_.verb == MapRequest::Verb::Update ||
           r_.verb == MapRequest::Verb::Delete ||
           (r_.verb == MapRequest::Verb::GetNext && at_ < words_.size());
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
    r_.value = bytes();
    if (take("noexist"))
      r_.flags = 1;
    else if (take("exist"))
      r_.flags = 2;
    else
      take("any");
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
  for (const std::uint8_t b : bytes)
    out += (out.empty() ? "" : " ") + byte_text(b, "%02x");
  return out;
}

std::string entry_text(const MapInfo& map, unsigned cpu, const Entry& e) {
  if (map.per_cpu) {
    char number[32];
    std::snprintf(number, sizeof number, "value (CPU %02u): ", cpu);
    return "key:\n" + bytes_text(e.key) + "\n" + number + bytes_text(e.value) + "\n";
  }
  return "key: " + bytes_text(e.key) + "  value: " + bytes_text(e.value) + "\n";
}

std::string entry_json(const MapInfo& map, unsigned cpu, const Entry& e) {
  const std::string key = "{\"key\":" + bytes_json(e.key);
  if (map.per_cpu)
    return key + ",\"values\":[{\"cpu\":" + std::to_string(cpu) +
           ",\"value\":" + bytes_json(e.value) + "}]}";
  return key + ",\"value\":" + bytes_json(e.value) + "}";
}

} // namespace pw::cli
