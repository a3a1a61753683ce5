// Results of a sweep on disk, kept as they come: one line of JSON each, so that a sweep that was
// stopped goes on where it was.
#pragma once

#include "cli/output.h"
#include "cli/sweep/plan.h"

#include <cstdio>
#include <filesystem>
#include <map>

namespace pw::cli::sweep {

// What became of a point: the JSON of `pipewright estimate`, or why there is none.
struct Outcome {
  Json result;       // null if it failed
  std::string error; // in words; "" = there is a result
  Json diagnostics = Json::array();
  unsigned attempts = 1; // processes that it took
};

class Store {
public:
  // Opens FOLDER/results.jsonl, or makes it. A last line that was cut off is left out and written
  // over. Throws Failure PW-OPT-002 (can't be written), PW-OPT-009 (not the file of a sweep).
  explicit Store(const std::filesystem::path& folder);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const Outcome* find(const std::string& key) const;
  // Is on disk when this returns. Throws Failure PW-OPT-002: the disk is full.
  void add(const Point&, Outcome);

private:
  void read(const std::filesystem::path&);

  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
  std::map<std::string, Outcome> known_;
};

// One row a point, in the order of the plan; points without an outcome are left out.
std::string to_csv(const std::vector<Point>&, const Store&);
Json to_json(const std::vector<Point>&, const Store&);

} // namespace pw::cli::sweep
