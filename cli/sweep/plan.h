// The points of a sweep: every program with every combination of values of the options that vary.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pw::cli::sweep {

// An option of `pipewright estimate` (without dashes), or a key of its traffic specification, and
// its values.
struct Axis {
  std::string name;
  std::vector<std::string> values; // at least one, none twice
};

struct Subject {
  std::string path;   // object file
  std::string sha256; // of the file: results of another one are not taken over
};

struct Point {
  std::vector<std::pair<std::string, std::string>> where; // "program" first, then each axis
  std::vector<std::string> arguments;                     // behind `pipewright`; with --json
  std::string key; // equal for points that give equal results
};

struct Plan {
  std::vector<Subject> subjects;
  std::vector<Axis> axes;
  std::vector<std::string> fixed; // arguments that all points share
  std::string traffic; // specification that traffic axes change; "" = estimate's own default
};

// "clock=200MHz,250MHz". Throws Failure PW-OPT-008: no name, no value, a value twice.
Axis parse_axis(const std::string&);

// In the order of a nested loop, the last axis fastest. Throws Failure PW-OPT-008: an axis twice.
std::vector<Point> points_of(const Plan&);

// `specification` with one key set, in its place or at the end.
std::string with_traffic(const std::string& specification, const std::string& key,
                         const std::string& value);

} // namespace pw::cli::sweep
