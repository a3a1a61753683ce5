// pipewright-opt: reads the `pw` dialect as text, runs passes, prints it again. Like mlir-opt.
#include "ir/dialect/dialect.h"
#include "ir/passes/passes.h"
#include "ir/schedule/pass.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char** argv) {
  mlir::DialectRegistry dialects;
  dialects.insert<pw::ir::PwDialect, mlir::arith::ArithDialect>();
  pw::ir::registerPwPasses();
  pw::schedule::register_schedule_pass();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  return mlir::failed(
      mlir::MlirOptMain(argc, argv, "pipewright: passes over packet programs\n", dialects));
}
