#include "ir/compile.h"

#include "ir/export/export.h"
#include "ir/import/import.h"
#include "ir/passes/passes.h"
#include "ir/schedule/schedule.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

namespace pw {

namespace {

std::string text_of(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

} // namespace

Compiled compile_pipeline(const Object& object, const LiftedProgram& lifted,
                          const CompileOptions& options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = ir::import_program(context, object, lifted);
  ir::run_passes(*module, options.window.value_or(256));
  Compiled result;
  result.pw_text = text_of(*module);
  schedule::ScheduleOptions how{options.device, options.clock_mhz, options.random_schedule};
  result.warnings = schedule::schedule_program(*module, how);
  result.stages_text = text_of(*module);
  result.pipeline = ir::export_pipeline(*module, object, lifted, options);
  result.pipeline.name = lifted.module->getName().str();
  return result;
}

} // namespace pw
