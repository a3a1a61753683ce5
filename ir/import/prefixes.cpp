// Keys of longest-prefix matches: a length, and the data that it counts bits of.
#include "ir/import/importer.h"

#include "llvm/Analysis/SimplifyQuery.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/Support/KnownBits.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

// What is known of the lowest 32 bits of a key. Keys are put together of many pieces, and LLVM's
// own analysis looks only a few operations deep.
llvm::KnownBits low_bits(llvm::Value* v, const llvm::SimplifyQuery& query) {
  auto* op = llvm::dyn_cast<llvm::Operator>(v);
  unsigned opcode = op ? op->getOpcode() : 0;
  if (opcode == llvm::Instruction::Or)
    return low_bits(op->getOperand(0), query) | low_bits(op->getOperand(1), query);
  if (opcode == llvm::Instruction::ZExt && op->getOperand(0)->getType()->getIntegerBitWidth() >= 32)
    return low_bits(op->getOperand(0), query);
  auto* shift = opcode == llvm::Instruction::Shl
                    ? llvm::dyn_cast<llvm::ConstantInt>(op->getOperand(1))
                    : nullptr;
  if (shift && shift->getValue().uge(32))
    return llvm::KnownBits::makeConstant(llvm::APInt(32, 0));
  return llvm::computeKnownBits(v, 0, query).trunc(32);
}

} // namespace

// The first 32 bits of the key, if they are always the same.
std::optional<std::uint32_t> Importer::prefix_length(llvm::CallInst& i) {
  llvm::KnownBits length = low_bits(
      i.getArgOperand(0), llvm::SimplifyQuery(module_.getDataLayout(), nullptr, assumptions_, &i));
  if (!length.isConstant())
    return std::nullopt;
  return std::uint32_t(length.getConstant().getZExtValue());
}

// Is a map looked up with keys that may be shorter than whole ones?
bool Importer::looks_up_parts(unsigned index) {
  llvm::Function* f = module_.getFunction("pw.map.find." + std::to_string(index));
  const unsigned whole = 8 * (object_.maps.at(index).key_size - 4);
  return f && llvm::any_of(f->users(), [&](llvm::User* user) {
           auto* call = llvm::dyn_cast<llvm::CallInst>(user);
           auto length = call ? prefix_length(*call) : std::nullopt;
           return call && (!length || *length < whole);
         });
}

Importer::PrefixKey Importer::prefix_key(llvm::CallInst& i, bool longest, Value replaces) {
  Value key = value(i.getArgOperand(0));
  const unsigned bits = width_of(key) - 32;
  auto known = prefix_length(i);
  Value length = known ? constant(32, *known) : make<BitsOp>(builder_.getIntegerType(32), key, 0);
  Value data = make<BitsOp>(builder_.getIntegerType(bits), key, 32);
  PrefixKey out;
  out.fits = known ? constant(1, *known <= bits)
                   : compare(arith::CmpIPredicate::ule, length, constant(32, bits));
  out.key = make<ConcatOp>(builder_.getIntegerType(bits + 34),
                           mlir::ValueRange{length, data, constant(1, longest), replaces});
  return out;
}

} // namespace pw::ir
