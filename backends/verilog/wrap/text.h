// Texts with gaps, and what stands in them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pw::verilog {

// `text` with each $NAME$ replaced by its value.
inline std::string filled(std::string text,
                          const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    const std::string gap = "$" + name + "$";
    for (std::size_t at = 0; (at = text.find(gap, at)) != std::string::npos; at += value.size())
      text.replace(at, gap.size(), value);
  }
  return text;
}

// "[WIDTH-1:0] ", nothing for one bit.
inline std::string range(unsigned width) {
  return width == 1 ? std::string()
                    : std::string("[").append(std::to_string(width - 1)).append(":0] ");
}

} // namespace pw::verilog
