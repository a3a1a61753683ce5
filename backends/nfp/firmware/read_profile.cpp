// Firmware profiles from JSON: every field is optional, everything that is wrong is said at once.
#include "backends/nfp/firmware/firmware.h"

#include "support/diagnostic.h"
#include "support/files.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <fstream>
#include <functional>
#include <set>

namespace pw::nfp {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t code_addresses = 1 << 14; // what a branch's address field holds

// The fields of one JSON object. What nobody asks for is unknown.
class Fields {
public:
  Fields(const Json& object, std::string prefix, std::vector<Diagnostic>& wrong)
      : object_(object), prefix_(std::move(prefix)), wrong_(wrong) {
    if (!object.is_object())
      complain(prefix_.empty() ? "the profile" : "'" + prefix_ + "'", "an object", object);
  }

  void number(const char* name, unsigned& out, std::uint64_t least, std::uint64_t most,
              std::uint64_t unit = 1) {
    value(name, range(least, most, unit), [&](const Json& v) {
      return in_range(v, least, most, unit) ? (out = v.get<unsigned>(), true) : false;
    });
  }
  void flag(const char* name, bool& out) {
    value(name, "true or false",
          [&](const Json& v) { return v.is_boolean() ? (out = v.get<bool>(), true) : false; });
  }
  void text(const char* name, std::string& out) {
    value(name, "a text", [&](const Json& v) {
      return v.is_string() ? (out = v.get<std::string>(), true) : false;
    });
  }
  // `take` says whether it could.
  void value(const char* name, const std::string& wanted,
             const std::function<bool(const Json&)>& take) {
    known_.insert(name);
    const auto it = object_.find(name);
    if (object_.is_object() && it != object_.end() && !take(*it))
      complain("'" + full(name) + "'", wanted, *it);
  }
  void object(const char* name, const std::function<void(Fields&)>& read) {
    known_.insert(name);
    const auto it = object_.find(name);
    if (!object_.is_object() || it == object_.end())
      return;
    Fields inner(*it, full(name), wrong_);
    read(inner);
    inner.finish();
  }

  void finish() {
    if (!object_.is_object())
      return;
    for (const auto& [name, value] : object_.items())
      if (!known_.contains(name))
        wrong_.push_back(
            diagnose("PW-NFP-002", "the firmware profile has an unknown field '" + full(name) + "'")
                .help("known here: " + list()));
  }

  static bool in_range(const Json& v, std::uint64_t least, std::uint64_t most,
                       std::uint64_t unit = 1) {
    return v.is_number_unsigned() && v.get<std::uint64_t>() >= least &&
           v.get<std::uint64_t>() <= most && v.get<std::uint64_t>() % unit == 0;
  }

private:
  static std::string range(std::uint64_t least, std::uint64_t most, std::uint64_t unit) {
    std::string out = "a number from " + std::to_string(least) + " to " + std::to_string(most);
    return unit == 1 ? out : out + ", a multiple of " + std::to_string(unit);
  }
  std::string full(const std::string& name) const {
    return prefix_.empty() ? name : prefix_ + "." + name;
  }
  std::string list() const {
    std::string out;
    for (const std::string& name : known_)
      out += (out.empty() ? "" : ", ") + name;
    return out;
  }
  void complain(const std::string& what, const std::string& wanted, const Json& found) {
    wrong_.push_back(diagnose("PW-NFP-003", what + " of the firmware profile has a wrong value")
                         .limited(wanted, found.dump()));
  }

  const Json& object_;
  std::string prefix_;
  std::vector<Diagnostic>& wrong_;
  std::set<std::string> known_;
};

bool take_types(const Json& list, std::vector<unsigned>& out) {
  if (!list.is_array())
    return false;
  std::vector<unsigned> types;
  for (const Json& v : list) {
    if (!Fields::in_range(v, 1, 255))
      return false;
    types.push_back(v.get<unsigned>());
  }
  out = types;
  return true;
}

bool take_helpers(const Json& object, std::map<unsigned, unsigned>& out) {
  if (!object.is_object())
    return false;
  std::map<unsigned, unsigned> helpers;
  for (const auto& [name, address] : object.items()) {
    unsigned id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error != std::errc() || end != name.data() + name.size() || id == 0 ||
        !Fields::in_range(address, 0, code_addresses - 1))
      return false;
    helpers[id] = address.get<unsigned>();
  }
  out = helpers;
  return true;
}

