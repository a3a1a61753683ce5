#include "cli/report/draw.h"
#include "cli/report/html.h"
#include "cli/report/svg.h"
#include "cli/report/ticks.h"
#include "sim/nic/units.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace pw::cli::report {

namespace {

constexpr double width = 760, height = 320;
constexpr double left = 64, right = 20, top = 16, bottom = 48;
constexpr double headroom = 1.12; // for the names of marks above bars
constexpr double label_room = 44; // pixels that a label of the x axis takes

// Where values stand in the drawing.
struct Frame {
  std::function<double(double)> x, y;
};

double scaled(double v, double from, double to) {
  return to == from ? 0.5 : (v - from) / (to - from);
}

Frame frame_of(double x_from, double x_to, double y_to) {
  return {[=](double v) {
            return left +
                   (width - left - right) * scaled(std::log(v), std::log(x_from), std::log(x_to));
          },
          [=](double v) { return height - bottom - (height - top - bottom) * v / y_to; }};
}

void y_axis(Svg& svg, const Frame& f, const std::vector<double>& ticks, std::string_view name) {
  for (const double t : ticks) {
    svg.line(left, f.y(t), width - right, f.y(t), "grid");
    svg.text(left - 8, f.y(t) + 4, tick_text(t), "tick", "end");
  }
  svg.turned(14, (top + height - bottom) / 2, name, "axis");
}

// A label that would touch the one before it is left out; the line stays.
void x_axis(Svg& svg, const Frame& f, const std::vector<double>& ticks, std::string_view name) {
  double last = -label_room;
  for (const double t : ticks) {
    svg.line(f.x(t), height - bottom, f.x(t), height - bottom + 5, "frame");
    if (f.x(t) - last < label_room)
      continue;
    svg.text(f.x(t), height - bottom + 19, tick_text(t), "tick", "middle");
    last = f.x(t);
  }
  svg.line(left, height - bottom, width - right, height - bottom, "frame");
  svg.text((left + width - right) / 2, height - 8, name, "axis", "middle");
}

std::string move(bool first, double x, double y) {
  return (first ? "M" : " L") + coordinate(x) + " " + coordinate(y);
}

std::string data(const std::string& x, const std::string& y) {
  return "data-x=\"" + escape(x) + "\" data-y=\"" + escape(y) + "\"";
}

// Between the sizes the line rate is a curve: what the port carries of frames of each size.
std::string line_rate_path(const std::vector<SizeFigures>& sizes, const Frame& f) {
  const double first = sizes.front().bytes, last = sizes.back().bytes;
  const double overhead = nic::preamble_bytes + nic::gap_bytes;
  const double bytes_per_us = sizes.front().line_mpps * (first + overhead);
  std::string path;
  for (unsigned i = 0; i <= 80; ++i) {
    const double bytes = first * std::pow(last / first, i / 80.0);
    path += move(i == 0, f.x(bytes), f.y(bytes_per_us / (bytes + overhead)));
  }
  return path;
}

// No line between them: a frame of a byte more may take a beat more.
void throughput_points(Svg& svg, const std::vector<SizeFigures>& sizes, const Frame& f) {
  for (const SizeFigures& s : sizes)
    svg.line(f.x(s.bytes), f.y(0), f.x(s.bytes), f.y(s.carried_mpps), "stem");
  for (const SizeFigures& s : sizes)
    svg.circle(f.x(s.bytes), f.y(s.carried_mpps), 4.5, "point",
               data(std::to_string(s.bytes), rate_text(s.carried_mpps)),
               std::to_string(s.bytes) + " bytes: " + rate_text(s.carried_mpps) +
                   " Mpps carried, " + rate_text(s.line_mpps) + " Mpps line rate");
}

void throughput_key(Svg& svg) {
  const double x = width - right - 210;
  svg.line(x, top + 12, x + 26, top + 12, "linerate");
  svg.text(x + 34, top + 16, "line rate of the port", "tick");
  svg.circle(x + 13, top + 32, 4, "point", "", "");
  svg.text(x + 34, top + 36, "carried (simulated)", "tick");
}

void latency_bars(Svg& svg, const nic::LatencyFigures& l, const Frame& f) {
  for (const nic::LatencyBin& b : l.bins) {
    const double from = f.x(b.from_ns), to = f.x(b.below_ns), high = f.y(double(b.frames));
    const double gap = to - from > 4 ? 0.5 : 0;
    svg.rect(from + gap, high, std::max(to - from - 2 * gap, 1.0),
             std::max(height - bottom - high, 1.0), "bar",
             data(time_text(b.from_ns), std::to_string(b.frames)),
             time_text(b.from_ns) + " to " + time_text(b.below_ns) +
                 " ns: " + std::to_string(b.frames) + " packets");
  }
}

void latency_marks(Svg& svg, const nic::LatencyFigures& l, const Frame& f) {
  const std::pair<double, const char*> marks[] = {{l.p50_ns, "p50"}, {l.p99_ns, "p99"}};
  double row = top + 10, last = -100;
  for (const auto& [value, name] : marks) {
    const double x = f.x(value);
    row = x - last < 40 ? row + 15 : top + 10;
    svg.line(x, top, x, height - bottom, "mark");
    const bool near_end = x > width - right - 40;
    svg.text(near_end ? x - 4 : x + 4, row, name, "tick", near_end ? "end" : "start");
    last = x;
  }
}

} // namespace

