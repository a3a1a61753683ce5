// Pieces of a page that is HTML and well-formed XML at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pw::cli::report {

// Text as content or as a value of an attribute. What is no character of XML (control characters,
// bytes that are no UTF-8) becomes U+FFFD.
std::string escape(std::string_view);

// At most `characters` of the text (UTF-8), the last an ellipsis where something was cut off.
std::string shortened(std::string_view text, std::size_t characters);

struct Cell {
  std::string html; // escaped already
  bool number = false;
};

Cell text(std::string_view);
Cell number(std::string_view); // aligned right
Cell list(const std::vector<std::string>&);

class HtmlTable {
public:
  // Plain text; above numbers it is aligned as they are.
  explicit HtmlTable(std::vector<std::string> head) : head_(std::move(head)) {}
  void row(const std::vector<Cell>&);
  std::string html() const;

private:
  std::vector<std::string> head_;
  std::vector<bool> numbers_; // columns, as the first row has them
  std::string rows_;
};

} // namespace pw::cli::report
