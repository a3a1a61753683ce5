#include "cli/report/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pw::cli::report {

namespace {

constexpr std::array<double, 3> mantissas = {1, 2, 5};
constexpr double slack = 1e-9; // relative: what arithmetic may be off by

// All m * 10^n from the last one at or below `least` to the first at or above `most`.
std::vector<double> between(double least, double most, std::size_t mantissa_count) {
  std::vector<double> all;
  const int first = int(std::floor(std::log10(least) + slack));
  for (int n = first; n < 300; ++n)
    for (std::size_t m = 0; m < mantissa_count; ++m) {
      const double tick = mantissas[m] * std::pow(10, n);
      if (tick <= least * (1 + slack))
        all.clear();
      all.push_back(tick);
      if (tick >= most * (1 - slack) && all.size() >= 2)
        return all;
    }
  return all;
}

} // namespace

std::vector<double> linear_ticks(double most, unsigned steps) {
  steps = std::max(steps, 2U);
  double step = 0;
  for (int n = int(std::floor(std::log10(most))) - 2; step == 0; ++n)
    for (const double m : mantissas)
      if (step == 0 && m * std::pow(10, n) * steps >= most * (1 - slack))
        step = m * std::pow(10, n);
  std::vector<double> all = {0};
  while (all.back() < most * (1 - slack))
    all.push_back(double(all.size()) * step);
  return all;
}

std::vector<double> log_ticks(double least, double most) {
  std::vector<double> all = between(least, most, 3);
  return all.size() > 12 ? between(least, most, 1) : all;
}

std::string tick_text(double value) {
  const char* unit = "";
  for (const auto& [size, name] : {std::pair{1e9, "G"}, {1e6, "M"}, {1e3, "k"}})
    if (*unit == 0 && std::abs(value) >= size * (name[0] == 'k' ? 10 : 1)) {
      value /= size;
      unit = name;
    }
  char text[32];
  std::snprintf(text, sizeof text, "%.6g%s", value, unit);
  return text;
}

} // namespace pw::cli::report
