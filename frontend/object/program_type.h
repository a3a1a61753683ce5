// What kind of program a section name, or else the use of the context, tells.
#pragma once

#include "frontend/object/object.h"

namespace pw::object {

// libbpf's type where it has one, else the prefix of the section's name ("xdp/...", "tc/...").
ProgramType type_from_section(const std::string& section, bpf_prog_type libbpf_type);

// Unknown if the instructions don't tell.
ProgramType type_from_context(const Program&);

} // namespace pw::object
