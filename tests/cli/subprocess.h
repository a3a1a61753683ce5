// Runs the binary as a user would: arguments in, exit code and both outputs out.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace pw::cli_test {

struct Outcome {
  int code = -1;   // exit code; 128 + number for a signal
  std::string out; // standard output
  std::string err;
  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

Outcome pipewright(const std::vector<std::string>& arguments);

// A fresh folder, removed at the end.
class Scratch {
public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name,
                   const std::string& text) const; // writes it, returns its path
  std::vector<std::string> names() const;          // of all that is in it, sorted

private:
  std::filesystem::path folder_;
};

std::string example(const std::string& name); // path of the object of examples/NAME
std::string slurp(const std::string& path);

} // namespace pw::cli_test
