#include "backends/verilog/fixed_modules.h"

#include "backends/verilog/rtl_text.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace pw::verilog {

namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Words of a text that may be names of modules: comments left out.
std::set<std::string, std::less<>> words(std::string_view text) {
  std::set<std::string, std::less<>> out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "//") {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && is_name(text[at]))
      ++at;
    if (at == start)
      ++at;
    else if (text.substr(start, 3) == "pw_")
      out.emplace(text.substr(start, at - start));
  }
  return out;
}

} // namespace

void add_fixed_modules(std::string_view text, std::map<std::string, std::string>& files) {
  const auto used = words(text);
  for (const RtlFile& file : rtl_files()) {
    const std::string_view name(file.name);
    if (used.contains(name.substr(0, name.size() - 3)) &&
        files.try_emplace(file.name, file.text).second)
      add_fixed_modules(file.text, files);
  }
}

} // namespace pw::verilog
