#include "cli/report/html.h"

#include <algorithm>
#include <cstdint>

namespace pw::cli::report {

namespace {

constexpr const char* replacement = "\xEF\xBF\xBD";

// Length of the character that begins there; 0: it is none.
std::size_t character(std::string_view s) {
  const auto byte = [&](std::size_t i) { return std::uint8_t(s[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80)
    return 1;
  const std::size_t length = first >= 0xF0 && first < 0xF5   ? 4
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xC2 && first < 0xE0 ? 2
                                                             : 0;
  if (length == 0 || length > s.size())
    return 0;
  std::uint32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80)
      return 0;
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool excluded =
      (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF || code == 0xFFFE || code == 0xFFFF;
  return overlong || excluded ? 0 : length;
}

void append_ascii(std::string& out, char c) {
  switch (c) {
  case '&':
    out += "&amp;";
    break;
  case '<':
    out += "&lt;";
    break;
  case '>':
    out += "&gt;";
    break;
  case '"':
    out += "&quot;";
    break;
  case '\'':
    out += "&#39;";
    break;
  default:
    if (std::uint8_t(c) >= 0x20 ? c != 0x7F : c == '\t' || c == '\n')
      out += c;
    else
      out += replacement;
  }
}

std::string cells(const char* tag, const std::vector<Cell>& all) {
  std::string out = "<tr>";
  for (const Cell& cell : all)
    out += std::string("<") + tag + (cell.number ? " class=\"n\">" : ">") + cell.html + "</" + tag +
           ">";
  return out + "</tr>\n";
}

} // namespace

std::string escape(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    const std::size_t length = character(s);
    if (length == 1)
      append_ascii(out, s[0]);
    else
      out += length == 0 ? std::string_view(replacement) : s.substr(0, length);
    s.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string shortened(std::string_view s, std::size_t characters) {
  std::size_t count = 0, keep = 0, at = 0;
  while (at < s.size()) {
    if (++count == characters)
      keep = at;
    const std::size_t length = character(s.substr(at));
    at += length == 0 ? 1 : length;
  }
  return count <= characters ? std::string(s) : std::string(s.substr(0, keep)) + "\xE2\x80\xA6";
}

Cell text(std::string_view s) { return {escape(s)}; }
Cell number(std::string_view s) { return {escape(s), true}; }

Cell list(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& s : all)
    out += (out.empty() ? "" : "<br/>") + escape(s);
  return {out};
}

void HtmlTable::row(const std::vector<Cell>& all) {
  if (numbers_.empty())
    for (const Cell& cell : all)
      numbers_.push_back(cell.number);
  rows_ += cells("td", all);
}

std::string HtmlTable::html() const {
  std::vector<Cell> all;
  for (std::size_t i = 0; i < head_.size(); ++i)
    all.push_back({escape(head_[i]), i < numbers_.size() && numbers_[i]});
  const std::string head = std::ranges::all_of(head_, &std::string::empty)
                               ? ""
                               : "<thead>" + cells("th", all) + "</thead>\n";
  return "<div class=\"scroll\"><table>\n" + head + "<tbody>\n" + rows_ +
         "</tbody></table></div>\n";
}

} // namespace pw::cli::report
