// alu[d, xfer0, +, xfer1]           ->  alu[t, --, B, xfer0]; alu[d, t, +, xfer1]
// alu_shf[d, --, B, *l$index0[12]]  ->  alu[t, --, B, *l$index0[12]]; alu_shf[d, --, B, t]
// Copies stand before the whole bundle, so that `follows` holds.
#include "backends/nfp/allocate/constants.h"
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

constexpr unsigned restricted_local_words = 8, largest_constant = 255, largest_address = 127;

bool fits_restricted(const Operand& o) {
  return o.kind != Kind::Local ||
         (o.offset < restricted_local_words && o.step == Operand::Step::None);
}

class Legalizer {
public:
  explicit Legalizer(Function& f) : f_(f) {}

  void run() {
    for (Block& b : f_.blocks) {
      body_.clear();
      for (std::size_t i = 0; i < b.body.size();) {
        const std::size_t end = bundle_end(b.body, i);
        bundle(b.body, i, end);
        i = end;
      }
      if (b.branch) {
        sources(*b.branch);
        flush();
      }
      b.body = std::move(body_);
      body_ = {};
    }
  }

private:
  void bundle(std::vector<Instruction>& body, std::size_t begin, std::size_t end) {
    std::vector<Instruction> mended;
    for (std::size_t i = begin; i < end; ++i) {
      Instruction own = std::move(body[i]);
      const bool chained = i > begin;
      sources(own);
      const std::optional<Instruction> store = destination(own);
      mended.push_back(std::move(own));
      mended.back().follows = chained;
      if (store)
        after_.push_back(*store);
    }
    flush();
    for (auto* part : {&mended, &after_})
      for (Instruction& i : *part)
        body_.push_back(std::move(i));
    after_.clear();
  }

  void flush() {
    for (Instruction& i : before_)
      body_.push_back(std::move(i));
    before_.clear();
  }

  void sources(Instruction& i) {
    const SourcePair pair = source_pair(i);
    for (Operand* o : {pair.first, pair.second})
      if (o && o != &i.dst && !fits_field(i, *o))
        copy(*o, i.where);
    if (pair.first && pair.second && clash(*pair.first, *pair.second))
      copy(pair.first == &i.dst ? *pair.second : *pair.first, i.where);
  }

  static bool fits_field(const Instruction& i, const Operand& o) {
    if (has_restricted_fields(i) && !fits_restricted(o))
      return false;
    if (i.op == Op::Command)
      return !(o.kind == Kind::Constant && o.number > largest_address) &&
             !(o.kind == Kind::Local && o.number > 1);
    if (o.kind == Kind::Constant)
      return i.op != Op::CsrWrite && i.op != Op::BranchBit && i.op != Op::BranchByte &&
             i.op != Op::Return && i.op != Op::Multiply && o.number <= largest_constant;
    return true;
  }

  static bool clash(const Operand& a, const Operand& b) {
    if (a.kind != b.kind)
      return false;
    if (a.kind == Kind::Register)
      return a.bank != Bank::Both && b.bank != Bank::Both ? a.bank == b.bank : false;
    return a.kind == Kind::Transfer || a.kind == Kind::Local || a.kind == Kind::Constant;
  }

  // A constant of two words keeps half of what the first one wrote, which only registers can.
  static bool fits_destination(const Instruction& i) {
    if (i.op == Op::LoadValue && (i.dst.kind == Kind::Transfer || i.dst.kind == Kind::Local))
      return value_words(i).size() == 1;
    return !has_restricted_fields(i) || fits_restricted(i.dst);
  }

  // Restricted destinations; an update of local memory beyond their reach goes through a value.
  std::optional<Instruction> destination(Instruction& i) {
    if (fits_destination(i))
      return std::nullopt;
    const Operand place = i.dst, t = fresh();
    if (updates_destination(i))
      before_.push_back(nfp::move(t, place, i.where));
    i.dst = t;
    return nfp::move(place, t, i.where);
  }

  void copy(Operand& o, const SourceLocation& where) {
    const Operand t = fresh();
    if (o.kind == Kind::Constant) {
      Instruction load;
      load.op = Op::LoadValue;
      load.dst = t;
      load.value = o.number;
      load.where = where;
      before_.push_back(load);
    } else {
      before_.push_back(nfp::move(t, o, where));
    }
    o = t;
  }

  Operand fresh() { return virtual_value(f_.values++); }

  Function& f_;
  std::vector<Instruction> body_, before_, after_;
};

} // namespace

void legalize(Function& f) { Legalizer(f).run(); }

} // namespace pw::nfp
