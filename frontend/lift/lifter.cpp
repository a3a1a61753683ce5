#include "frontend/lift/lifter.h"

#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/MDBuilder.h>

#include <linux/pkt_cls.h>

#include <filesystem>

namespace pw::lift {

using namespace isa;

namespace {
constexpr unsigned packet_bytes = 66048; // 512 in front of coordinate 0
constexpr int no_fill = 65535;
} // namespace

Lifter::Lifter(const Object& object, const Program& program, verify::Exploration& explored,
               const LiftOptions& options, LiftedProgram& out)
    : object_(object), program_(program), explored_(explored), options_(options), out_(out),
      silent_(program),
      transfer_(object, program, explored.code, silent_, options.verify.micro_engine),
      m_(*out.module), b_(*out.context), di_(*out.module) {
  transfer_.next_id() = 1u << 31; // never one of the exploration's
}

void Lifter::run() {
  m_.setDataLayout("e-p:32:32-i64:64-n8:16:32:64"); // addresses of 32 bits keep indices narrow
  m_.addModuleFlag(llvm::Module::Warning, "Debug Info Version", llvm::DEBUG_METADATA_VERSION);
  declare_environment();
  create_cells();
  if (tc())
    create_skb();
  lay_out_stack();
  create_exit();
  for (unsigned n : explored_.order)
    blocks_[n] = llvm::BasicBlock::Create(m_.getContext(), "node", f_);
  llvm::BasicBlock* first = blocks_.at(explored_.order.front());
  for (unsigned n : explored_.order)
    lift_node(n);
  if (tc())
    finish_skb();
  b_.SetInsertPoint(entry_);
  b_.CreateBr(first);
  di_.finalize();
}

void Lifter::declare_environment() {
  llvm::LLVMContext& c = m_.getContext();
  packet_ = new llvm::GlobalVariable(m_, llvm::ArrayType::get(bits(8), packet_bytes), false,
                                     llvm::GlobalValue::ExternalLinkage, nullptr, "pw.packet");
  packet_->setAlignment(llvm::Align(1));
  const auto source = [&](const char* name, unsigned width) {
    auto* f = llvm::cast<llvm::Function>(m_.getOrInsertFunction(name, bits(width)).getCallee());
    f->setMemoryEffects(llvm::MemoryEffects::none());
    f->setDoesNotThrow();
    f->setWillReturn();
  };
  for (const char* name :
       {"pw.length", "pw.ifindex", "pw.rxq", "pw.cpu", "pw.seed", "pw.packet_index"})
    source(name, 32);
  source("pw.time", 64);
  for (unsigned i = 0; tc() && i < skb_input_count; ++i)
    source((std::string("pw.") + skb_fields[i].name).c_str(), skb_fields[i].bits);
  f_ = llvm::Function::Create(llvm::FunctionType::get(b_.getVoidTy(), false),
                              llvm::Function::ExternalLinkage, "pw.program", m_);
  entry_ = llvm::BasicBlock::Create(c, "entry", f_);
  trap_ = llvm::BasicBlock::Create(c, "trap", f_);
  exit_ = llvm::BasicBlock::Create(c, "exit", f_);
  const SourceLocation start = program_.location(0);
  const std::string file = start.file.empty() ? "program" : start.file;
  main_file_ = di_.createFile(file, "");
  auto* unit = di_.createCompileUnit(llvm::dwarf::DW_LANG_C, main_file_, "pipewright", true, "", 0);
  (void)unit;
  auto* type = di_.createSubroutineType(di_.getOrCreateTypeArray({}));
  scope_ =
      di_.createFunction(main_file_, program_.name, "pw.program", main_file_, start.line, type,
                         start.line, llvm::DINode::FlagZero, llvm::DISubprogram::SPFlagDefinition);
  f_->setSubprogram(scope_);
  scopes_[file] = scope_;
}

// A header's lines are in a scope of their own inside the program's.
void Lifter::locate(unsigned insn) {
  const SourceLocation where = program_.location(insn);
  llvm::DIScope*& scope = scopes_[where.known() ? where.file : main_file_->getFilename().str()];
  if (!scope)
    scope = di_.createLexicalBlockFile(scope_, di_.createFile(where.file, ""));
  b_.SetCurrentDebugLocation(
      llvm::DILocation::get(m_.getContext(), where.line, where.column, scope));
}

llvm::AllocaInst* Lifter::cell(llvm::Type* type, const std::string& name) {
  llvm::IRBuilder<> b(entry_);
  llvm::AllocaInst* a = b.CreateAlloca(type, nullptr, name);
  b.CreateStore(llvm::Constant::getNullValue(type), a);
  return a;
}

void Lifter::create_cells() {
  unsigned depth = 0;
  for (const verify::Context& c : explored_.contexts)
    depth = std::max(depth, c.depth + 1);
  cells_.resize(depth);
  first_record_ = depth;
  stacks_.resize(depth + verify::max_records);
  pieces_.resize(depth + verify::max_records);
  for (const MapDefinition& map : object_.maps)
    if (map.type == BPF_MAP_TYPE_RINGBUF)
      ring_used_[unsigned(&map - object_.maps.data())] = cell(bits(64), "used");
  for (unsigned d = 0; d < depth; ++d)
    for (unsigned r = 0; r < 11; ++r) {
      const std::string name = "r" + std::to_string(r) + (d ? "." + std::to_string(d) : "");
      cells_[d][r] = {cell(bits(64), name), cell(bits(32), name + ".at"),
                      cell(b_.getPtrTy(), name + ".p")};
    }
  vars_.head = cell(bits(32), "head");
  vars_.tail = cell(bits(32), "tail");
  vars_.meta = cell(bits(32), "meta");
  vars_.fill = cell(bits(32), "fill");
  vars_.calls = cell(bits(32), "calls");
  vars_.retval = cell(bits(32), "retval");
  vars_.trap = cell(bits(32), "trap");
  vars_.redirect_map = cell(bits(32), "redirect_map");
  vars_.redirect_key = cell(bits(32), "redirect_key");
  vars_.redirect_ifindex = cell(bits(32), "redirect_ifindex");
  vars_.redirect_flags = cell(bits(64), "redirect_flags");
  llvm::IRBuilder<> b(entry_);
  llvm::CallInst* length = b.CreateCall(m_.getFunction("pw.length"));
  llvm::MDBuilder metadata(m_.getContext());
  length->setMetadata(llvm::LLVMContext::MD_range,
                      metadata.createRange(llvm::APInt(32, 0), llvm::APInt(32, 65536)));
  b.CreateStore(length, vars_.tail);
  b.CreateStore(c32(no_fill), vars_.fill);
}

void Lifter::create_exit() {
  b_.SetCurrentDebugLocation(llvm::DILocation::get(m_.getContext(), 0, 0, scope_));
  b_.SetInsertPoint(trap_);
  b_.CreateStore(c32(tc() ? TC_ACT_SHOT : XDP_ABORTED), vars_.retval);
  b_.CreateStore(c32(1), vars_.trap);
  b_.CreateBr(exit_);
  b_.SetInsertPoint(exit_);
  std::vector<llvm::Value*> results;
  std::vector<llvm::Type*> types;
  for (llvm::AllocaInst* a :
       {vars_.retval, vars_.head, vars_.tail, vars_.fill, vars_.trap, vars_.redirect_map,
        vars_.redirect_key, vars_.redirect_ifindex, vars_.redirect_flags}) {
    results.push_back(value_of(a));
    types.push_back(a->getAllocatedType());
  }
  auto* type = llvm::FunctionType::get(b_.getVoidTy(), types, false);
  auto callee = m_.getOrInsertFunction("pw.exit", type);
  auto* declared = llvm::cast<llvm::Function>(callee.getCallee());
  declared->setDoesNotThrow();
  declared->setWillReturn();
  b_.CreateCall(callee, results);
  b_.CreateRetVoid();
}

// ---- values ----

llvm::Value* Lifter::number(const Abstract& v, const Cell& c) {
  if (v.is_scalar() && v.scalar.is_constant())
    return c64(std::int64_t(v.scalar.value()));
  return value_of(c.number);
}
llvm::Value* Lifter::number(const State& s, Register r) { return number(s.reg(r), reg(s, r)); }
llvm::Value* Lifter::number(const State& s, const Operand& o) {
  return o.reg ? number(s, *o.reg) : c64(o.imm);
}
llvm::Value* Lifter::low32(const State& s, Register r) {
  return b_.CreateTrunc(number(s, r), bits(32));
}

llvm::Value* Lifter::coordinate(const Abstract& v, const Cell& c) {
  if ((v.kind == Kind::Stack || v.kind == Kind::Record) && v.constant_offset())
    return c32(v.offset);
  return value_of(c.coordinate);
}
llvm::Value* Lifter::pointer(const Cell& c) { return value_of(c.pointer); }

Lifted Lifter::get(const Abstract& v, const Cell& c) {
  switch (v.kind) {
  case Kind::Packet:
  case Kind::PacketEnd:
  case Kind::PacketHalf:
  case Kind::Stale:
  case Kind::PacketMeta:
    return {nullptr, value_of(c.coordinate), nullptr};
  case Kind::Stack:
  case Kind::Record:
    return {nullptr, coordinate(v, c), nullptr};
  case Kind::RecordOrNull: // is it there?
    return {value_of(c.number), nullptr, nullptr};
  case Kind::MapValue:
  case Kind::MapValueOrNull:
    return {nullptr, nullptr, value_of(c.pointer)};
  case Kind::Map: // which one, where inner maps are joined
    return {value_of(c.number), nullptr, nullptr};
  case Kind::Scalar:
    return {number(v, c), nullptr, nullptr};
  default:
    return {};
  }
}

void Lifter::put(const Abstract& v, const Cell& c, const Lifted& r) {
  if (r.number)
    b_.CreateStore(r.number, c.number);
  if (r.coordinate)
    b_.CreateStore(r.coordinate, c.coordinate);
  if (r.pointer)
    b_.CreateStore(r.pointer, c.pointer);
}

void Lifter::set_number(const State& s, Register r, llvm::Value* v) {
  b_.CreateStore(b_.CreateZExt(v, bits(64)), reg(s, r).number);
}

Cell& Lifter::spill(unsigned frame, int offset) {
  const auto [it, fresh] = spills_.try_emplace({frame, offset});
  if (fresh) {
    const std::string name = "s" + std::to_string(-offset);
    it->second.number = cell(bits(64), name + ".n");
    it->second.coordinate = cell(bits(32), name + ".at");
    it->second.pointer = cell(b_.getPtrTy(), name + ".p");
  }
  return it->second;
}

} // namespace pw::lift
