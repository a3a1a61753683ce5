#include "frontend/verify/report.h"

#include <algorithm>

namespace pw::verify {

void Report::add(Diagnostic d, unsigned insn) {
  if (!seen_.insert({d.code, insn}).second)
    return;
  errors_ |= d.severity == Severity::Error;
  d.at(insn, program_.location(insn));
  all_.push_back(std::move(d));
}

std::vector<Diagnostic> Report::take() {
  std::stable_sort(all_.begin(), all_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.insn < b.insn; });
  return std::move(all_);
}

} // namespace pw::verify
