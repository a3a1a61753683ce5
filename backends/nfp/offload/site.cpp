#include "backends/nfp/offload/site.h"

namespace pw::nfp::offload {

using verify::Kind;

unsigned rounded_frame(const Facts& facts, unsigned insn) {
  return (facts.frame_bytes.at(facts.function_of(insn).first) + 7) / 8 * 8;
}

Site::Site(const Facts& facts, unsigned at, unsigned reserved)
    : insn(at), facts_(facts), depth_(rounded_frame(facts, at) + (reserved + 7) / 8 * 8) {
  const isa::Instruction& decoded = *facts.explored.code[at];
  used_ = RegisterSet(registers_read(decoded) | registers_written(decoded));
}

// A register that may be unset on some path can't be needed behind it.
bool Site::holds_something(Register r) const {
  return live_after(r) && !before(r).may_be(Kind::Uninit) && before(r).kinds != 0;
}

int Site::slot(unsigned bytes) {
  depth_ += (bytes + 7) / 8 * 8;
  return -int(depth_);
}

void Site::spill(Register r) {
  if (!spilled_.contains(r))
    spilled_[r] = slot(8);
}

void Site::save(RegisterSet registers) {
  for (Register r = 0; r < 10; ++r)
    if ((registers >> r & 1) && holds_something(r))
      spill(r);
}

Register Site::scratch() {
  const auto available = [&](Register r) { return !((used_ | taken_) >> r & 1); };
  // Callee-saved registers last: a function that writes them has to save them.
  for (const bool spilling : {false, true})
    for (Register r = 0; r < 10; ++r)
      if (available(r) && (spilling || !holds_something(r))) {
        keep(r);
        if (spilling)
          spill(r);
        return r;
      }
  throw std::logic_error("no register is left for a rewriting");
}

Insns Site::finish() {
  Sequence all;
  for (const auto& [r, slot] : spilled_)
    all.store(8, 10, slot, r);
  all.append(code.take());
  for (const auto& [r, slot] : spilled_)
    all.load(8, r, 10, slot);
  return all.take();
}

} // namespace pw::nfp::offload
