// Instructions that the driver's table doesn't have, and what says the same:
//   rX = le16 rX, bswap16 rX, rX = (s8)rY, rX = *(s8 *)(rY + 4), *(u32 *)(r10 - 8) = 7, gotol +3
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/site.h"
#include "backends/nfp/offload/walk.h"

#include <limits>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

void extend_sign(Sequence& code, bool wide, Register r, unsigned bits) {
  const int shift = int((wide ? 64 : 32) - bits);
  if (shift == 0)
    return;
  code.alu_imm(wide, BPF_LSH, r, shift);
  code.alu_imm(wide, BPF_ARSH, r, shift);
}

class Simple : public Walk<Simple> {
public:
  explicit Simple(Draft& draft) : Walk(draft) {}

  void operator()(const ByteSwap& s) {
    if (s.kind == ByteSwap::ToBig)
      return;
    Site site(facts_, at_);
    if (s.kind == ByteSwap::Unconditional)
      site.code.raw(make_insn(BPF_ALU | BPF_END | BPF_TO_BE, s.dst, 0, 0, std::int32_t(s.bits)));
    else if (s.bits == 16)
      site.code.alu_imm(true, BPF_AND, s.dst, 0xffff);
    else if (s.bits == 32)
      site.code.move(false, s.dst, s.dst);
    put(site, "a byte swap is written in the way that the driver knows");
  }

  void operator()(const Alu& a) {
    if (a.op != AluOp::Mov || a.movsx == 0)
      return;
    Site site(facts_, at_);
    site.code.move(a.is64, a.dst, *a.src.reg);
    extend_sign(site.code, a.is64, a.dst, a.movsx);
    put(site, "a sign extension is done by shifts");
  }

  void operator()(const Load& l) {
    if (!l.sign_extend)
      return;
    Site site(facts_, at_);
    site.code.load(l.bytes, l.dst, l.base, l.offset);
    extend_sign(site.code, true, l.dst, 8 * l.bytes);
    put(site, "a sign-extending load is done by a load and shifts");
  }

  void operator()(const Store& s) {
    if (s.src.reg || facts_.before[at_][s.base].is(Kind::Packet))
      return;
    Site site(facts_, at_);
    const Register value = site.scratch();
    site.code.set(value, std::uint64_t(s.src.imm));
    site.code.store(s.bytes, s.base, s.offset, value);
    put(site, "a constant is stored by way of a register");
  }

  void operator()(const Jump&) {
    const bpf_insn& insn = draft_.program.insns[at_];
    if (insn.code != (BPF_JMP32 | BPF_JA) || insn.imm > std::numeric_limits<std::int16_t>::max() ||
        insn.imm < std::numeric_limits<std::int16_t>::min())
      return;
    // Only its encoding changes, so that it still goes where it went.
    bpf_insn& jump = draft_.program.insns[at_];
    jump = make_insn(BPF_JMP | BPF_JA, 0, 0, insn.imm, 0);
    draft_.note(at_, "PW-NFP-300", "a jump with a 32-bit distance is written with a 16-bit one");
  }

  template <class T> void operator()(const T&) {}

private:
  void put(Site& site, const char* what) {
    draft_.note(at_, "PW-NFP-300", what);
    instead_[at_] = site.finish();
  }
};

} // namespace

bool rewrite_simple(Draft& draft) { return Simple(draft).run(); }

} // namespace pw::nfp::offload
