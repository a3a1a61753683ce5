#include "tests/random/builder.h"

namespace pw::random {

namespace {

Mixture draw_mixture(Bits& bits, const GenerateOptions& options) {
  Mixture mix{};
  mix.wide = bits.below(101);
  mix.immediate = bits.between(10, 80);
  mix.division = options.division && bits.percent(20) ? bits.between(1, 10) : 0;
  mix.modern = bits.percent(40) ? bits.between(1, 20) : 0;
  mix.else_branch = bits.below(101);
  mix.variable = bits.percent(50) ? bits.below(70) : 0;
  mix.freeze = bits.below(101);
  mix.meta = options.tail_and_head && !options.tc && bits.percent(20) ? bits.between(10, 50) : 0;
  for (unsigned& weight : mix.weights)
    weight = bits.percent(30) ? 0 : bits.between(1, 12);
  if (!options.tail_and_head)
    mix.weights[11] = 0;
  mix.weights[0] += 3; // never without arithmetic and packet accesses
  mix.weights[1] += 3;
  return mix;
}

} // namespace

Builder::Builder(Object& object, Bits& bits, const GenerateOptions& options)
    : object_(object), bits_(bits), options_(options), mix_(draw_mixture(bits, options)) {}

std::optional<unsigned> Builder::pick(Kind kind) const {
  std::vector<unsigned> found;
  for (unsigned reg = 0; reg < registers; ++reg)
    if (frame_.is(reg, kind))
      found.push_back(reg);
  if (found.empty())
    return std::nullopt;
  return bits_.of(found);
}

unsigned Builder::scalar(std::initializer_list<unsigned> avoid) {
  if (auto reg = pick(Kind::Scalar))
    return *reg;
  unsigned reg = fresh(avoid);
  emit_.set(reg, bits_.interesting());
  frame_.scalar(reg);
  return reg;
}

unsigned Builder::fresh(std::initializer_list<unsigned> avoid) {
  std::vector<unsigned> candidates;
  for (unsigned reg = 0; reg < registers; ++reg) {
    bool avoided = frozen(reg);
    for (unsigned other : avoid)
      avoided = avoided || reg == other;
    if (!avoided)
      candidates.push_back(reg);
  }
  unsigned reg = bits_.of(candidates);
  frame_.regs[reg] = {};
  return reg;
}

std::optional<unsigned> Builder::pick_map(std::initializer_list<bpf_map_type> types) const {
  std::vector<unsigned> found;
  for (unsigned index = 0; index < object_.maps.size(); ++index)
    for (bpf_map_type type : types)
      if (map(index).type == type && map(index).global == GlobalData::None)
        found.push_back(index);
  if (found.empty())
    return std::nullopt;
  return bits_.of(found);
}

unsigned Builder::access_size(unsigned bytes) {
  unsigned size = bits_.of({1u, 2u, 4u, 8u});
  while (size > bytes)
    size /= 2;
  return size;
}

void Builder::build() {
  constexpr unsigned context = 6;
  emit_.move(context, 1);
  frame_.regs[context] = {Kind::Context, 0, 0, 0};
  frozen_ = 1u << context;
  for (unsigned count = bits_.percent(30) ? bits_.between(1, 2) : 0; count > 0; --count)
    functions_.push_back({emit_.label(), bits_.between(1, 5), false});

  budget_ = bits_.between(3, options_.max_statements);
  block(budget_);
  leave();

  Program& program = object_.programs.front();
  program.subprograms = {{0, program.name}};
  std::vector<Function> functions = std::move(functions_);
  functions_.clear(); // functions don't call each other
  for (const Function& function : functions)
    if (function.called) {
      program.subprograms.push_back(
          {emit_.size(), "function" + std::to_string(program.subprograms.size())});
      build_function(function);
    }
  for (std::size_t i = 0; i < callbacks_.size(); ++i) {
    program.subprograms.push_back({emit_.size(), "callback" + std::to_string(i)});
    build_callback(callbacks_[i]);
  }
  program.insns = emit_.finish();
}

void Builder::build_function(const Function& function) {
  emit_.place(function.entry);
  frame_ = {};
  frozen_ = 0;
  depth_ = 1;
  for (unsigned argument = 1; argument <= function.arguments; ++argument)
    frame_.scalar(argument);
  for (unsigned count = bits_.between(1, 6); count > 0; --count)
    bits_.percent(70) ? alu_statement() : stack_statement();
  unsigned result = scalar();
  if (result != 0)
    emit_.move(0, result);
  emit_.exit();
}

} // namespace pw::random
