// What commands print: JSON shapes, tables, warnings; and files that are whole or not there.
#pragma once

#include "sim/engine.h"
#include "support/diagnostic.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pw::cli {

using Json = nlohmann::ordered_json;

Json diagnostic_json(const Diagnostic&);
Json diagnostics_json(const std::vector<Diagnostic>&); // {"diagnostics":[...]}
// Bytes that are no UTF-8 (paths, words of the command line) become U+FFFD. indent -1: one line.
std::string json_text(const Json&, int indent = 2);
Json packet_json(std::size_t index, const PacketResult&);

// Warnings go to stderr, once each.
void print_warnings(const std::vector<Diagnostic>&);

// A line on stderr about what takes long now, only if a person is watching.
void progress(const std::string&);

// At the end of a command: exit code of an unwritable standard output, else `code`. A closed pipe
// is no error.
int finish_output(int code);

// Columns are as wide as their widest cell; the first is left-aligned, numbers are right-aligned.
class Table {
public:
  explicit Table(std::vector<std::string> header);
  void row(std::vector<std::string> cells);
  std::string text() const;

private:
  std::vector<std::vector<std::string>> rows_;
};

std::string fixed(double value, int decimals);
std::string hex_digits(const std::vector<std::uint8_t>&); // "0a0b", nothing between

} // namespace pw::cli
