#include "ir/schedule/materialize.h"

#include "llvm/ADT/MapVector.h"

namespace pw::schedule {

using namespace pw::ir;
using mlir::Value;

namespace {

class Materializer {
public:
  Materializer(ProgramOp program, const Problem& p, const Schedule& s,
               const std::vector<RegionPlan>& regions)
      : program_(program), p_(p), s_(s), regions_(regions), builder_(program), ops_(s.stages) {}
  PipelineOp run();

private:
  void collect();
  void drop_states();
  void add_interlocks();
  void use_constants_locally();
  llvm::SmallVector<Value> leaving(unsigned stage);
  void build(unsigned stage);
  unsigned group_of(unsigned stage) const;

  ProgramOp program_;
  const Problem& p_;
  const Schedule& s_;
  const std::vector<RegionPlan>& regions_;
  mlir::OpBuilder builder_;
  std::vector<std::vector<mlir::Operation*>> ops_; // by stage
  llvm::DenseMap<mlir::Operation*, unsigned> stage_of_;
  std::vector<mlir::Operation*> replaced_;
};

// In program order within a stage, except that a read's data is there only later: it stands where
// it is issued.
void Materializer::collect() {
  for (mlir::Operation& op : program_.getBody().front()) {
    auto n = p_.node_of.find(&op);
    if (n == p_.node_of.end())
      continue;
    auto stage = unsigned(s_.stage[n->second]);
    ops_[stage].push_back(&op);
    stage_of_[&op] = stage;
    if (unsigned latency = p_.nodes[n->second].delay.latency)
      op.setAttr("latency", builder_.getI64IntegerAttr(latency));
  }
}

// States have told the order; the schedule keeps it from here on.
void Materializer::drop_states() {
  for (auto& stage : ops_)
    for (mlir::Operation*& op : stage) {
      if (auto read = mlir::dyn_cast<ReadOp>(op))
        read.getStateMutable().clear();
      else if (auto find = mlir::dyn_cast<FindOp>(op))
        find.getStateMutable().clear();
      else if (auto access = mlir::dyn_cast<AccessOp>(op)) {
        builder_.setInsertionPoint(access);
        auto plain = builder_.create<AccessOp>(
            access.getLoc(), access.getOutcome().getType(), mlir::Type(), access.getMapAttr(),
            Value(), access.getEnable(), access.getKey(), access.getInsert(), access.getRemove(),
            access.getStamp());
        plain->setDiscardableAttrs(access->getDiscardableAttrDictionary());
        access.getOutcome().replaceAllUsesWith(plain.getOutcome());
        op = plain;
        stage_of_[op] = stage_of_[access];
        replaced_.push_back(access);
      } else if (auto write = mlir::dyn_cast<WriteOp>(op)) {
        builder_.setInsertionPoint(write);
        op = builder_.create<WriteOp>(write.getLoc(), mlir::Type(), write.getMapAttr(),
                                      write.getColumnAttr(), Value(), write.getEnable(),
                                      write.getHandle(), write.getData(), write.getIndex(),
                                      write.getByteEnablesAttr());
        stage_of_[op] = stage_of_[write];
        replaced_.push_back(write);
      }
    }
  for (mlir::Operation* old : llvm::reverse(replaced_)) {
    old->dropAllUses();
    old->erase();
  }
}

void Materializer::add_interlocks() {
  builder_.setInsertionPointToEnd(&program_.getBody().front());
  for (const RegionPlan& r : regions_)
    for (const auto& lock : r.interlocks) {
      MapOp map = lock.map;
      auto op = builder_.create<InterlockOp>(program_.getLoc(), map.getSymName(), lock.distance,
                                             lock.handles, lock.when_full);
      ops_[r.first_stage].insert(ops_[r.first_stage].begin(), op);
      stage_of_[op] = r.first_stage;
    }
}

// A constant costs no register: each stage that needs it has its own.
void Materializer::use_constants_locally() {
  for (unsigned stage = 0; stage < s_.stages; ++stage) {
    llvm::MapVector<mlir::Operation*, mlir::Operation*> copies;
    for (mlir::Operation* op : ops_[stage])
      for (mlir::OpOperand& use : op->getOpOperands()) {
        auto c = use.get().getDefiningOp<mlir::arith::ConstantOp>();
        if (!c)
          continue;
        mlir::Operation*& copy = copies[c];
        if (!copy) {
          builder_.setInsertionPointAfter(c);
          copy = builder_.clone(*c);
          stage_of_[copy] = stage;
        }
        use.set(copy->getResult(0));
      }
    std::vector<mlir::Operation*> first;
    for (auto& [from, copy] : copies)
      first.push_back(copy);
    ops_[stage].insert(ops_[stage].begin(), first.begin(), first.end());
  }
}

llvm::SmallVector<Value> Materializer::leaving(unsigned stage) {
  llvm::SmallVector<Value> result;
  for (mlir::Operation* op : ops_[stage])
    for (Value v : op->getResults())
      if (!mlir::isa<StateType>(v.getType()) &&
          llvm::any_of(v.getUsers(), [&](mlir::Operation* user) {
            auto used = stage_of_.find(user);
            return used == stage_of_.end() ? !mlir::isa<InterlockOp>(user) : used->second > stage;
          }))
        result.push_back(v);
  return result;
}

unsigned Materializer::group_of(unsigned stage) const {
  unsigned group = 0;
  for (unsigned r = 1; r < regions_.size(); ++r)
    if (regions_[r].first_stage <= stage)
      group = r;
  return group;
}

void Materializer::build(unsigned stage) {
  auto values = leaving(stage);
  llvm::SmallVector<mlir::Type> types;
  for (Value v : values)
    types.push_back(v.getType());
  auto op = builder_.create<StageOp>(program_.getLoc(), types, stage, group_of(stage));
  mlir::Block& block = op.getBody().emplaceBlock();
  for (mlir::Operation* inner : ops_[stage]) {
    inner->remove();
    block.push_back(inner);
  }
  for (auto [v, out] : llvm::zip(values, op.getRegisters()))
    v.replaceUsesWithIf(out,
                        [&](mlir::OpOperand& use) { return use.getOwner()->getBlock() != &block; });
  if (stage + 1 < s_.stages) {
    mlir::OpBuilder end = mlir::OpBuilder::atBlockEnd(&block);
    end.create<RegisterOp>(program_.getLoc(), values);
  }
}

PipelineOp Materializer::run() {
  collect();
  add_interlocks();
  use_constants_locally();
  auto exit = mlir::cast<ExitOp>(p_.nodes[p_.exit].op);
  exit.getStatesMutable().clear();
  drop_states();
  builder_.setInsertionPoint(program_);
  auto pipeline = builder_.create<PipelineOp>(program_.getLoc(), program_.getSymName());
  mlir::Block& body = pipeline.getBody().emplaceBlock();
  builder_.setInsertionPointToEnd(&body);
  for (unsigned stage = 0; stage < s_.stages; ++stage)
    build(stage);
  auto last = mlir::cast<StageOp>(body.back());
  exit->moveBefore(&last.getBody().front(), last.getBody().front().end());
  return pipeline;
}

} // namespace

PipelineOp materialize(ProgramOp program, const Problem& p, const Schedule& s,
                       const std::vector<RegionPlan>& regions) {
  PipelineOp pipeline = Materializer(program, p, s, regions).run();
  program.erase();
  return pipeline;
}

} // namespace pw::schedule
