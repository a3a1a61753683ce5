#include "tests/random/minimise.h"

#include <algorithm>

namespace pw::random {

namespace {

bool is_wide(const bpf_insn& insn) { return insn.code == (BPF_LD | BPF_IMM | BPF_DW); }

bool jumps_by_offset(const bpf_insn& insn) {
  unsigned cls = BPF_CLASS(insn.code), op = BPF_OP(insn.code);
  return (cls == BPF_JMP || cls == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

bool jumps_by_immediate(const bpf_insn& insn) {
  bool call = insn.code == (BPF_JMP | BPF_CALL) && insn.src_reg == BPF_PSEUDO_CALL;
  return call || (is_wide(insn) && insn.src_reg == BPF_PSEUDO_FUNC);
}

// New distance of a jump at `from` to `to` when [gap, gap + width) goes away.
int corrected(int from, int to, int gap, int width) {
  auto moved = [&](int at) { return at > gap ? at - std::min(width, at - gap) : at; };
  return moved(to) - moved(from) - 1;
}

class Minimiser {
public:
  Minimiser(Case c, const StillFails& fails, unsigned trials)
      : best_(std::move(c)), fails_(fails), trials_(trials) {}

  Case run() {
    bool smaller = true;
    while (smaller && trials_ > 0) {
      smaller = drop_packets();
      smaller |= drop_instructions();
      smaller |= drop_entries();
    }
    return best_;
  }

private:
  bool accept(const Case& candidate) {
    if (trials_ == 0)
      return false;
    --trials_;
    if (!fails_(candidate))
      return false;
    best_ = candidate;
    return true;
  }

  bool drop_packets() {
    bool dropped = false;
    for (std::size_t chunk = std::max<std::size_t>(best_.packets.size() / 2, 1); chunk > 0;
         chunk /= 2)
      for (std::size_t at = 0; at + chunk <= best_.packets.size() && best_.packets.size() > 1;) {
        Case candidate = best_;
        auto first = candidate.packets.begin() + std::ptrdiff_t(at);
        candidate.packets.erase(first, first + std::ptrdiff_t(chunk));
        if (candidate.packets.empty() || !accept(candidate))
          at += chunk;
        else
          dropped = true;
      }
    return dropped;
  }

  bool drop_instructions() {
    bool dropped = false;
    for (unsigned chunk : {16u, 4u, 1u})
      for (int at = int(best_.program().insns.size()) - 1; at >= 0; at -= int(chunk))
        dropped |= accept(without(unsigned(at), chunk));
    return dropped;
  }

  // Instructions before and at `at`; the functions behind keep their names.
  Case without(unsigned at, unsigned chunk) const {
    Case candidate = best_;
    Program& program = candidate.object.programs.front();
    for (unsigned i = 0; i < chunk && at >= i; ++i) {
      unsigned gone = at - i;
      if (gone > 0 && is_wide(program.insns[gone - 1]))
        continue; // second half: goes with the first
      int width = is_wide(program.insns[gone]) ? 2 : 1;
      program.insns = without_instruction(program.insns, gone);
      for (Subprogram& function : program.subprograms)
        if (function.insn > gone)
          function.insn -= unsigned(width);
    }
    return candidate;
  }

  bool drop_entries() {
    bool dropped = false;
    for (const auto& [name, contents] : MapState(best_.maps))
      for (const auto& [key, value] : contents) {
        Case candidate = best_;
        candidate.maps[name].erase(key);
        dropped |= accept(candidate);
      }
    return dropped;
  }

  Case best_;
  const StillFails& fails_;
  unsigned trials_;
};

} // namespace

std::vector<bpf_insn> without_instruction(const std::vector<bpf_insn>& insns, unsigned at) {
  int width = is_wide(insns[at]) ? 2 : 1;
  std::vector<bpf_insn> result;
  for (unsigned i = 0; i < insns.size(); i += is_wide(insns[i]) ? 2 : 1) {
    if (i == at)
      continue;
    bpf_insn insn = insns[i];
    if (jumps_by_offset(insn))
      insn.off = std::int16_t(corrected(int(i), int(i) + 1 + insn.off, int(at), width));
    else if (jumps_by_immediate(insn))
      insn.imm = corrected(int(i), int(i) + 1 + insn.imm, int(at), width);
    result.push_back(insn);
    if (is_wide(insn))
      result.push_back(insns[i + 1]);
  }
  return result;
}

Case minimise(Case c, const StillFails& fails, unsigned trials) {
  return Minimiser(std::move(c), fails, trials).run();
}

} // namespace pw::random
