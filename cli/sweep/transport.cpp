#include "cli/sweep/transport.h"

#include "support/diagnostic.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>

namespace pw::cli::sweep {

std::unique_ptr<Transport> mpi_transport() {
  if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr)
    return nullptr;
  const auto module =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "pipewright_mpi.so";
  // MPI's own libraries look for symbols of each other.
  void* library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_GLOBAL);
  void* made = library == nullptr ? nullptr : ::dlsym(library, "pw_make_transport");
  if (made == nullptr)
    throw Failure(
        diagnose("PW-OPT-010", "this build can't run under mpirun: " + std::string(::dlerror()))
            .help("install libboost-mpi-dev and openmpi-bin, and build again"));
  return std::unique_ptr<Transport>(reinterpret_cast<Transport* (*)()>(made)());
}

} // namespace pw::cli::sweep
