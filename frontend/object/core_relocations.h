// CO-RE relocations against the object's own type information.
#pragma once

#include "frontend/object/elf_file.h"

namespace pw::object {

// Does them in the image, and hides them from libbpf, which would do them against the running
// kernel. Throws Failure PW-OBJ-003, PW-OBJ-007.
void apply_core_relocations(Bytes& image);

} // namespace pw::object
