// What `diff` tells: JSON for programs, text for people.
#pragma once

#include "cli/output.h"
#include "sim/diff/diff.h"

#include <optional>
#include <string>
#include <vector>

namespace pw::cli {

// Files that show a minimised difference again.
struct Reproduction {
  std::string folder, capture;
  std::string maps; // "" if none were needed
  std::string command;
};

// engines: names in the order in which they ran.
Json diff_json(const std::vector<std::string>& engines, const DiffResult&,
               const std::optional<Reproduction>&);
std::string diff_text(const std::vector<std::string>& engines, std::size_t packets,
                      const DiffResult&, const std::optional<Reproduction>&);

} // namespace pw::cli
