// Names that every tool takes: no keyword of IEEE 1800-2017, letters, digits and underscores only,
// each one once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace pw::verilog {

bool is_keyword(std::string_view);

// Letters, digits and underscores of `text`, other characters become underscores; never empty,
// starts with a letter. A keyword gets a trailing underscore.
std::string legal_name(std::string_view text);

class NameScope {
public:
  // legal_name(wanted), with a number behind it if that is taken.
  std::string unique(std::string_view wanted);
  void reserve(std::string_view name) { taken_.emplace(name); }

private:
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, unsigned> last_; // number given, by name
};

} // namespace pw::verilog
