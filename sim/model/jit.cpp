#include "sim/model/jit.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>

namespace pw::model {

namespace {

[[noreturn]] void refuse(llvm::Error error) {
  throw Failure(diagnose("PW-INT-001", "the model's code was refused by LLVM: " +
                                           llvm::toString(std::move(error))));
}

template <typename T> T expect(llvm::Expected<T> value) {
  if (!value)
    refuse(value.takeError());
  return std::move(*value);
}

void expect(llvm::Error error) {
  if (error)
    refuse(std::move(error));
}

std::unique_ptr<llvm::orc::LLJIT> make_jit() {
  static const bool initialised =
      !llvm::InitializeNativeTarget() && !llvm::InitializeNativeTargetAsmPrinter();
  if (!initialised)
    throw Failure(diagnose("PW-INT-001", "LLVM has no code generator for this machine"));
  auto builder = expect(llvm::orc::JITTargetMachineBuilder::detectHost());
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Less);
  return expect(llvm::orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(builder)).create());
}

void define_runtime(llvm::orc::LLJIT& jit) {
  auto symbol = [&](const char* name, auto* function) {
    return std::pair(jit.mangleAndIntern(name),
                     llvm::orc::ExecutorSymbolDef(llvm::orc::ExecutorAddr::fromPtr(function),
                                                  llvm::JITSymbolFlags::Exported));
  };
  llvm::orc::SymbolMap symbols;
  symbols.insert(symbol("pw_model_find", &pw_model_find));
  symbols.insert(symbol("pw_model_packet_read", &pw_model_packet_read));
  symbols.insert(symbol("pw_model_access", &pw_model_access));
  symbols.insert(symbol("pw_model_find_access", &pw_model_find_access));
  symbols.insert(symbol("pw_model_trace", &pw_model_trace));
  symbols.insert(symbol("pw_model_event", &pw_model_event));
  expect(jit.getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols))));
}

} // namespace

CompiledPlan::CompiledPlan(const pipeline::Pipeline& pipeline, const Plan& plan, HostTables& tables,
                           Ports& ports)
    : jit_(make_jit()) {
  auto context = std::make_unique<llvm::LLVMContext>();
  auto module = generate_code(*context, pipeline, plan, tables, ports);
  module->setDataLayout(jit_->getDataLayout());
  define_runtime(*jit_);
  expect(jit_->addIRModule(llvm::orc::ThreadSafeModule(std::move(module), std::move(context))));
  for (std::size_t chunk = 0; chunk < plan.chunks.size(); ++chunk)
    functions_.push_back(
        expect(jit_->lookup("chunk" + std::to_string(chunk))).toPtr<StageFunction>());
}

CompiledPlan::~CompiledPlan() = default;

} // namespace pw::model
