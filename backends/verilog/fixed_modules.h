// Which of the fixed modules a text needs.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pw::verilog {

// Adds to `files` (name -> text) the fixed modules that `text` names, and those that they name: a
// tool that is given more finds several modules that nobody instantiates, and can't tell the top.
void add_fixed_modules(std::string_view text, std::map<std::string, std::string>& files);

} // namespace pw::verilog
