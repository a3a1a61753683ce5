// The bits of a Bloom filter of the kernel. No system call shows them: a program reads the kernel's
// memory.
#pragma once

#include "sim/engine.h"

namespace pw::kernel {

// As sim/maps/bloom.h. Throws Failure PW-ENG-004 if the kernel doesn't tell where they are (BTF),
// PW-ENG-005 if they can't be read.
MapContents read_bloom_filter(int fd, const MapDefinition&);

} // namespace pw::kernel
