#include "backends/nfp/allocate/fingerprint.h"

namespace pw::nfp {
namespace {

template <class... T> std::uint32_t bits(T... flags) {
  std::uint32_t all = 0;
  ((all = all << 1 | std::uint32_t(bool(flags))), ...);
  return all;
}

} // namespace

void append_fingerprint(const Operand& o, Fingerprint& out) {
  out.push_back(std::uint32_t(o.kind) << 24 | std::uint32_t(o.bank) << 20 |
                std::uint32_t(o.step) << 16 | std::uint32_t(o.offset) << 8 | bits(o.grouped));
  out.push_back(o.number);
  out.push_back(o.word);
}

void append_fingerprint(const Instruction& i, Fingerprint& out) {
  for (const Operand* o : {&i.dst, &i.a, &i.b, &i.data})
    append_fingerprint(*o, out);
  out.push_back(bits(i.indirect, i.set_conditions, i.invert, i.zero_others, i.wide, i.swap_context,
                     i.bit_set, i.byte_equal, i.follows));
  for (unsigned field : {unsigned(i.op),
                         unsigned(i.alu),
                         unsigned(i.shift_op),
                         unsigned(i.shift),
                         unsigned(i.amount),
                         unsigned(i.immediate),
                         unsigned(i.immediate_width),
                         unsigned(i.byte_shift),
                         unsigned(i.byte_mask),
                         unsigned(i.csr),
                         unsigned(i.multiply),
                         unsigned(i.step),
                         unsigned(i.memory),
                         unsigned(i.mode),
                         unsigned(i.count),
                         unsigned(i.condition),
                         unsigned(i.target.kind),
                         i.target.number,
                         unsigned(i.bit),
                         unsigned(i.byte),
                         unsigned(i.byte_value),
                         unsigned(i.defer),
                         i.helper,
                         i.value})
    out.push_back(field);
}

} // namespace pw::nfp
