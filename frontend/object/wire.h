// What the child process sends to its parent, as CBOR.
#pragma once

#include "frontend/object/elf_file.h"
#include "frontend/object/object.h"

#include <variant>

namespace pw::object {

using Diagnostics = std::vector<Diagnostic>;
using Answer = std::variant<Object, Bytes, Diagnostics>;

Bytes encode(const Answer&);
std::optional<Answer> decode(const Bytes&); // nothing if it is cut short

// The text itself if it is UTF-8, else with '?' for what isn't ASCII in it.
std::string readable(std::string);

} // namespace pw::object
