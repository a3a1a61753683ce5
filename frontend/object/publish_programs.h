#pragma once

#include "frontend/object/elf_file.h"

namespace pw::object {

// Makes static functions in sections of programs global, so that libbpf takes them as programs.
// Throws Failure PW-OBJ-003.
void publish_programs(Bytes& image);

} // namespace pw::object
