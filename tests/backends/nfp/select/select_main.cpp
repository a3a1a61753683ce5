// nfp_select_example FILE [PROGRAM] [llvm]: the instructions, or the prepared LLVM IR, of a
// program.
#include "backends/nfp/isa/print.h"
#include "backends/nfp/select/passes.h"
#include "backends/nfp/select/select.h"

#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>

#include <iostream>

namespace {
using namespace pw;

void print(const nfp::Function& f) {
  unsigned count = 0;
  for (std::size_t b = 0; b < f.blocks.size(); ++b) {
    std::cout << ".block_" << b << ":\n";
    const nfp::Block& block = f.blocks[b];
    for (const nfp::Instruction& i : block.body)
      std::cout << "  " << nfp::print(i) << "\n";
    if (block.branch)
      std::cout << "  " << nfp::print(*block.branch) << "\n";
    count += unsigned(block.body.size()) + block.branch.has_value();
    std::cout << "  -> " << (block.next ? std::to_string(*block.next) : "end") << "\n";
  }
  std::cout << count << " instructions\n";
}
} // namespace

int main(int argc, char** argv) try {
  const Object object = open_object(argv[1]);
  const Program& program = select_program(object, argc > 2 ? argv[2] : "");
  const nfp::FirmwareProfile profile;
  LiftOptions options;
  options.verify.micro_engine = true;
  options.head_room = profile.adjust_head.guaranteed_sub;
  const LiftedProgram lifted = lift_program(object, program, options);
  if (argc > 3) {
    nfp::prepare(*lifted.module)->print(llvm::outs(), nullptr);
    return 0;
  }
  std::vector<nfp::Table> tables;
  std::vector<Diagnostic> warnings;
  print(nfp::select(object, program, lifted, profile, tables, warnings));
} catch (const pw::Failure& f) {
  std::cerr << f.what();
  return 1;
}
