// Blocks in topological order; where paths meet, phis become selections by the edge taken.
#include "ir/import/importer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Passes/PassBuilder.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

void load_dialects(mlir::MLIRContext& context) {
  context.loadDialect<PwDialect, arith::ArithDialect>();
}

mlir::OwningOpRef<mlir::ModuleOp> import_program(mlir::MLIRContext& context, const Object& object,
                                                 const LiftedProgram& program) {
  return Importer(context, object, program).run();
}

Importer::Importer(mlir::MLIRContext& context, const Object& object, const LiftedProgram& program)
    : context_(context), object_(object), module_(*program.module), key_maps_(program.key_maps),
      builder_(&context), where_(builder_.getUnknownLoc()) {
  load_dialects(context);
  out_ = mlir::ModuleOp::create(where_);
  function_ = module_.getFunction("pw.program");
  if (!function_ || function_->empty())
    throw Failure(diagnose("PW-IR-001", "the module has no function @pw.program"));
}

mlir::OwningOpRef<mlir::ModuleOp> Importer::run() {
  llvm::PassBuilder passes;
  llvm::LoopAnalysisManager loops;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(components);
  passes.registerFunctionAnalyses(analyses_);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, analyses_, components, modules);
  values_info_ = &analyses_.getResult<llvm::LazyValueAnalysis>(*function_);
  assumptions_ = &analyses_.getResult<llvm::AssumptionAnalysis>(*function_);

  builder_.setInsertionPointToEnd(out_->getBody());
  program_ = builder_.create<ProgramOp>(where_, "program");
  builder_.setInsertionPointToEnd(&program_.getBody().emplaceBlock());
  packet_ = builder_.create<ReceivedOp>(where_, PacketType::get(&context_));
  predicates_ = std::make_unique<Predicates>(*function_, builder_,
                                             [this](llvm::Value* v) { return value(v); });
  for (llvm::BasicBlock* block : llvm::ReversePostOrderTraversal<llvm::Function*>(function_))
    if (!llvm::isa<llvm::UnreachableInst>(block->getTerminator()))
      import_block(*block);
  analyses_.clear();
  return std::move(out_);
}

void Importer::import_block(llvm::BasicBlock& block) {
  block_ = &block;
  if (&block != &function_->getEntryBlock())
    enter_packet(block);
  import_phis(block);
  for (llvm::Instruction& i : block) {
    if (llvm::isa<llvm::PHINode>(i) || i.isTerminator())
      continue;
    where_ = location(i);
    import_instruction(i);
  }
  packet_at_end_[&block] = packet_;
}

void Importer::enter_packet(llvm::BasicBlock& block) {
  std::vector<Value> incoming;
  for (llvm::BasicBlock* p : predicates_->predecessors(block))
    incoming.push_back(packet_at_end_.at(p));
  packet_ = merge(block, incoming);
}

void Importer::import_phis(llvm::BasicBlock& block) {
  for (llvm::PHINode& phi : block.phis()) {
    where_ = location(phi);
    if (phi.getType()->isPointerTy()) {
      pointers_[&phi] = merge_pointers(block, phi);
      continue;
    }
    std::vector<Value> incoming;
    for (llvm::BasicBlock* p : predicates_->predecessors(block))
      incoming.push_back(value(phi.getIncomingValueForBlock(p)));
    values_[&phi] = merge(block, incoming);
  }
}

// incoming[i] comes from the i-th of the block's predecessors.
Value Importer::merge(llvm::BasicBlock& block, llvm::ArrayRef<Value> incoming) {
  llvm::MapVector<Value, std::vector<llvm::BasicBlock*>> by_value;
  for (auto [from, v] : llvm::zip(predicates_->predecessors(block), incoming))
    by_value[v].push_back(from);
  if (by_value.size() == 1)
    return incoming[0];
  auto condition = [&](const std::vector<llvm::BasicBlock*>& from) {
    Value any;
    for (llvm::BasicBlock* p : from) {
      Value c = predicates_->of_edge_in_merge({p, &block});
      any = any ? make<arith::OrIOp>(any, c) : c;
    }
    return any;
  };
  if (by_value.size() == 2) {
    auto &a = by_value.begin()[0], &b = by_value.begin()[1];
    bool swap = b.second.size() < a.second.size();
    return make<arith::SelectOp>(condition(swap ? b.second : a.second), swap ? b.first : a.first,
                                 swap ? a.first : b.first);
  }
  std::vector<Value> conditions, values;
  for (auto& [v, from] : by_value) {
    conditions.push_back(condition(from));
    values.push_back(v);
  }
  return make<MuxOp>(values[0].getType(), conditions, values);
}

mlir::Location Importer::location(const llvm::Instruction& i) {
  const llvm::DebugLoc& at = i.getDebugLoc();
  if (!at)
    return builder_.getUnknownLoc();
  llvm::StringRef file = at->getFilename();
  return mlir::FileLineColLoc::get(&context_, file, at.getLine(), at.getCol());
}

void Importer::refuse(llvm::Instruction* i, const std::string& why) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (i)
    i->print(os);
  Diagnostic d =
      diagnose("PW-IR-001", "the lifted program has a form that can't be imported: " + why);
  d.value = text;
  if (i)
    d.location = source_location(location(*i));
  throw Failure(d);
}

} // namespace pw::ir
