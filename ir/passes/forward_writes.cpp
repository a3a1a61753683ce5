// A packet that touches a column in several places reads all of them first; what it writes in one
// and reads in another goes there directly.
//
//   %a = read [%h]; %s1 = write [%h], f(%a)        %a = read [%h]; %b = read [%k]
//   %b = read [%k] on %s1                     =>   %c = select (eq %h, %k), f(%b), %b
//   write [%k], g(%b)                              write [%h], f(%a); write [%k], g(%c)
//
// Where the places are the same, so are the words: f is made of %b, so that no value waits for
// another place's. All reads and all writes can then stand in one stage, where the later write
// wins.
#include "ir/passes/build.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

#include <functional>

namespace pw::ir {

#define GEN_PASS_DEF_FORWARDWRITES
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;

constexpr std::size_t most_writes = 16, most_copies = 4000;

bool same_place(WriteOp w, ReadOp r) {
  return w.getHandle() == r.getHandle() && w.getIndex() == r.getIndex();
}

class Forwarder {
public:
  Forwarder(mlir::Block& block, WriteOp first) : block_(block), build_(block) {
    for (WriteOp w = first; w; w = next(w))
      writes_.push_back(w);
  }

  void run();

private:
  static WriteOp next(WriteOp w) {
    for (mlir::Operation* user : w.getResult().getUsers())
      if (auto after = mlir::dyn_cast<WriteOp>(user))
        return after;
    return {};
  }
  bool worthwhile();
  void advance(ReadOp read, std::size_t writes_before);
  Value same_entry(WriteOp w, ReadOp r);
  Value written(WriteOp w, Value before, Value data);

  mlir::Block& block_;
  Build build_;
  std::vector<WriteOp> writes_;
  std::size_t copies_ = 0;
};

// Not where a place depends on what is read: it has to be read one after another then.
bool Forwarder::worthwhile() {
  std::vector<Value> reads, places;
  bool late = false;
  for (std::size_t n = 0; n <= writes_.size(); ++n) {
    Value state = n ? writes_[n - 1].getResult() : writes_[0].getState();
    for (mlir::Operation* user : state.getUsers())
      if (auto read = mlir::dyn_cast<ReadOp>(user)) {
        late |= n > 0;
        reads.push_back(read.getResult());
        places.push_back(read.getHandle());
        if (read.getIndex())
          places.push_back(read.getIndex());
      }
    if (n < writes_.size()) {
      places.push_back(writes_[n].getHandle());
      if (writes_[n].getIndex())
        places.push_back(writes_[n].getIndex());
    }
  }
  return late && writes_.size() <= most_writes &&
         llvm::none_of(places, [&](Value v) { return depends_on(v, reads); });
}

Value Forwarder::same_entry(WriteOp w, ReadOp r) {
  auto equal = [&](Value a, Value b) {
    if (a == b)
      return Value();
    return build_.behind({a, b}).createOrFold<mlir::arith::CmpIOp>(
        build_.where(), mlir::arith::CmpIPredicate::eq, a, b);
  };
  Value same = build_.bits(r.getHandle(), 0, 1);
  if (Value handles = equal(w.getHandle(), r.getHandle()))
    same = build_.both(same, handles);
  if (w.getIndex())
    if (Value words = equal(w.getIndex(), r.getIndex()))
      same = build_.both(same, words);
  return same;
}

// The word with the bytes that a write enables.
Value Forwarder::written(WriteOp w, Value before, Value data) {
  std::vector<Value> bytes;
  auto enables = w.getByteEnables();
  for (unsigned at = 0; at < enables.size();) {
    unsigned end = at;
    while (end < enables.size() && enables[end] == enables[at])
      ++end;
    bytes.push_back(build_.bits(enables[at] ? data : before, at * 8, (end - at) * 8));
    at = end;
  }
  return build_.concat(bytes);
}

void Forwarder::advance(ReadOp read, std::size_t writes_before) {
  build_.at(read.getLoc());
  std::vector<Value> operands = {read.getHandle(), writes_[0].getState(), read.getEnable()};
  if (read.getIndex())
    operands.push_back(read.getIndex());
  Value first = build_.behind(operands).create<ReadOp>(
      read.getLoc(), read.getResult().getType(), read.getMapAttr(), read.getColumnAttr(),
      writes_[0].getState(), read.getEnable(), read.getHandle(), read.getIndex());
  Value word = first;
  for (std::size_t n = 0; n < writes_before; ++n) {
    WriteOp w = writes_[n];
    llvm::DenseMap<Value, Value> copies;
    std::function<Value(Value)> here = [&](Value v) -> Value {
      auto known = copies.find(v);
      if (known != copies.end())
        return known->second;
      mlir::Operation* op = v.getDefiningOp();
      auto other = mlir::dyn_cast<ReadOp>(op);
      if (other && other.getMap() == read.getMap() && other.getColumn() == read.getColumn())
        return copies[v] = same_place(w, other) ? first : v;
      if (op->hasAttr("map") || copies_ > most_copies) // another access is not made twice
        return copies[v] = v;
      std::vector<Value> from;
      for (Value operand : op->getOperands())
        from.push_back(here(operand));
      if (llvm::equal(from, op->getOperands()))
        return copies[v] = v;
      ++copies_;
      mlir::OperationState state(op->getLoc(), op->getName());
      state.addOperands(from);
      state.addTypes(op->getResultTypes());
      state.addAttributes(op->getAttrs());
      return copies[v] = build_.behind(from).create(state)->getResult(0);
    };
    Value applies = build_.both(here(w.getEnable()), same_entry(w, read));
    word = build_.select(applies, written(w, word, here(w.getData())), word);
  }
  read.getResult().replaceAllUsesWith(word);
  read.erase();
}

void Forwarder::run() {
  if (!worthwhile())
    return;
  for (std::size_t n = 1; n <= writes_.size(); ++n) {
    std::vector<ReadOp> reads;
    for (mlir::Operation* user : writes_[n - 1].getResult().getUsers())
      if (auto read = mlir::dyn_cast<ReadOp>(user))
        reads.push_back(read);
    for (ReadOp read : reads)
      advance(read, n);
  }
  sort_block(block_);
}

struct Pass : impl::ForwardWritesBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>()) {
      mlir::Block& block = program.getBody().front();
      std::vector<WriteOp> first;
      for (auto write : block.getOps<WriteOp>())
        if (write.getState().getDefiningOp<StateOp>())
          first.push_back(write);
      for (WriteOp write : first)
        Forwarder(block, write).run();
    }
  }
};

} // namespace
} // namespace pw::ir
