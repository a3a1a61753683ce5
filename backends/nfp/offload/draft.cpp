#include "backends/nfp/offload/draft.h"

#include <algorithm>
#include <stdexcept>

namespace pw::nfp::offload {
namespace {

// The first record of a line wins: an instruction has one.
std::vector<LineInfo> move_lines(const std::vector<LineInfo>& lines,
                                 const std::vector<std::uint32_t>& position) {
  std::vector<LineInfo> moved;
  for (const LineInfo& line : lines) {
    const unsigned at = position.at(line.insn);
    if (!moved.empty() && moved.back().insn == at)
      moved.back().location = line.location; // nothing is left of the line before
    else
      moved.push_back({at, line.location});
  }
  return moved;
}

// `from`: the first instruction of those that are replaced.
[[noreturn]] void too_long(const Program& program, unsigned from) {
  throw Failure(diagnose("PW-NFP-310", "a jump of the rewritten program becomes too long")
                    .limited("32767 instructions", "more")
                    .help("make divisors constants, or leave parts of the program to the host")
                    .at(from, program.location(from)));
}

isa::Rewritten rewritten(const Program& program, const std::map<unsigned, Insns>& instead,
                         unsigned from) {
  try {
    return isa::rewrite(
        program.insns, [&](const bpf_insn&, std::size_t at) -> std::optional<Insns> {
          const auto found = instead.find(unsigned(at));
          return found == instead.end() ? std::nullopt : std::optional(found->second);
        });
  } catch (const std::runtime_error&) {
    too_long(program, from);
  }
}

} // namespace

Draft::Draft(const Object& o, const Program& p, const FirmwareProfile& f)
    : object(o), program(p), firmware(f), original_(p), written_(p.insns.size()) {
  for (unsigned i = 0; i < p.insns.size(); ++i)
    origin_.push_back(i);
}

const Facts& Draft::facts() {
  if (facts_)
    return *facts_;
  try {
    facts_ = find_facts(object, program);
  } catch (const Failure& failure) { // of the program as rewritten so far: its stack, for one
    std::vector<Diagnostic> reasons = failure.diagnostics();
    for (Diagnostic& d : reasons)
      if (d.insn && *d.insn < origin_.size())
        d.insn = origin_[*d.insn];
    throw Failure(reasons);
  }
  return *facts_;
}

void Draft::replace(const std::map<unsigned, Insns>& instead) {
  const isa::Rewritten result =
      rewritten(program, instead, instead.empty() ? 0 : instead.begin()->first);
  std::vector<unsigned> origin(result.code.size());
  std::vector<bool> written(result.code.size());
  for (unsigned i = 0; i < program.insns.size(); ++i)
    for (unsigned at = result.position[i]; at < result.position[i + 1]; ++at) {
      origin[at] = origin_[i];
      written[at] = written_[i] || instead.contains(i);
    }
  program.insns = result.code;
  program.lines = move_lines(program.lines, result.position);
  for (Subprogram& s : program.subprograms)
    s.insn = result.position.at(s.insn);
  origin_ = std::move(origin);
  written_ = std::move(written);
  facts_.reset();
}

void Draft::note(unsigned insn, const std::string& code, const std::string& message,
                 const std::string& why, bool warning) {
  if (written_.at(insn))
    return;
  Diagnostic d = diagnose(code, message).at(origin_[insn], original_.location(origin_[insn]));
  d.severity = warning ? Severity::Warning : Severity::Note;
  d.rule = why;
  notes_.push_back(std::move(d));
}

void Draft::refuse(unsigned insn, Diagnostic d) {
  const unsigned at = origin_.at(insn);
  d.at(at, original_.location(at));
  const bool known = std::ranges::any_of(
      refusals_, [&](const Diagnostic& r) { return r.code == d.code && r.insn == d.insn; });
  if (!known)
    refusals_.push_back(std::move(d));
}

std::vector<Diagnostic> Draft::take_notes() {
  std::stable_sort(notes_.begin(), notes_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.insn.value_or(0) < b.insn.value_or(0);
  });
  return std::move(notes_);
}

} // namespace pw::nfp::offload
