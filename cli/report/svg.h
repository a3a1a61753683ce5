// An SVG drawing as text. Colours come from classes of the page's style sheet.
#pragma once

#include <string>
#include <string_view>

namespace pw::cli::report {

class Svg {
public:
  // In units of a pixel at full size; `title` says what it shows (also to those who can't see it).
  Svg(double width, double height, std::string_view title);

  void line(double x1, double y1, double x2, double y2, std::string_view name);
  // `more`: further attributes, and a title (both may be "").
  void rect(double x, double y, double width, double height, std::string_view name,
            std::string_view more = "", std::string_view title = "");
  void circle(double x, double y, double radius, std::string_view name, std::string_view more,
              std::string_view title);
  void path(std::string_view data, std::string_view name, std::string_view title = "");
  // `anchor`: "start", "middle" or "end". Drawn with y as the base line.
  void text(double x, double y, std::string_view content, std::string_view name,
            std::string_view anchor = "start");
  void turned(double x, double y, std::string_view content, std::string_view name); // upwards

  std::string html() const { return out_ + "</svg>\n"; }

private:
  std::string out_;
};

std::string coordinate(double); // at most one decimal

} // namespace pw::cli::report
