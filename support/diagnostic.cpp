#include "support/diagnostic.h"

#include <algorithm>
#include <stdexcept>

namespace pw {

const std::vector<CodeInfo>& all_codes() {
  static const std::vector<CodeInfo> codes = {
#define PW_CODE(code, exit_class, title) {code, Exit::exit_class, title},
#include "support/codes.def"
#undef PW_CODE
  };
  return codes;
}

Diagnostic& Diagnostic::at(unsigned insn_index, SourceLocation where) {
  insn = insn_index;
  location = std::move(where);
  return *this;
}
Diagnostic& Diagnostic::breaks(std::string rule_text) {
  rule = std::move(rule_text);
  return *this;
}
Diagnostic& Diagnostic::limited(std::string limit_text, std::string value_text) {
  limit = std::move(limit_text);
  value = std::move(value_text);
  return *this;
}
Diagnostic& Diagnostic::help(std::string remedy_text) {
  remedy = std::move(remedy_text);
  return *this;
}
Diagnostic& Diagnostic::warning() {
  severity = Severity::Warning;
  return *this;
}

Diagnostic diagnose(std::string_view code, std::string message) {
  const auto& codes = all_codes();
  const auto found =
      std::find_if(codes.begin(), codes.end(), [&](const CodeInfo& c) { return c.code == code; });
  if (found == codes.end())
    throw std::logic_error("diagnostic code not listed in support/codes.def: " + std::string(code));
  Diagnostic d;
  d.code = code;
  d.exit = found->exit;
  d.message = std::move(message);
  return d;
}

namespace {
const char* word(Severity s) {
  switch (s) {
  case Severity::Error:
    return "error";
  case Severity::Warning:
    return "warning";
  case Severity::Note:
    return "note";
  }
  return "error";
}

std::string place(const Diagnostic& d) {
  if (d.location.known())
    return d.location.file + ":" + std::to_string(d.location.line) + ":" +
           std::to_string(d.location.column) + ": ";
  if (d.insn)
    return "instruction " + std::to_string(*d.insn) + ": ";
  return "";
}
} // namespace

std::string to_text(const Diagnostic& d) {
  std::string out = place(d) + word(d.severity) + ": [" + d.code + "] " + d.message + "\n";
  if (!d.location.text.empty())
    out += "    " + std::to_string(d.location.line) + " | " + d.location.text + "\n";
  if (!d.rule.empty())
    out += "  note: " + d.rule + "\n";
  if (!d.limit.empty() || !d.value.empty())
    out += "  note: limit " + d.limit + (d.value.empty() ? "" : ", found " + d.value) + "\n";
  if (!d.remedy.empty())
    out += "  help: " + d.remedy + "\n";
  return out;
}

Failure::Failure(Diagnostic d) : Failure(std::vector<Diagnostic>{std::move(d)}) {}

Failure::Failure(std::vector<Diagnostic> all) : all_(std::move(all)) {
  for (const Diagnostic& d : all_)
    text_ += to_text(d);
}

Exit Failure::exit() const {
  // Internal errors outrank everything; the user's own mistakes outrank what we merely don't
  // support.
  static constexpr Exit order[] = {Exit::Internal, Exit::UserInput, Exit::EngineUnavailable,
                                   Exit::Unsupported};
  for (const Exit e : order)
    for (const Diagnostic& d : all_)
      if (d.severity == Severity::Error && d.exit == e)
        return e;
  return Exit::Internal;
}

} // namespace pw
