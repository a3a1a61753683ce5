#include "ir/schedule/guards.h"

#include "ir/passes/exclusion.h"

#include <map>

namespace pw::schedule {

using namespace pw::ir;
using mlir::Value;

llvm::StringMap<Value> make_guards(ProgramOp program) {
  std::map<std::string, std::vector<AccessOp>> tables;
  for (auto access : program.getBody().front().getOps<AccessOp>())
    tables[access.getMap().str()].push_back(access);
  llvm::StringMap<Value> guards;
  Exclusion exclusion;
  for (auto& [map, accesses] : tables) {
    AccessOp first = accesses.front();
    bool all = llvm::all_of(
        accesses, [&](AccessOp a) { return exclusion.implies(a.getEnable(), first.getEnable()); });
    if (accesses.size() < 2 || !all || constant_of(first.getEnable()))
      continue;
    mlir::OpBuilder builder(first);
    Value zero =
        builder.create<mlir::arith::ConstantOp>(first.getLoc(), builder.getBoolAttr(false));
    guards[map] = builder.create<ConcatOp>(first.getLoc(), builder.getIntegerType(2),
                                           mlir::ValueRange{first.getEnable(), zero});
  }
  return guards;
}

} // namespace pw::schedule
