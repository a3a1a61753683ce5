// Reads an object image: what happens inside the child process. The image may be hostile: this may
// crash or run long, and the parent guards against that.
#pragma once

#include "frontend/object/elf_file.h"
#include "frontend/object/object.h"

namespace pw::object {

// The image that libbpf 1.x opens: legacy map definitions translated, CO-RE relocations done,
// values set (those in .data* and .rodata*). Throws Failure.
Bytes prepare_image(const Bytes& image, const OpenOptions&);

// path and sha256 are left empty. Throws Failure.
Object read_object(const Bytes& image, const OpenOptions&);

} // namespace pw::object
