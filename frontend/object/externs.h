// What an object declares but doesn't define: kernel configuration values (.kconfig), kernel
// functions and kernel symbols (.ksyms).
#pragma once

#include "frontend/object/link.h"

namespace pw::object {

struct Externs {
  std::map<std::string, Extern> by_name;
  std::map<std::int32_t, std::string> functions; // BTF id -> name
  Bytes config;                                  // contents of .kconfig, laid out as libbpf does
};

// Values come from `set` (--set), LINUX_KERNEL_VERSION from this machine; weak ones default to 0.
// Throws Failure PW-OBJ-009 for a value that is not known, PW-OBJ-011 for one that doesn't fit.
Externs resolve_externs(const ElfFile&, const btf* types,
                        const std::map<std::string, std::string>& set);

} // namespace pw::object
