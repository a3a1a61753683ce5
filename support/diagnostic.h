// Diagnostics: every message a user can see has a stable code, a place in the user's own C where
// there is one, the limit that was hit and the next step. Codes are listed in support/codes.def,
// each has an entry in docs/diagnostics.md and a test.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pw {

enum class Severity { Error, Warning, Note };

// Exit codes of the command line (docs/design.md, section 3). A diagnostic carries the one that it
// leads to if it is an error.
enum class Exit : int {
  Ok = 0,
  UserInput = 1,         // the user's input is at fault (or a difference was found)
  Unsupported = 2,       // valid, but not supported on this target
  Internal = 3,          // a mistake of ours
  EngineUnavailable = 4, // the engine can't run on this machine
};

// A place in the user's C source, from BTF line information. line and column count from 1; 0 =
// unknown.
struct SourceLocation {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
  std::string text; // the source line itself, where BTF carries it

  bool known() const { return line != 0; }
  bool operator==(const SourceLocation&) const = default;
};

struct Diagnostic {
  std::string code; // "PW-MAP-007"
  Severity severity = Severity::Error;
  Exit exit = Exit::UserInput;
  std::string message;          // one sentence, no full stop
  std::optional<unsigned> insn; // index into the program's instructions (subprograms appended)
  SourceLocation location;
  std::string rule;   // which rule was broken, in the field's words
  std::string limit;  // the limit that was hit ("" = none)
  std::string value;  // the value that hit it
  std::string remedy; // what would help

  // Chained setters so that a diagnostic reads as one expression where it is made.
  Diagnostic& at(unsigned insn_index, SourceLocation where);
  Diagnostic& breaks(std::string rule_text);
  Diagnostic& limited(std::string limit_text, std::string value_text);
  Diagnostic& help(std::string remedy_text);
  Diagnostic& warning();
};

// Exit class comes from support/codes.def. Throws std::logic_error for a code that is not listed
// there.
Diagnostic diagnose(std::string_view code, std::string message);

// prog.bpf.c:42:9: error: [PW-MAP-007] message
//   42 |   the source line
//   note: limit ..., value ...
//   help: ...
std::string to_text(const Diagnostic&);

// Thrown where work can't go on. Never empty.
class Failure : public std::exception {
public:
  explicit Failure(Diagnostic d);
  explicit Failure(std::vector<Diagnostic> all);
  const char* what() const noexcept override { return text_.c_str(); }
  const std::vector<Diagnostic>& diagnostics() const { return all_; }
  Exit exit() const; // the most severe exit class of the errors in it

private:
  std::vector<Diagnostic> all_;
  std::string text_;
};

// One row of support/codes.def.
struct CodeInfo {
  std::string_view code;
  Exit exit;
  std::string_view title;
};
const std::vector<CodeInfo>& all_codes();

} // namespace pw
