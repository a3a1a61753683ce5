// Events for the host.
#include "ir/import/importer.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {
// So many bytes of the packet come with the header's fields; more are taken from a copy of the
// packet in memory.
constexpr std::int64_t most_fields = 128;

std::optional<std::int64_t> number(const llvm::Value* v) {
  auto* c = llvm::dyn_cast<llvm::ConstantInt>(v);
  return c ? std::optional(c->getSExtValue()) : std::nullopt;
}
} // namespace

// Arguments: bytes of the record; of a sample how many of the packet follow, and where they begin;
// then the record in parts.
void Importer::import_event(llvm::CallInst& i, unsigned map, bool sample) {
  std::vector<Value> parts;
  for (unsigned a = sample ? 3 : 1; a < i.arg_size(); ++a)
    parts.push_back(value(i.getArgOperand(a)));
  unsigned bits = 0;
  for (Value v : parts)
    bits += width_of(v);
  Value length = resize(value(i.getArgOperand(0)), 16), copied, head, packet;
  if (sample) {
    const auto size = number(i.getArgOperand(0)), first = number(i.getArgOperand(2));
    const OffsetRange range = range_of(i.getArgOperand(1), &i);
    copied = resize(value(i.getArgOperand(1)), 16);
    if (size && *size * 8 == bits && first && range.min >= 0 && range.max <= most_fields) {
      if (range.max > 0) {
        bits += 8 * unsigned(range.max);
        parts.push_back(builder_.create<ExtractOp>(
            where_, builder_.getIntegerType(8 * unsigned(range.max)), packet_, *first));
      }
      length = make<arith::AddIOp>(length, copied);
      copied = {};
    } else {
      head = resize(value(i.getArgOperand(2)), 16);
      packet = packet_;
    }
  }
  Value data = parts.empty()       ? constant(8, 0)
               : parts.size() == 1 ? parts[0]
                                   : make<ConcatOp>(builder_.getIntegerType(bits), parts);
  builder_.create<EventOp>(where_, map, predicate(), length, data, packet, copied, head,
                           mlir::ValueRange(), mlir::DenseI64ArrayAttr());
}

} // namespace pw::ir
