#include "backends/nfp/rules/rules.h"

namespace pw::nfp::rules {
namespace {

struct Checker {
  const Subject& s;
  unsigned insn;

  void say(const char* code, const std::string& message, const char* limit,
           const std::string& help) const {
    s.report.add(diagnose(code, message)
                     .breaks("the card's driver has no translation of the instruction")
                     .limited(limit, to_string(*s.walk.code()[insn]))
                     .help(help),
                 insn);
  }

  void operator()(const Alu& a) const {
    const std::string v3 = "compile with -mcpu=v3";
    if (a.op == AluOp::Mod)
      say("PW-NFP-101", "modulo", "division by constants",
          rewritten("use & where the divisor is a power of two, or a - a / n * n"));
    if (a.op == AluOp::Sdiv || a.op == AluOp::Smod)
      say("PW-NFP-102", a.op == AluOp::Sdiv ? "signed division" : "signed modulo",
          "unsigned division by constants", rewritten("divide absolute values"));
    if (a.op == AluOp::Mov && a.movsx)
      say("PW-NFP-104", "sign-extending move", "plain moves", rewritten(v3));
  }
  void operator()(const ByteSwap& b) const {
    if (b.kind != ByteSwap::ToBig)
      say("PW-NFP-103",
          b.kind == ByteSwap::ToLittle ? "conversion to little-endian" : "unconditional byte swap",
          "conversion from and to network order",
          rewritten("compile with -mcpu=v3, and use bpf_htons, bpf_htonl"));
  }
  void operator()(const Load& l) const {
    if (l.sign_extend)
      say("PW-NFP-104", "sign-extending load", "loads that zero-extend",
          rewritten("compile with -mcpu=v3"));
  }
  void operator()(const Jump&) const {
    if (s.walk.linked().whole.insns[insn].code == (BPF_JMP32 | BPF_JA))
      say("PW-NFP-105", "jump with a 32-bit distance", "distances of 16 bits",
          rewritten("compile with -mcpu=v3"));
  }
  template <class T> void operator()(const T&) const {}
};

} // namespace

std::string rewritten(const std::string& by_hand) {
  return by_hand + "; compile --target nfp writes NAME.offload.o without it";
}

void check_encodings(const Subject& s) {
  const auto& code = s.walk.code();
  for (unsigned i = 0; i < s.program.insns.size() && i < code.size(); ++i)
    if (code[i] && s.walk.reached(i))
      std::visit(Checker{s, i}, *code[i]);
}

} // namespace pw::nfp::rules
