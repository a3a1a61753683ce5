// Map files (--maps, --dump-maps): one JSON object, map name -> list of entries as `bpftool map
// dump --json` prints them: {"key":["0x01",...],"value":[...]}, per-CPU
// {"key":[...],"values":[{"cpu":0,"value":[...]}]}, redirect maps
// {"key":[...],"ifindex"|"cpu"|"queue":N}, program arrays {"key":[...],"program":"NAME"}.
// Queues and stacks {"value":[...]}, what is taken first at first. Maps of maps
// {"key":[...],"map":"NAME"}; a map that is there only for one of them may also stand as
// {"like":"OUTER","entries":[...]}, which adds it even if it is in no slot. "formatted" is ignored.
// Bytes may be written as "0x0a" or as numbers; a key or redirect target as an unsigned number of
// the key's size, little-endian, too.
#pragma once

#include "sim/engine.h"

#include <string>

namespace pw {

// `source` names the text in diagnostics. cpu: whose value of a per-CPU map counts (others must be
// zeros). Throws Failure (PW-IN-1xx) with every finding: map, entry, expected size.
MapState parse_maps(const std::string& text, const std::string& source, const Object&,
                    std::uint32_t cpu = 0);
MapState read_maps(const std::string& path, const Object&, std::uint32_t cpu = 0);

// Adds the inner maps that the file names and the object doesn't have, so that they are compiled
// with it (make_parts is called). To be done before the file is read. Throws Failure (PW-IN-1xx).
void declare_inner_maps(const std::string& text, const std::string& source, Object&);
void read_inner_maps(const std::string& path, Object&);

// Entries sorted by key bytes, maps by name; ends in a newline.
std::string print_maps(const MapState&, const Object&, std::uint32_t cpu = 0);
// Writes through a temporary name, so that a half-written file is never seen. Throws Failure
// (PW-IN-...).
void write_maps(const std::string& path, const MapState&, const Object&, std::uint32_t cpu = 0);

} // namespace pw
