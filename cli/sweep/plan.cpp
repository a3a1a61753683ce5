#include "cli/sweep/plan.h"

#include "cli/output.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

namespace pw::cli::sweep {

namespace {

// Keys of a traffic specification that a sweep may vary; all else are options of `estimate`.
constexpr std::array traffic_keys = {"size",  "packets",   "count", "rate", "flows", "arrivals",
                                     "burst", "malformed", "proto", "seed", "tcp",   "other"};

bool is_traffic(const std::string& name) {
  return std::ranges::find(traffic_keys, name) != traffic_keys.end();
}

Failure bad_axis(const std::string& text, const std::string& why) {
  return Failure(diagnose("PW-OPT-008", "--vary " + text + ": " + why)
                     .help("write an option of `pipewright estimate` or a key of its traffic, and "
                           "values: clock=200MHz,250MHz"));
}

void check_axes(const std::vector<Axis>& axes) {
  std::set<std::string> names;
  for (const Axis& axis : axes)
    if (!names.insert(axis.name).second)
      throw bad_axis(axis.name, "it varies twice");
}

// What the result depends on: the object by its contents, everything else by the command line.
std::string key_of(const Subject& subject, const std::vector<std::string>& arguments) {
  Json key = Json::array({PW_VERSION, subject.sha256});
  for (const std::string& argument : arguments)
    if (argument != subject.path)
      key.push_back(argument);
  return key.dump();
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
    if (is_traffic(axis.name))
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
    const bool same = part.starts_with(key + "=");
    add(same ? key + "=" + value : part);
    there = there || same;
  }
  if (!there)
    add(key + "=" + value);
  return out;
}

std::vector<Point> points_of(const Plan& plan) {
  check_axes(plan.axes);
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
