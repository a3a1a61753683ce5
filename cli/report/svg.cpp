#include "cli/report/svg.h"

#include "cli/report/html.h"

#include <cstdio>

namespace pw::cli::report {

namespace {

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + coordinate(value) + "\"";
}

std::string attribute(const char* name, std::string_view value) {
  return std::string(" ") + name + "=\"" + escape(value) + "\"";
}

std::string closed(const char* tag, std::string_view title) {
  return title.empty() ? "/>\n"
                       : "><title>" + escape(title) + "</title></" + std::string(tag) + ">\n";
}

std::string extra(std::string_view more) { return more.empty() ? "" : " " + std::string(more); }

} // namespace

std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string out = text;
  if (out.ends_with(".0"))
    out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

Svg::Svg(double width, double height, std::string_view title)
    : out_("<svg role=\"img\"" + attribute("width", width) + attribute("height", height) +
           " viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) + "\"" +
           attribute("aria-label", title) + ">\n") {}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view name) {
  out_ += "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
          attribute("y2", y2) + attribute("class", name) + "/>\n";
}

void Svg::rect(double x, double y, double width, double height, std::string_view name,
               std::string_view more, std::string_view title) {
  out_ += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
          attribute("height", height) + attribute("class", name) + extra(more) +
          closed("rect", title);
}

void Svg::circle(double x, double y, double radius, std::string_view name, std::string_view more,
                 std::string_view title) {
  out_ += "<circle" + attribute("cx", x) + attribute("cy", y) + attribute("r", radius) +
          attribute("class", name) + extra(more) + closed("circle", title);
}

void Svg::path(std::string_view data, std::string_view name, std::string_view title) {
  out_ += "<path" + attribute("d", data) + attribute("class", name) + closed("path", title);
}

void Svg::text(double x, double y, std::string_view content, std::string_view name,
               std::string_view anchor) {
  out_ += "<text" + attribute("x", x) + attribute("y", y) + attribute("class", name) +
          attribute("text-anchor", anchor) + ">" + escape(content) + "</text>\n";
}

void Svg::turned(double x, double y, std::string_view content, std::string_view name) {
  out_ += "<text" + attribute("class", name) + " text-anchor=\"middle\" transform=\"translate(" +
          coordinate(x) + " " + coordinate(y) + ") rotate(-90)\">" + escape(content) + "</text>\n";
}

} // namespace pw::cli::report
