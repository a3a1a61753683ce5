// The search for what a micro-engine can't do: one walk over the instructions, one over the maps.
#pragma once

#include "backends/nfp/select/reads.h"
#include "backends/nfp/select/refuse.h"

#include <llvm/IR/InstIterator.h>

#include <initializer_list>
#include <set>

namespace pw::nfp {

class Refusals {
public:
  Refusals(const Object& object, const Program& program, const llvm::Function& f,
           const FirmwareProfile& profile, const TablePlan& tables, bool tc)
      : object_(object), program_(program), f_(f), profile_(profile), tables_(tables), tc_(tc) {}
  std::vector<Diagnostic> run();

private:
  void add(const llvm::Instruction*, Diagnostic);
  void add(SourceLocation, Diagnostic);
  // Of the instruction, or of the nearest one that takes its result or gives it one; else where the
  // program ends.
  SourceLocation place(const llvm::Instruction&) const;
  // Of the program's only call of one of these helpers; else of the instruction.
  SourceLocation call_site(std::initializer_list<int> helpers, const llvm::Instruction&) const;

  // refuse_maps.cpp
  void maps();
  void map_type(const MapDefinition&, const llvm::Instruction* use);
  void map_sizes(const MapDefinition&, const llvm::Instruction* use);
  const llvm::Instruction* first_use(unsigned map) const;

  // refuse_calls.cpp
  void helpers();
  void call(const llvm::CallInst&);
  void environment(const llvm::CallInst&);
  void metadata(const llvm::CallInst&);
  void event(const llvm::CallInst&);
  void firmware(const llvm::CallInst&);
  void exit(const llvm::CallInst&);
  void head(const llvm::CallInst&);

  // refuse.cpp: instructions and memory
  void instruction(const llvm::Instruction&);
  void wide(const llvm::Instruction&);
  void atomic(const llvm::Instruction&);
  void pieces(const llvm::Instruction&, const std::string& what);
  void access(const llvm::Instruction&, const llvm::Value* address, unsigned bytes, bool write);
  void constants(const llvm::Instruction&, const llvm::Value* address);
  void packet(const llvm::Instruction&, const Place&, unsigned bytes);
  void uses(const llvm::Instruction&, const Place&, unsigned map, unsigned bytes, bool write);
  void change(const llvm::StoreInst&, unsigned map);
  bool comes_from(const llvm::Value*, const Place&, unsigned depth,
                  std::set<const llvm::Value*>& seen);

  const Object& object_;
  const Program& program_;
  const llvm::Function& f_;
  const FirmwareProfile& profile_;
  const TablePlan& tables_;
  bool tc_;
  std::vector<Diagnostic> all_;
};

} // namespace pw::nfp
