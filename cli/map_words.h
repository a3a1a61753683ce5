// The words of `pipewright map`, which are bpftool's: what to do with which map, and bytes.
#pragma once

#include "control/maps.h"

#include <string>
#include <vector>

namespace pw::cli {

struct MapRequest {
  enum class Verb {
    Show,
    Dump,
    Lookup,
    Update,
    Delete,
    GetNext,
    Push,
    Peek,
    Pop
  } verb = Verb::Show;
  std::string name;                // "" = by id, or none
  std::optional<std::uint32_t> id; // neither: all of them (show)
  std::optional<control::Bytes> key, value;
  // In place of a value, for slots of program arrays and maps of maps: "value name N", "value id
  // N".
  std::string value_name;
  std::uint64_t flags = 0;
};

// "update name flows key hex 0a 00 value 1 2 3 any". Throws Failure PW-CTL-010.
MapRequest parse_map_words(const std::vector<std::string>& words);

// What goes to standard output; plain or JSON, as bpftool prints it.
std::string map_list_text(const std::vector<const control::MapInfo*>&);
std::string map_list_json(const std::vector<const control::MapInfo*>&);
std::string entry_text(const control::MapInfo&, unsigned cpu, const control::Entry&);
std::string entry_json(const control::MapInfo&, unsigned cpu, const control::Entry&);
std::string bytes_json(const control::Bytes&);
std::string bytes_text(const control::Bytes&);    // groups of 8, lines of 16
std::string pretty_json(const std::string& json); // as with bpftool -p

} // namespace pw::cli
