// Points that run in child processes of this one: `pipewright estimate` itself, so that what
// crashes or runs out of memory is one point and not the sweep.
#pragma once

#include "cli/files.h"
#include "cli/sweep/store.h"

#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace pw::cli::sweep {

struct Finished {
  std::size_t point = 0; // as given to start()
  Outcome outcome;
  bool lost = false; // the process was killed: worth another try
};

class Children {
public:
  ~Children(); // those that still run are killed
  // Runs this binary with these arguments. Throws std::system_error if no process can be made.
  void start(std::size_t point, const std::vector<std::string>& arguments);
  // One that has ended; waits for `milliseconds` at most.
  std::optional<Finished> wait(unsigned milliseconds);
  std::size_t running() const { return running_.size(); }

private:
  std::filesystem::path output(std::size_t point, const char* which) const;
  Finished finished(std::size_t point, int status) const;

  TemporaryDirectory folder_;
  std::map<pid_t, std::size_t> running_;
};

} // namespace pw::cli::sweep