void read_adjust_head(Fields& f, FirmwareProfile::AdjustHead& h) {
  f.number("offset_min", h.offset_min, 0, 2048);
  f.number("offset_max", h.offset_max, 0, 2048);
  f.number("guaranteed_sub", h.guaranteed_sub, 0, 2048);
  f.number("guaranteed_add", h.guaranteed_add, 0, 2048);
}

void read_maps(Fields& f, FirmwareProfile::Maps& m) {
  f.value("types", "a list of numbers of bpf_map_type",
          [&](const Json& v) { return take_types(v, m.types); });
  f.number("max_maps", m.max_maps, 0, 0xffff);
  f.number("max_elements", m.max_elements, 0, 0xffff'ffff);
  f.number("max_key", m.max_key, 0, 4096);
  f.number("max_value", m.max_value, 0, 4096);
  f.number("max_element", m.max_element, 0, 8192);
}

void read_code_store(Fields& f, FirmwareProfile& p) {
  f.number("abi", p.abi, 2, 3);
  f.number("start", p.start, 0, code_addresses - 1);
  f.number("max_words", p.max_words, 1, code_addresses);
  f.number("done", p.done, 0, code_addresses - 1);
  f.number("stack_bytes", p.stack_bytes, 0, 4096, 64);
  f.number("split_bytes", p.split_bytes, 64, 255 * 64, 64);
  f.value("helpers", "an object from function ids to code addresses below 16384",
          [&](const Json& v) { return take_helpers(v, p.helpers); });
}

void read_capabilities(Fields& f, FirmwareProfile& p) {
  f.flag("has_adjust_head", p.has_adjust_head);
  f.object("adjust_head", [&](Fields& inner) { read_adjust_head(inner, p.adjust_head); });
  f.flag("adjust_tail", p.adjust_tail);
  f.flag("random", p.random);
  f.flag("queue_select", p.queue_select);
  f.object("maps", [&](Fields& inner) { read_maps(inner, p.maps); });
}

// What only shows in two fields together.
void check_fields(const FirmwareProfile& p, std::vector<Diagnostic>& wrong) {
  if (p.start + p.max_words > code_addresses)
    wrong.push_back(
        diagnose("PW-NFP-003", "the firmware profile's program doesn't fit the code store")
            .limited("start + max_words at most " + std::to_string(code_addresses),
                     std::to_string(p.start + p.max_words)));
  if (p.adjust_head.offset_min > p.adjust_head.offset_max)
    wrong.push_back(diagnose("PW-NFP-003", "the firmware profile has no room for adjust_head")
                        .limited("adjust_head.offset_min at most adjust_head.offset_max",
                                 std::to_string(p.adjust_head.offset_min) + " and " +
                                     std::to_string(p.adjust_head.offset_max)));
}

Json parse(const std::string& path) {
  std::ifstream in(path);
  if (const std::string reason = why_unreadable(path); !reason.empty())
    throw Failure(
        diagnose("PW-NFP-001", "the firmware profile '" + path + "' can't be read: " + reason));
  try {
    return Json::parse(in);
  } catch (const Json::exception& e) {
    throw Failure(
        diagnose("PW-NFP-001", "the firmware profile '" + path + "' is not JSON: " + e.what()));
  }
}

} // namespace

FirmwareProfile read_firmware_profile(const std::string& path) {
  const Json json = parse(path);
  FirmwareProfile profile;
  profile.name = path;
  std::vector<Diagnostic> wrong;
  Fields fields(json, "", wrong);
  fields.text("name", profile.name);
  read_code_store(fields, profile);
  read_capabilities(fields, profile);
  fields.finish();
  check_fields(profile, wrong);
  if (!wrong.empty())
    throw Failure(wrong);
  return profile;
}

} // namespace pw::nfp
