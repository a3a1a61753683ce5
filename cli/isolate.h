// Work in child processes: several at a time, and what happens to one does not happen to the
// others.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pw::cli {

struct Isolated {
  std::optional<std::string> text; // what the work returned
  std::string how; // why there is no text: "crashed (signal 11)", "took longer than 300 s"
};

// One result a job, in order. `seconds`: limit of each job.
std::vector<Isolated> run_isolated(const std::vector<std::function<std::string()>>& jobs,
                                   unsigned seconds);

} // namespace pw::cli
