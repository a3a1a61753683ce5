#include "backends/nfp/select/selector.h"

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/IntrinsicInst.h>

namespace pw::nfp {

using namespace llvm;

SourceLocation location_of(const llvm::Instruction& i, const Program& program) {
  const DILocation* where = i.getDebugLoc();
  if (!where || where->getLine() == 0)
    return {};
  for (const LineInfo& l : program.lines)
    if (l.location.line == where->getLine() && l.location.file == where->getFilename())
      return l.location;
  SourceLocation s;
  s.file = where->getFilename().str();
  s.line = where->getLine();
  s.column = where->getColumn();
  return s;
}

Selector::Selector(const Object& object, const Program& program, llvm::Function& f,
                   const FirmwareProfile& profile, const TablePlan& tables, bool tc,
                   pw::nfp::Function& out)
    : object_(object), program_(program), f_(f), profile_(profile), tables_(tables), tc_(tc),
      e_(out), reads_(plan_reads(f, tables)) {}

void Selector::run() {
  ReversePostOrderTraversal<llvm::Function*> order(&f_);
  for (BasicBlock* b : order)
    blocks_[b] = e_.new_block();
  for (BasicBlock* b : order)
    prepare_phis(*b);
  for (BasicBlock* b : order)
    select_block(*b);
}

void Selector::select_block(BasicBlock& block) {
  e_.start(block_of(&block));
  for (llvm::Instruction& i : block) {
    locate(i);
    emit_reads(i);
    if (i.isTerminator())
      return finish_block(block);
    if (!isa<PHINode>(i))
      select_instruction(i);
  }
}

void Selector::locate(const llvm::Instruction& i) {
  const SourceLocation where = location_of(i, program_);
  if (where.known())
    e_.where = where;
}

// ---- values ----

KnownBits Selector::known(const Value* v, const llvm::Instruction* at) const {
  return computeKnownBits(v, f_.getParent()->getDataLayout(), 0, nullptr, at);
}

namespace {
unsigned width_of(const Value* v) {
  return v->getType()->isPointerTy() ? 64 : v->getType()->getIntegerBitWidth();
}
unsigned words_of(unsigned bits) { return (bits + 31) / 32; }

Words constant_words_of(const APInt& c) {
  Words all;
  const APInt wide = c.zext(words_of(c.getBitWidth()) * 32);
  for (unsigned i = 0; i < wide.getBitWidth() / 32; ++i)
    all.push_back(constant_word(Word32(wide.extractBitsAsZExtValue(32, 32 * i))));
  return all;
}
} // namespace

Words Selector::words(const Value* v) {
  if (const auto* c = dyn_cast<ConstantInt>(v))
    return constant_words_of(c->getValue());
  if (isa<Constant>(v)) // null; poison where nothing is ever looked at
    return Words(words_of(width_of(v)), constant_word(0));
  return values_.at(v);
}

// What LLVM knows of single bits is put into the words.
void Selector::set(const Value* v, Words w) {
  if (v->getType()->isIntegerTy()) {
    const KnownBits k = known(v);
    const unsigned bits = width_of(v);
    for (unsigned i = 0; i < w.size(); ++i) {
      const unsigned n = std::min(32u, bits - 32 * i);
      const auto zero = Word32(k.Zero.extractBitsAsZExtValue(n, 32 * i));
      const auto one = Word32(k.One.extractBitsAsZExtValue(n, 32 * i));
      if ((zero | one) == low_bits(n))
        w[i] = constant_word(one);
      else if (!w[i].is_constant() && (w[i].mask & zero) == zero)
        w[i].zero |= zero; // of the word as it is, not of what a mask takes away
      else if (!w[i].is_constant())
        w[i].mask &= ~zero;
    }
  }
  values_[v] = std::move(w);
}

Word32 Selector::care(const Value* v) const { return low_bits(std::min(32u, width_of(v))); }

Word Selector::clean(const Value* v, unsigned word) {
  const unsigned bits = width_of(v);
  return masked(words(v).at(word), low_bits(bits - 32 * word));
}

// ---- phis: one virtual value a word, written at the end of every block before ----

void Selector::prepare_phis(BasicBlock& block) {
  for (PHINode& phi : block.phis()) {
    const unsigned bits = width_of(&phi);
    Words w;
    for (unsigned i = 0; i < words_of(bits); ++i)
      w.push_back(word_of(e_.fresh(), ~low_bits(bits - 32 * i)));
    set(&phi, std::move(w));
  }
}

// In front of the branch, whichever way it then goes: nobody reads a phi's value on another way,
// since there are no loops.
void Selector::copy_to_phis(BasicBlock& from) {
  std::set<const BasicBlock*> seen;
  for (const BasicBlock* to : successors(&from))
    if (seen.insert(to).second)
      for (const PHINode& phi : to->phis()) {
        const Value* v = phi.getIncomingValueForBlock(&from);
        if (isa<UndefValue>(v))
          continue;
        const Words& dst = values_.at(&phi);
        for (unsigned i = 0; i < dst.size(); ++i)
          if (!dst[i].is_constant())
            e_.put(dst[i].base, clean(v, i));
      }
}

void Selector::finish_block(BasicBlock& block) {
  flush_stores();
  auto* br = dyn_cast<BranchInst>(block.getTerminator());
  if (!br)
    return e_.finish();
  copy_to_phis(block);
  if (!br->isConditional() || br->getSuccessor(0) == br->getSuccessor(1))
    return e_.go(block_of(br->getSuccessor(0)));
  branch_on(br->getCondition(), block_of(br->getSuccessor(0)), block_of(br->getSuccessor(1)));
}

// ---- instructions ----

namespace {
bool fused_into_branches(const llvm::Instruction& i) {
  return isa<CmpInst>(i) && all_of(i.users(), [](const User* u) { return isa<BranchInst>(u); });
}

void unknown(const llvm::Instruction& i) {
  throw Failure(diagnose("PW-NFP-249",
                         std::string("instruction '") + i.getOpcodeName() + "' is not selected"));
}
} // namespace

void Selector::select_instruction(llvm::Instruction& i) {
  if (auto* b = dyn_cast<BinaryOperator>(&i))
    return binary(*b);
  if (isa<ZExtInst, SExtInst, TruncInst>(i))
    return cast(llvm::cast<CastInst>(i));
  if (isa<CmpInst>(i)) {
    if (!fused_into_branches(i))
      materialise_condition(i);
    return;
  }
  if (auto* l = dyn_cast<LoadInst>(&i))
    return load(*l);
  if (auto* s = dyn_cast<StoreInst>(&i))
    return store(*s);
  if (auto* a = dyn_cast<AtomicRMWInst>(&i))
    return atomic_add(*a);
  if (auto* g = dyn_cast<GetElementPtrInst>(&i))
    return pointer(*g);
  if (auto* c = dyn_cast<CallInst>(&i))
    return call(*c);
  unknown(i);
}

} // namespace pw::nfp
