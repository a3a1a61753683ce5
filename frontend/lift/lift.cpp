#include "frontend/lift/lifter.h"
#include "frontend/lift/passes.h"

#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <set>

namespace pw {

LiftedProgram::LiftedProgram() = default;
LiftedProgram::LiftedProgram(LiftedProgram&&) noexcept = default;
LiftedProgram& LiftedProgram::operator=(LiftedProgram&& o) noexcept {
  module = std::move(o.module); // before its context
  context = std::move(o.context);
  trace_formats = std::move(o.trace_formats);
  instructions = o.instructions;
  warnings = std::move(o.warnings);
  key_maps = std::move(o.key_maps);
  tc = o.tc;
  return *this;
}
LiftedProgram::~LiftedProgram() { module.reset(); }

namespace {
// Of the program and those that its tail calls reach.
unsigned count_instructions(const verify::Exploration& explored, const verify::Linked& linked) {
  std::set<unsigned> parts;
  for (const verify::Context& c : explored.contexts)
    parts.insert(linked.part_of(c.function->first));
  unsigned n = 0;
  for (unsigned i = 0; i < explored.code.size(); ++i)
    n += explored.code[i] && parts.contains(linked.part_of(i));
  return n;
}
} // namespace

LiftedProgram lift_program(const Object& object, const Program& program,
                           const LiftOptions& options) {
  const verify::Linked linked(object, program);
  verify::Report report(linked);
  verify::Exploration explored = verify::explore(object, linked, options.verify, report);
  const bool refused = report.errors();
  std::vector<Diagnostic> said = report.take();
  if (refused)
    throw Failure(std::move(said));
  LiftedProgram out;
  out.warnings = std::move(said);
  out.tc = linked.whole.type == ProgramType::Tc;
  out.instructions = count_instructions(explored, linked);
  out.context = std::make_unique<llvm::LLVMContext>();
  out.module = std::make_unique<llvm::Module>(program.name, *out.context);
  lift::Lifter(object, linked.whole, explored, options, out).run();
  lift::promote_cells(*out.module);
  if (options.optimize)
    lift::optimize(*out.module, options.verify.micro_engine);
  lift::split_nulls(*out.module);
  lift::normalize(*out.module);
  lift::check_form(*out.module, options.verify.micro_engine);
  return out;
}

std::string print_llvm(const LiftedProgram& lifted) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  lifted.module->print(stream, nullptr);
  return text;
}

} // namespace pw
