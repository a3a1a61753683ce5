#include "ir/compile.h"

#include "ir/export/export.h"
#include "ir/import/import.h"
#include "ir/passes/passes.h"
#include "ir/resources.h"
#include "ir/schedule/schedule.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

namespace pw {

namespace {

std::string text_of(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

// Offsets that depend on the packet are held against the window where they are resolved; this is
// for constant ones, which need no limit unless the user sets one.
void check_window(const pipeline::Pipeline& pipeline, unsigned window) {
  if (pipeline.window_bytes <= window)
    return;
  Diagnostic found =
      diagnose("PW-PKT-020", "the program reads byte " + std::to_string(pipeline.window_bytes - 1) +
                                 " of the packet, behind the header window")
          .limited(std::to_string(window) + " bytes",
                   std::to_string(pipeline.window_bytes) + " bytes")
          .help("raise --window, or leave it away");
  for (const pipeline::Operation& op : pipeline.operations)
    if (op.kind == pipeline::OpKind::PacketField &&
        unsigned(op.offset) + pipeline.values[op.result].width / 8 == pipeline.window_bytes)
      found.location = op.location;
  throw Failure(found);
}

bool is_window(const Failure& failure) {
  return std::ranges::all_of(failure.diagnostics(),
                             [](const Diagnostic& d) { return d.code == "PW-PKT-020"; });
}

mlir::OwningOpRef<mlir::ModuleOp> made_with(mlir::MLIRContext& context, const Object& object,
                                            const LiftedProgram& lifted,
                                            const CompileOptions& options, unsigned window) {
  auto module = ir::import_program(context, object, lifted);
  ir::run_passes(*module, {.window = window,
                           .fixedWindow = options.window.value_or(widest_window),
                           .wholePacket = options.whole_packet,
                           .widest = options.bus_bits / 8});
  return module;
}

// Writes at offsets known only at run time have to be in the window. Where the user does not name
// one it grows for their sake.
mlir::OwningOpRef<mlir::ModuleOp> data_flow(mlir::MLIRContext& context, const Object& object,
                                            const LiftedProgram& lifted,
                                            const CompileOptions& options) {
  try {
    return made_with(context, object, lifted, options, options.window.value_or(usual_window));
  } catch (const Failure& failure) {
    if (options.window || !options.whole_packet || !is_window(failure))
      throw;
    try {
      return made_with(context, object, lifted, options, roomy_window);
    } catch (const Failure&) {
    }
    throw;
  }
}

} // namespace

Compiled compile_pipeline(const Object& object, const LiftedProgram& lifted,
                          const CompileOptions& options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = data_flow(context, object, lifted, options);
  Compiled result;
  result.pw_text = text_of(*module);
  schedule::ScheduleOptions how{options.device, options.clock_mhz, options.random_schedule};
  result.warnings = schedule::schedule_program(*module, how);
  result.stages_text = text_of(*module);
  result.pipeline = ir::export_pipeline(*module, object, lifted, options);
  result.pipeline.name = lifted.module->getName().str();
  check_fits(memory_uses(result.pipeline), options.device); // look-up ports are known only now
  if (options.window)
    check_window(result.pipeline, *options.window);
  return result;
}

} // namespace pw
