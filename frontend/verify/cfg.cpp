#include "frontend/verify/cfg.h"

#include <algorithm>

namespace pw::verify {

using namespace isa;

bool is_loop_call(const Instruction& i) {
  const auto* call = std::get_if<CallHelper>(&i);
  return call && (call->id == BPF_FUNC_loop || is_for_each(i));
}

bool is_for_each(const Instruction& i) {
  const auto* call = std::get_if<CallHelper>(&i);
  return call && call->id == BPF_FUNC_for_each_map_elem;
}

bool is_tail_call(const Instruction& i) {
  const auto* call = std::get_if<CallHelper>(&i);
  return call && call->id == BPF_FUNC_tail_call;
}

bool ends_block(const Instruction& i) {
  return std::holds_alternative<Jump>(i) || std::holds_alternative<isa::Exit>(i) ||
         std::holds_alternative<CallLocal>(i) || is_loop_call(i) || is_tail_call(i);
}

namespace {

bool goes_on(const Instruction& i) {
  const auto* jump = std::get_if<Jump>(&i);
  return !std::holds_alternative<isa::Exit>(i) && !(jump && jump->condition == Condition::Always);
}

unsigned next_index(const Code& code, unsigned i) {
  do
    ++i;
  while (i < code.size() && !code[i]);
  return i;
}

std::set<unsigned> leaders(const Code& code, const Function& f, const std::set<unsigned>& choices) {
  std::set<unsigned> out{f.first};
  for (unsigned i = f.first; i < f.end; i = next_index(code, i)) {
    if (!code[i])
      continue;
    if (const auto* jump = std::get_if<Jump>(&*code[i]))
      out.insert(jump->target);
    if ((ends_block(*code[i]) || choices.contains(i)) && next_index(code, i) < f.end)
      out.insert(next_index(code, i));
  }
  return out;
}

void connect(const Code& code, Function& f, unsigned b) {
  Block& block = f.blocks[b];
  const Instruction& last = *code[block.last];
  const auto link = [&](unsigned target) {
    const auto to = f.block_at.find(target);
    if (to == f.block_at.end())
      return; // leaves the function: reported by the explorer
    block.successors.push_back(to->second);
    f.blocks[to->second].predecessors.push_back(b);
  };
  if (goes_on(last))
    link(next_index(code, block.last));
  if (const auto* jump = std::get_if<Jump>(&last))
    link(jump->target);
}

void collect_callees(const Code& code, Function& f) {
  for (unsigned i = f.first; i < f.end; ++i) {
    if (!code[i])
      continue;
    if (const auto* call = std::get_if<CallLocal>(&*code[i]))
      f.callees.push_back(call->target);
    if (const auto* load = std::get_if<LoadFunction>(&*code[i]))
      f.callees.push_back(load->target);
  }
}

} // namespace

void build_blocks(const Code& code, Function& f, const std::set<unsigned>& choices) {
  const std::set<unsigned> starts = leaders(code, f, choices);
  for (auto it = starts.begin(); it != starts.end(); ++it) {
    if (*it < f.first || *it >= f.end)
      continue;
    f.block_at[*it] = unsigned(f.blocks.size());
    const unsigned stop = std::next(it) == starts.end() ? f.end : std::min(*std::next(it), f.end);
    unsigned last = stop - 1;
    while (!code[last])
      --last;
    Block block;
    block.first = *it;
    block.last = last;
    f.blocks.push_back(block);
  }
  for (unsigned b = 0; b < f.blocks.size(); ++b)
    connect(code, f, b);
  collect_callees(code, f);
}

namespace {
// Callees first, so that a caller knows which arguments are read.
void visit(unsigned f, const std::map<unsigned, Function>& all, std::set<unsigned>& seen,
           std::vector<unsigned>& order) {
  if (!all.contains(f) || !seen.insert(f).second)
    return;
  for (unsigned callee : all.at(f).callees)
    visit(callee, all, seen, order);
  order.push_back(f);
}

bool on_cycle(unsigned f, const std::map<unsigned, Function>& all, std::vector<unsigned>& path,
              std::set<unsigned>& done) {
  if (!all.contains(f) || done.contains(f))
    return false;
  const auto again = std::find(path.begin(), path.end(), f);
  if (again != path.end()) {
    path.erase(path.begin(), again);
    return true;
  }
  path.push_back(f);
  for (unsigned callee : all.at(f).callees)
    if (on_cycle(callee, all, path, done))
      return true;
  path.pop_back();
  done.insert(f);
  return false;
}
} // namespace

Graph::Graph(const Code& code, const Program& program, const std::set<unsigned>& choices) {
  std::set<unsigned> starts{0};
  for (const Subprogram& s : program.subprograms)
    starts.insert(s.insn);
  for (const auto& insn : code) {
    if (insn && std::holds_alternative<CallLocal>(*insn))
      starts.insert(std::get<CallLocal>(*insn).target);
    if (insn && std::holds_alternative<LoadFunction>(*insn))
      starts.insert(std::get<LoadFunction>(*insn).target);
  }
  for (auto it = starts.begin(); it != starts.end(); ++it) {
    if (*it >= code.size() || !code[*it])
      continue;
    Function& f = functions_[*it];
    f.first = *it;
    f.end = std::next(it) == starts.end() ? unsigned(code.size())
                                          : std::min(*std::next(it), unsigned(code.size()));
    for (const Subprogram& s : program.subprograms)
      if (s.insn == f.first)
        f.name = s.name;
    build_blocks(code, f, choices);
    order_blocks(f);
  }
  std::set<unsigned> seen;
  std::vector<unsigned> order;
  for (const auto& [first, f] : functions_) // tail calls lead to functions that nobody calls
    visit(first, functions_, seen, order);
  for (unsigned f : order)
    find_live(code, functions_.at(f), functions_);
}

std::vector<unsigned> Graph::recursion() const {
  std::vector<unsigned> path;
  std::set<unsigned> done;
  for (const auto& [first, f] : functions_)
    if (on_cycle(first, functions_, path, done))
      return path;
  return {};
}

namespace {
// The map that r1 holds at instruction `at` for having been loaded just before it.
std::optional<unsigned> loaded_map(const Code& code, const std::set<unsigned>& targets,
                                   unsigned at) {
  while (at > 0 && !targets.contains(at)) {
    --at;
    if (!code[at])
      continue;
    if (const auto* load = std::get_if<LoadMap>(&*code[at]); load && load->dst == 1)
      return load->map;
    if (ends_block(*code[at]) || (defined_registers(*code[at]) >> 1 & 1))
      break;
  }
  return std::nullopt;
}
} // namespace

std::set<unsigned> map_choices(const Object& object, const Code& code) {
  std::set<unsigned> calls, targets;
  if (std::ranges::none_of(object.maps, [](const MapDefinition& m) { return m.inner.has_value(); }))
    return calls;
  for (const auto& insn : code)
    if (const auto* jump = insn ? std::get_if<Jump>(&*insn) : nullptr)
      targets.insert(jump->target);
  for (unsigned i = 0; i < code.size(); ++i) {
    const auto* call = code[i] ? std::get_if<CallHelper>(&*code[i]) : nullptr;
    if (!call || call->id != BPF_FUNC_map_lookup_elem)
      continue;
    const auto map = loaded_map(code, targets, i);
    if (!map || object.maps.at(*map).inner)
      calls.insert(i);
  }
  return calls;
}

} // namespace pw::verify
