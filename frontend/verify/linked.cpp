#include "frontend/verify/linked.h"

#include <algorithm>
#include <set>

namespace pw::verify {
namespace {

const Program* program_named(const Object& object, const std::string& name) {
  const auto found = std::ranges::find(object.programs, name, &Program::name);
  return found == object.programs.end() ? nullptr : &*found;
}

// Names in the slots of the program arrays that the code mentions.
std::set<std::string> mentioned(const Object& object, const Program& program) {
  std::set<std::string> names;
  for (const bpf_insn& insn : program.insns) {
    const bool map = insn.code == (BPF_LD | BPF_IMM | BPF_DW) && insn.src_reg == BPF_PSEUDO_MAP_IDX;
    if (!map || insn.imm < 0 || std::size_t(insn.imm) >= object.maps.size())
      continue;
    for (const auto& [slot, name] : object.maps[std::size_t(insn.imm)].initial_programs)
      names.insert(name);
  }
  return names;
}

void append(Program& whole, const Program& part) {
  const auto first = unsigned(whole.insns.size());
  whole.insns.insert(whole.insns.end(), part.insns.begin(), part.insns.end());
  for (LineInfo line : part.lines) {
    line.insn += first;
    whole.lines.push_back(std::move(line));
  }
  whole.subprograms.push_back({first, part.name});
  for (Subprogram s : part.subprograms) {
    if (s.insn == 0)
      continue;
    s.insn += first;
    whole.subprograms.push_back(std::move(s));
  }
}

} // namespace

bool may_be_called(const Program& p, ProgramType by) {
  if (by == ProgramType::Unknown)
    by = ProgramType::Xdp;
  return p.type == by || p.type == ProgramType::Unknown;
}

Linked::Linked(const Object& object, const Program& program) : whole(program) {
  parts.push_back({0, &program});
  for (std::size_t next = 0; next < parts.size(); ++next)
    for (const std::string& name : mentioned(object, *parts[next].program)) {
      const Program* other = program_named(object, name);
      if (!other || !may_be_called(*other, program.type) || other->insns.empty() || find(name))
        continue;
      parts.push_back({unsigned(whole.insns.size()), other});
      append(whole, *other);
    }
}

unsigned Linked::part_of(unsigned insn) const {
  const auto behind = std::ranges::upper_bound(parts, insn, {}, &Part::first);
  return unsigned(behind - parts.begin()) - 1;
}

const Part* Linked::find(const std::string& name) const {
  const auto found =
      std::ranges::find_if(parts, [&](const Part& p) { return p.program->name == name; });
  return found == parts.end() ? nullptr : &*found;
}

} // namespace pw::verify