std::string rate_text(double mpps) { return fixed(mpps, 3); }
std::string time_text(double ns) { return fixed(ns, 1); }
std::string share_text(double share) { return fixed(share * 100, 2) + " %"; }

std::string throughput_plot(const std::vector<SizeFigures>& sizes) {
  if (sizes.empty())
    return "";
  double most = 0;
  std::vector<double> at;
  for (const SizeFigures& s : sizes) {
    most = std::max({most, s.line_mpps, s.carried_mpps});
    at.push_back(s.bytes);
  }
  const std::vector<double> ticks = linear_ticks(most);
  const Frame f = frame_of(at.front(), at.back(), ticks.back());
  Svg svg(width, height, "Throughput over frame size");
  y_axis(svg, f, ticks, "million packets a second");
  x_axis(svg, f, at, "frame size in bytes, with FCS (logarithmic)");
  svg.path(line_rate_path(sizes, f), "linerate");
  throughput_points(svg, sizes, f);
  throughput_key(svg);
  return svg.html();
}

std::string latency_plot(const nic::LatencyFigures& l) {
  if (l.bins.empty())
    return "";
  std::uint64_t most = 1;
  for (const nic::LatencyBin& b : l.bins)
    most = std::max(most, b.frames);
  const double least_ns = std::max(l.bins.front().from_ns, 0.1);
  const std::vector<double> across =
      log_ticks(least_ns, std::max(l.bins.back().below_ns, least_ns));
  const std::vector<double> up = linear_ticks(double(most) * headroom);
  const Frame f = frame_of(across.front(), across.back(), up.back());
  Svg svg(width, height, "Distribution of the latency");
  y_axis(svg, f, up, "packets");
  x_axis(svg, f, across, "latency in ns (logarithmic)");
  latency_bars(svg, l, f);
  latency_marks(svg, l, f);
  return svg.html();
}

std::vector<Share> shares_of(const ReportFigures& f) {
  std::vector<Share> all = {{"BRAM36", 0, f.device.block36},
                            {"URAM288", 0, f.device.ultra288},
                            {"stage registers", 0, f.device.flip_flops},
                            {"LUTs", 0, f.device.luts}};
  for (const BlockFigures& b : f.blocks) {
    all[0].taken += b.blocks;
    all[1].taken += b.ultra;
    all[2].taken += b.flip_flops;
    all[3].taken += b.luts + b.logic;
  }
  return all;
}

std::string resource_plot(const ReportFigures& f) {
  const std::vector<Share> shares = shares_of(f);
  double most = 0.01;
  for (const Share& s : shares)
    most = std::max(most, s.share());
  const std::vector<double> ticks = linear_ticks(most * 100);
  const double x0 = 130, wide = width - x0 - 90, row = 28, high = 8 + row * double(shares.size());
  const auto x = [&](double share) { return x0 + wide * share * 100 / ticks.back(); };
  Svg svg(width, high + 44, "Share of the device");
  for (const double t : ticks) {
    svg.line(x(t / 100), 4, x(t / 100), high, "grid");
    svg.text(x(t / 100), high + 16, tick_text(t), "tick", "middle");
  }
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double y = 8 + row * double(i);
    svg.text(x0 - 8, y + 15, shares[i].name, "tick", "end");
    svg.rect(x0, y + 2, std::max(x(shares[i].share()) - x0, 1.0), row - 10, "bar",
             data(shares[i].name, share_text(shares[i].share())));
    svg.text(x(shares[i].share()) + 6, y + 15, share_text(shares[i].share()), "tick");
  }
  svg.text((x0 + x(ticks.back() / 100)) / 2, high + 36, "percent of " + std::string(f.device.name),
           "axis", "middle");
  return svg.html();
}

} // namespace pw::cli::report
