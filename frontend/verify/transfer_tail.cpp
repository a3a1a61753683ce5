// bpf_tail_call: what it takes, and which slots it may mean.
#include "frontend/verify/transfer.h"

namespace pw::verify {

using namespace isa;

bool Transfer::check_tail_call(State& s, unsigned insn) {
  const Value context = use(s, insn, Register(1)), array = use(s, insn, Register(2)),
              index = use(s, insn, Register(3));
  bool good = check_unlocked(s, insn, "bpf_tail_call");
  good &= check_records_closed(s, insn, "bpf_tail_call is called");
  const auto expect = [&](bool fits, unsigned argument, const Value& v, const char* what) {
    good &= fits;
    if (!fits && v.kind != Kind::Poison)
      report_.add(diagnose("PW-CALL-004", "argument " + std::to_string(argument) +
                                              " of bpf_tail_call is " + kind_name(v.kind))
                      .limited(what, kind_name(v.kind)),
                  insn);
  };
  expect(context.kind == Kind::Context, 1, context, "the context pointer");
  expect(array.kind == Kind::Map, 2, array, "a program array");
  expect(index.is_scalar(), 3, index, "a number");
  if (array.kind == Kind::Map && map(array).type != BPF_MAP_TYPE_PROG_ARRAY) {
    report_.add(diagnose("PW-MAP-004", "bpf_tail_call can't take map '" + map(array).name + "'")
                    .limited("a program array", "type " + std::to_string(map(array).type)),
                insn);
    good = false;
  }
  return good;
}

std::map<std::string, std::vector<std::uint32_t>> Transfer::tail_targets(const State& s) const {
  std::map<std::string, std::vector<std::uint32_t>> slots;
  const Scalar index = zero_extend(s.reg(3).scalar, 32);
  for (const auto& [slot, program] : map(s.reg(2)).initial_programs)
    if (includes(index, Scalar::constant(slot)))
      slots[program].push_back(slot);
  return slots;
}

} // namespace pw::verify
