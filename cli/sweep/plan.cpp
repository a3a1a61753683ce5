#include "cli/sweep/plan.h"

#include "cli/output.h"
#include "sim/traffic/traffic.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>

namespace pw::cli::sweep {

namespace {

// What a sweep says itself.
bool is_own(const std::string& option) {
  return option == "json" || option == "out" || option == "traffic" || option == "help";
}

Failure bad_axis(const std::string& text, const std::string& why) {
  return Failure(diagnose("PW-OPT-008", "--vary " + text + ": " + why)
                     .help("write an option of `pipewright estimate` or a key of its traffic, and "
                           "values: clock=200MHz,250MHz"));
}

std::string name_of(const std::string& option) {
  const std::size_t start = option.find_first_not_of('-');
  return start == std::string::npos ? "" : option.substr(start, option.find('=') - start);
}

// Of an argument, "PATH" or "--option=PATH", that names a file; "" for others.
std::string contents_of(const std::string& argument) {
  const std::string path =
      argument.starts_with("--") ? argument.substr(argument.find('=') + 1) : argument;
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none))
    return "";
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What the result depends on: files by their contents, everything else by the command line.
std::string key_of(const Subject& subject, const std::vector<std::string>& arguments) {
  Json key = Json::array({PW_VERSION, subject.sha256});
  for (const std::string& argument : arguments) {
    if (argument == subject.path)
      continue;
    key.push_back(argument);
    if (const std::string contents = contents_of(argument); !contents.empty())
      key.push_back(std::hash<std::string>()(contents));
  }
  return key.dump();
}

// A capture has no traffic specification; its rate is an option.
bool has_capture(const Plan& plan) {
  return std::ranges::any_of(plan.fixed, [](const auto& o) { return name_of(o) == "in"; }) ||
         std::ranges::any_of(plan.axes, [](const Axis& a) { return a.name == "in"; });
}

void check_names(const Plan& plan) {
  std::set<std::string> names;
  for (const Axis& axis : plan.axes) {
    if (!names.insert(axis.name).second)
      throw bad_axis(axis.name, "it varies twice");
    if (is_own(axis.name))
      throw bad_axis(axis.name, "a sweep says that itself");
  }
  for (const std::string& option : plan.fixed)
    if (is_own(name_of(option)))
      throw Failure(
          diagnose("PW-OPT-008", "--fix " + name_of(option) + ": a sweep says that itself")
              .help("use the sweep's own option of that name"));
}

Point point_of(const Plan& plan, const Subject& subject, const std::vector<std::size_t>& chosen) {
  Point p;
  p.where.emplace_back("program", subject.path);
  p.arguments = {"estimate", subject.path};
  std::string traffic = plan.traffic;
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    const Axis& axis = plan.axes[i];
    const std::string& value = axis.values[chosen[i]];
    p.where.emplace_back(axis.name, value);
    if (is_traffic_key(axis.name) && !(axis.name == "rate" && has_capture(plan)))
      traffic = with_traffic(traffic, axis.name, value);
    else
      p.arguments.insert(p.arguments.end(), {"--" + axis.name, value});
  }
  p.arguments.insert(p.arguments.end(), plan.fixed.begin(), plan.fixed.end());
  if (!traffic.empty())
    p.arguments.insert(p.arguments.end(), {"--traffic", traffic});
  p.arguments.emplace_back("--json");
  p.key = key_of(subject, p.arguments);
  return p;
}

// The next combination, the last one fastest; false after the last.
bool advance(const std::vector<Axis>& axes, std::vector<std::size_t>& chosen) {
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (++chosen[i] < axes[i].values.size())
      return true;
    chosen[i] = 0;
  }
  return false;
}

} // namespace

Axis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw bad_axis(text, "there is no name in front of '='");
  Axis axis{.name = text.substr(0, equals), .values = {}};
  std::istringstream in(text.substr(equals + 1));
  for (std::string value; std::getline(in, value, ',');) {
    if (value.empty() || std::ranges::find(axis.values, value) != axis.values.end())
      throw bad_axis(text, value.empty() ? "a value is empty" : "'" + value + "' stands twice");
    axis.values.push_back(value);
  }
  if (axis.values.empty())
    throw bad_axis(text, "there is no value");
  return axis;
}

std::string with_traffic(const std::string& specification, const std::string& key,
                         const std::string& value) {
  std::string out;
  bool there = false;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : ",") + part; };
  std::istringstream in(specification);
  for (std::string part; std::getline(in, part, ',');) {
    const std::string name = part.substr(0, part.find('='));
    const auto counts = [](const std::string& k) { return k == "count" || k == "packets"; };
    const bool same = name == key || (counts(name) && counts(key));
    add(same ? key + "=" + value : part);
    there = there || same;
  }
  if (!there)
    add(key + "=" + value);
  return out;
}

std::vector<Point> points_of(const Plan& plan) {
  check_names(plan);
  std::vector<Point> all;
  for (const Subject& subject : plan.subjects) {
    std::vector<std::size_t> chosen(plan.axes.size());
    do
      all.push_back(point_of(plan, subject, chosen));
    while (advance(plan.axes, chosen));
  }
  return all;
}

} // namespace pw::cli::sweep
