#include "sim/rtl/library.h"

#include "support/diagnostic.h"

#include <dlfcn.h>

namespace pw::rtl {

void misbehaves(const std::string& what) {
  throw Failure(diagnose("PW-RTL-105", "the simulated hardware misbehaves: " + what));
}

Library::Library(const std::filesystem::path& path, bool kept)
    : library_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | (kept ? RTLD_NODELETE : 0))) {
  if (!library_)
    throw Failure(
        diagnose("PW-RTL-103", std::string("the simulator can't be loaded: ") + dlerror()));
}

Library::~Library() { dlclose(library_); }

void* Library::address(const char* name) const {
  void* address = dlsym(library_, name);
  if (!address)
    throw Failure(diagnose("PW-RTL-103", std::string("the simulator has no function ") + name));
  return address;
}

} // namespace pw::rtl
