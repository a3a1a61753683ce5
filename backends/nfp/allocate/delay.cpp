// A write of ActLMAddrN takes effect three instructions later: nops where nothing else stands
// between it and the first use. Where a block leaves before, its successors wait at their begin.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>
#include <array>

namespace pw::nfp {
namespace {

constexpr unsigned indices = 4, delay = 3;
using Waits = std::array<unsigned, indices>; // instructions until an address is there

std::optional<unsigned> index_of_csr(std::uint16_t csr) {
  constexpr std::array<std::uint16_t, indices> addresses = {0x64, 0x6c, 0x94, 0x9c};
  for (unsigned n = 0; n < indices; ++n)
    if (addresses[n] == csr)
      return n;
  return std::nullopt;
}

unsigned needed(const Instruction& i, const Waits& waits) {
  unsigned most = 0;
  for (const Operand* o : {&i.dst, &i.a, &i.b})
    if (o->kind == Operand::Kind::Local)
      most = std::max(most, waits[o->number]);
  return most;
}

void pass(const Instruction& i, Waits& waits) {
  for (unsigned& w : waits)
    w = i.op == Op::Call || w == 0 ? 0 : w - 1; // a call is three words before the helper's first
  if (i.op == Op::CsrWrite)
    if (const auto index = index_of_csr(i.csr))
      waits[*index] = delay;
}

// The nops that the bundle at `begin` needs before it.
unsigned missing(const std::vector<Instruction>& body, std::size_t begin, Waits waits) {
  unsigned most = 0;
  for (std::size_t i = begin, end = bundle_end(body, begin); i < end; ++i) {
    most = std::max(most, needed(body[i], waits));
    pass(body[i], waits);
  }
  return most;
}

Waits delay_block(Block& b, Waits waits) {
  std::vector<Instruction> body;
  for (std::size_t i = 0; i < b.body.size();) {
    for (unsigned n = missing(b.body, i, waits); n > 0; --n) {
      body.push_back(Instruction{});
      pass(body.back(), waits);
    }
    for (const std::size_t end = bundle_end(b.body, i); i < end; ++i) {
      pass(b.body[i], waits);
      body.push_back(std::move(b.body[i]));
    }
  }
  b.body = std::move(body);
  if (b.branch)
    pass(*b.branch, waits);
  return waits;
}

} // namespace

void delay_addresses(Function& f) {
  std::vector<Waits> at_begin(f.blocks.size(), Waits{});
  for (BlockId b : reverse_post_order(f)) {
    const Waits end = delay_block(f.blocks[b], at_begin[b]);
    for (BlockId s : successors(f.blocks[b]))
      for (unsigned n = 0; n < indices; ++n)
        at_begin[s][n] = std::max(at_begin[s][n], end[n]);
  }
}

} // namespace pw::nfp
