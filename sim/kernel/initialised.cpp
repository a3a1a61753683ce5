// A forward data flow: sets shrink where paths meet, until nothing changes.
#include "sim/kernel/initialised.h"

namespace pw::kernel {

namespace {

constexpr RegisterSet everything = 0x7ff;
constexpr RegisterSet arguments = 0x3e; // r1 .. r5
constexpr RegisterSet frame = 1 << 10;

RegisterSet bit(unsigned reg) { return static_cast<RegisterSet>(1u << reg); }

class Flow {
public:
  explicit Flow(std::span<const bpf_insn> code)
      : code_(code), before_(code.size(), everything), reached_(code.size()) {}

  std::vector<RegisterSet> run() {
    meet(0, bit(1) | frame);
    while (!work_.empty()) {
      const std::size_t at = work_.back();
      work_.pop_back();
      step(at);
    }
    return std::move(before_);
  }

private:
  void meet(std::int64_t at, RegisterSet set) {
    if (at < 0 || at >= static_cast<std::int64_t>(code_.size()))
      return;
    const auto index = static_cast<std::size_t>(at);
    const auto smaller = static_cast<RegisterSet>(before_[index] & set);
    if (smaller == before_[index] && reached_[index])
      return;
    reached_[index] = true;
    before_[index] = smaller;
    work_.push_back(index);
  }

  void step(std::size_t index) {
    const bpf_insn& insn = code_[index];
    const RegisterSet set = before_[index];
    const auto at = static_cast<std::int64_t>(index);
    const unsigned kind = BPF_CLASS(insn.code);
    if (kind == BPF_JMP || kind == BPF_JMP32)
      jump(insn, at, set);
    else if (insn.code == (BPF_LD | BPF_IMM | BPF_DW))
      wide(insn, at, set);
    else
      meet(at + 1, set | result(insn, kind));
  }

  static RegisterSet result(const bpf_insn& insn, unsigned kind) {
    if (kind == BPF_ALU || kind == BPF_ALU64 || kind == BPF_LDX)
      return bit(insn.dst_reg);
    return kind == BPF_LD ? bit(0) : 0;
  }

  void wide(const bpf_insn& insn, std::int64_t at, RegisterSet set) {
    if (insn.src_reg == BPF_PSEUDO_FUNC) // a callback: its index and its context
      meet(at + 1 + insn.imm, bit(1) | bit(2) | frame);
    meet(at + 2, set | bit(insn.dst_reg));
  }

  void jump(const bpf_insn& insn, std::int64_t at, RegisterSet set) {
    const unsigned op = BPF_OP(insn.code);
    if (op == BPF_EXIT)
      return;
    if (op == BPF_CALL) {
      if (insn.src_reg == BPF_PSEUDO_CALL)
        meet(at + 1 + insn.imm, static_cast<RegisterSet>((set & arguments) | frame));
      meet(at + 1, static_cast<RegisterSet>((set & ~arguments) | bit(0)));
      return;
    }
    const bool far = insn.code == (BPF_JMP32 | BPF_JA);
    meet(at + 1 + (far ? insn.imm : insn.off), set);
    if (op != BPF_JA)
      meet(at + 1, set);
  }

  std::span<const bpf_insn> code_;
  std::vector<RegisterSet> before_;
  std::vector<bool> reached_;
  std::vector<std::size_t> work_;
};

} // namespace

std::vector<RegisterSet> initialised(std::span<const bpf_insn> code) { return Flow(code).run(); }

} // namespace pw::kernel
