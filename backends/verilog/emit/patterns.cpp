#include "backends/verilog/emit/patterns.h"

#include <map>
#include <set>

namespace pw::verilog {
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

using Constants = std::set<std::uint64_t>;
constexpr std::size_t few = 16;
constexpr unsigned deepest = 12;

std::uint64_t mask(unsigned width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

std::uint64_t sign_extended(std::uint64_t x, unsigned from) {
  bool negative = x >> (from - 1) & 1;
  return negative ? x | ~mask(from) : x;
}

class Finder {
public:
  explicit Finder(const Values& values) : values_(values) {}
  std::optional<Constants> find(ValueId v, unsigned depth);

private:
  std::optional<Constants> all_of(const std::vector<ValueId>& from, unsigned depth);
  std::optional<Constants> converted(const pipeline::Operation&, unsigned depth);
  const Values& values_;
};

std::optional<Constants> Finder::all_of(const std::vector<ValueId>& from, unsigned depth) {
  Constants out;
  for (ValueId v : from) {
    std::optional<Constants> some = find(v, depth + 1);
    if (!some)
      return std::nullopt;
    out.merge(*some);
  }
  return out.size() <= few ? std::optional(out) : std::nullopt;
}

std::optional<Constants> Finder::converted(const pipeline::Operation& op, unsigned depth) {
  ValueId from = op.operands[0];
  std::optional<Constants> some = find(from, depth + 1);
  if (!some)
    return std::nullopt;
  Constants out;
  for (std::uint64_t x : *some)
    out.insert((op.kind == OpKind::Sext ? sign_extended(x, values_.width(from)) : x) &
               mask(values_.width(op.result)));
  return out;
}

std::optional<Constants> Finder::find(ValueId v, unsigned depth) {
  const pipeline::Operation& op = values_.maker(v);
  if (depth > deepest || values_.width(v) > 64)
    return std::nullopt;
  switch (op.kind) {
  case OpKind::Constant:
    return Constants{op.constant.words.empty() ? 0 : op.constant.words[0]};
  case OpKind::Select:
    return all_of({op.operands[1], op.operands[2]}, depth);
  case OpKind::Mux: {
    std::vector<ValueId> from;
    for (std::size_t i = 1; i < op.operands.size(); i += 2)
      from.push_back(op.operands[i]);
    std::optional<Constants> out = all_of(from, depth);
    if (out)
      out->insert(0); // if no condition holds
    return out;
  }
  case OpKind::Zext:
  case OpKind::Sext:
  case OpKind::Trunc:
    return converted(op, depth);
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<BitPattern> pattern_of(const Values& values, ValueId v) {
  std::optional<Constants> constants = Finder(values).find(v, 0);
  if (!constants)
    return std::nullopt;
  BitPattern out;
  std::map<std::vector<bool>, int> known; // what a bit is in each constant -> where that is kept
  known[std::vector<bool>(constants->size(), false)] = BitPattern::zero;
  known[std::vector<bool>(constants->size(), true)] = BitPattern::one;
  for (unsigned bit = 0; bit < values.width(v); ++bit) {
    std::vector<bool> column;
    for (std::uint64_t c : *constants)
      column.push_back(c >> bit & 1);
    auto [at, added] = known.try_emplace(column, static_cast<int>(out.kept.size()));
    if (added)
      out.kept.push_back(bit);
    out.bits.push_back(at->second);
  }
  return out;
}

} // namespace pw::verilog
