#include "frontend/verify/report.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace pw::verify {

void Report::add(Diagnostic d, unsigned insn) {
  if (!seen_.insert({d.code, insn}).second)
    return;
  errors_ += d.severity == Severity::Error;
  d.at(insn, program_->location(insn));
  if (const unsigned part = linked_ ? linked_->part_of(insn) : 0; part > 0) {
    d.insn = insn - linked_->parts[part].first;
    d.message += " (in program '" + linked_->parts[part].program->name + "', tail-called)";
  }
  all_.emplace_back(insn, std::move(d));
}

bool Report::better_than(const Report& other) const {
  return std::pair(errors_, all_.size()) < std::pair(other.errors_, other.all_.size());
}

std::vector<Diagnostic> Report::take() {
  std::ranges::stable_sort(all_, {}, &std::pair<unsigned, Diagnostic>::first);
  std::vector<Diagnostic> out;
  std::set<std::tuple<std::string, std::string, std::string, unsigned>> said;
  for (auto& [insn, d] : std::exchange(all_, {})) // a line that loads and stores is told of once
    if (!d.location.known() ||
        said.insert({d.code, d.message, d.location.file, d.location.line}).second)
      out.push_back(std::move(d));
  return out;
}

} // namespace pw::verify
