// Words between the processes of a sweep on several machines. Rank 0 hands points out, the others
// run them.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace pw::cli::sweep {

struct Letter {
  unsigned from = 0; // rank
  std::string text;
};

class Transport {
public:
  virtual ~Transport() = default;
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
  virtual void send(unsigned to, const std::string&) = 0; // does not wait for the receiver
  virtual std::optional<Letter> receive() = 0;            // nullopt: nothing has come
  // Before the end. `all_alive` = false: a rank is lost, so don't wait for it.
  virtual void close(bool all_alive) = 0;
};

// Open MPI's, if this process was started by mpirun; else null. It is in a module of its own beside
// the binary, so that nothing else needs MPI. Throws Failure PW-OPT-010 if the module is missing or
// can't be loaded.
std::unique_ptr<Transport> mpi_transport();

} // namespace pw::cli::sweep
