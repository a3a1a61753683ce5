#include "backends/nfp/allocate/values.h"

namespace pw::nfp {

std::optional<std::uint32_t> loaded_constant(const Instruction& i) {
  if (i.op == Op::LoadValue)
    return i.value;
  if (i.op == Op::Alu && i.alu == AluOp::B && i.b.kind == Operand::Kind::Constant)
    return i.b.number;
  return std::nullopt;
}

bool is_commutative(AluOp op) {
  return op == AluOp::Add || op == AluOp::And || op == AluOp::Or || op == AluOp::Xor;
}

Definitions::Definitions(const Function& f) : values(f.values), groups(f.transfers.size()) {
  for (BlockId b = 0; b < f.blocks.size(); ++b)
    for (const Instruction& i : f.blocks[b].body) {
      if (i.dst.kind == Operand::Kind::Virtual) {
        Definition& d = values[i.dst.number];
        ++d.count;
        d.block = b;
        d.constant = loaded_constant(i);
      }
      const bool filled = i.op == Op::Command && is_read(i.memory) && i.data.grouped;
      if (filled) {
        ++groups[i.data.number].count;
        groups[i.data.number].block = b;
      }
    }
}

} // namespace pw::nfp
