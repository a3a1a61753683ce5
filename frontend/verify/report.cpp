#include "frontend/verify/report.h"

#include <algorithm>
#include <utility>

namespace pw::verify {

void Report::add(Diagnostic d, unsigned insn) {
  if (!seen_.insert({d.code, insn}).second)
    return;
  errors_ += d.severity == Severity::Error;
  d.at(insn, program_->location(insn));
  all_.push_back(std::move(d));
}

bool Report::better_than(const Report& other) const {
  return std::pair(errors_, all_.size()) < std::pair(other.errors_, other.all_.size());
}

std::vector<Diagnostic> Report::take() {
  std::stable_sort(all_.begin(), all_.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.insn < b.insn; });
  return std::move(all_);
}

} // namespace pw::verify
