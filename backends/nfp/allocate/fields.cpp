// Words put together from bytes:
//   ld_field_w_clr[t, 1000, s]; alu[d, x, OR, t]   =>   alu[d, --, B, x]; ld_field[d, 1000, s]
// where x has nothing in those bytes and ends here, so that the copy becomes nothing; and
//   ld_field[d, 0100, s]; ld_field[d, 1000, s]   =>   ld_field[d, 1100, s]
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"
#include "backends/nfp/allocate/values.h"

#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;
using Bytes = std::uint8_t; // a bit a byte, as in byte_mask

constexpr Bytes all_bytes = 0xf;

Bytes bytes_of(std::uint32_t value) {
  Bytes out = 0;
  for (unsigned n = 0; n < 4; ++n)
    out = Bytes(out | ((value >> (8 * n) & 0xff) != 0) << n);
  return out;
}

class Fields {
public:
  explicit Fields(Function& f) : f_(f), places_(f), live_(f, places_), defs_(f), reads_(f.values) {
    Effects e;
    const auto count = [&](const Instruction& i) {
      effects(i, places_, e);
      for (Place p : e.reads)
        if (places_.is_value(p))
          ++reads_[p];
    };
    for (const Block& b : f.blocks) {
      for (const Instruction& i : b.body)
        count(i);
      if (b.branch)
        count(*b.branch);
    }
  }

  void run() {
    for (BlockId b = 0; b < f_.blocks.size(); ++b) {
      note_ends(b);
      pass(f_.blocks[b]);
    }
  }

private:
  // Which of an instruction's two sources nothing reads behind it.
  void note_ends(BlockId b) {
    const Block& block = f_.blocks[b];
    std::size_t n = block.body.size() + (block.branch ? 1 : 0);
    ends_.assign(n, {});
    walk_back(block, places_, live_.at_end(b),
              [&](const Instruction& i, const Effects&, const PlaceSet& behind) {
                const auto ends = [&](const Operand& o) {
                  return o.kind == Kind::Virtual && (!behind.test(o.number) || o == i.dst);
                };
                ends_[--n] = {ends(i.a), ends(i.b)};
              });
  }

  void pass(Block& block) {
    body_.clear();
    content_.clear();
    parts_.clear();
    for (std::size_t n = 0; n < block.body.size(); ++n) {
      const Instruction& i = block.body[n];
      const bool bundled = i.follows || (n + 1 < block.body.size() && block.body[n + 1].follows);
      if (bundled ||
          !(combine(i, i.a, i.b, ends_[n].first) || combine(i, i.b, i.a, ends_[n].second)))
        add(i);
    }
    std::erase_if(body_, [](const Instruction& i) { return i.op == Op::Nop; });
    block.body = std::move(body_);
  }

  // x | part, where the part is a field that nothing else reads.
  bool combine(const Instruction& i, const Operand& x, const Operand& part, bool ends) {
    if (i.op != Op::Alu || (i.alu != AluOp::Or && i.alu != AluOp::Xor && i.alu != AluOp::Add) ||
        i.set_conditions || i.dst.kind != Kind::Virtual || x.kind != Kind::Virtual || !ends ||
        part.kind != Kind::Virtual || x == part)
      return false;
    const auto place = parts_.find(part.number);
    if (place == parts_.end() || content(x) & body_[place->second].byte_mask)
      return false;
    Instruction field = body_[place->second];
    body_[place->second] = {};
    field.zero_others = false;
    field.dst = x;
    const bool widened = widen(field);
    const Bytes held = content(x);
    if (!(x == i.dst))
      add(move(i.dst, x, i.where));
    content_[i.dst.number] = held;
    field.dst = i.dst;
    if (!widened)
      add(field);
    return true;
  }

  Bytes content(const Operand& o) const {
    const auto known = content_.find(o.number);
    return known == content_.end() ? all_bytes : known->second;
  }

  void add(const Instruction& i) {
    if (i.op == Op::Call)
      parts_.clear(); // transfer registers are lost
    if (!i.follows && widen(i))
      return;
    body_.push_back(i);
    if (i.dst.kind != Kind::Virtual)
      return;
    content_[i.dst.number] = content_of(i);
    const bool part = i.op == Op::LdField && i.zero_others && !i.follows && is_stable(i.b) &&
                      defs_.values[i.dst.number].count == 1 && reads_[i.dst.number] == 1;
    if (part)
      parts_[i.dst.number] = body_.size() - 1;
  }

  // A field of the same source, at the same rotation, as the instruction before.
  bool widen(const Instruction& i) {
    if (i.op != Op::LdField || i.zero_others || i.dst.kind != Kind::Virtual || i.dst == i.b)
      return false;
    std::size_t n = body_.size();
    while (n > 0 && body_[n - 1].op == Op::Nop)
      --n;
    if (n == 0)
      return false;
    Instruction& before = body_[n - 1];
    if (before.op != Op::LdField || !(before.dst == i.dst) || !(before.b == i.b) ||
        before.amount != i.amount)
      return false;
    before.byte_mask |= i.byte_mask;
    content_[i.dst.number] |= i.byte_mask;
    return true;
  }

  // The same at a later place.
  bool is_stable(const Operand& o) const {
    if (o.kind == Kind::Virtual)
      return defs_.values[o.number].count == 1;
    return o.kind == Kind::Constant ||
           (o.kind == Kind::Transfer && o.grouped && defs_.groups[o.number].count == 1);
  }

  Bytes content_of(const Instruction& i) const {
    if (const auto value = loaded_constant(i))
      return bytes_of(*value);
    switch (i.op) {
    case Op::LdField:
      return i.zero_others ? i.byte_mask : Bytes(content(i.dst) | i.byte_mask);
    case Op::Shift:
      return shifted_bytes(i);
    case Op::Alu:
      if (i.alu == AluOp::B && i.b.kind == Kind::Virtual)
        return content(i.b);
      if (i.alu == AluOp::And)
        return mask_of(i.a) & mask_of(i.b);
      return all_bytes;
    default:
      return all_bytes;
    }
  }

  Bytes mask_of(const Operand& o) const {
    if (o.kind == Kind::Constant)
      return bytes_of(o.number);
    return o.kind == Kind::Virtual ? content(o) : all_bytes;
  }

  static Bytes shifted_bytes(const Instruction& i) {
    if (i.shift_op != ShiftOp::B || i.indirect)
      return all_bytes;
    if (i.shift == ShiftKind::Right)
      return bytes_of(~0u >> i.amount);
    return i.shift == ShiftKind::Left ? bytes_of(~0u << i.amount) : all_bytes;
  }

  Function& f_;
  Places places_;
  Liveness live_;
  const Definitions defs_;
  std::vector<unsigned> reads_;
  std::vector<std::pair<bool, bool>> ends_;
  std::vector<Instruction> body_;
  std::map<unsigned, Bytes> content_;     // bytes of values that may be other than 0
  std::map<unsigned, std::size_t> parts_; // fields with one reader: their place in body_
};

} // namespace

void merge_fields(Function& f) { Fields(f).run(); }

} // namespace pw::nfp
