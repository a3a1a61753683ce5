// What the last stage tells the deparser, through the result FIFO, and the deparser itself.
#include "backends/verilog/emit/context.h"
#include "backends/verilog/emit/patterns.h"

#include <algorithm>
#include <bit>
#include <map>
#include <span>

namespace pw::verilog {
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

// Bytes that lie side by side and are written by the same operations.
struct Run {
  int first = 0;
  unsigned bytes = 0;
  std::vector<const Operation*> writers; // in program order: a later one wins
  Expression enable, data;               // behind the result FIFO
};

std::string coordinate(int at) { return (at < 0 ? "m" : "") + std::to_string(std::abs(at)); }
std::string run_name(const Run& r) {
  std::string name = "write" + coordinate(r.first);
  return r.bytes == 1 ? name : name + "_to_" + coordinate(r.first + static_cast<int>(r.bytes) - 1);
}

class ResultEmitter {
public:
  explicit ResultEmitter(Context& c) : c_(c), stage_(c.p.stages - 1) {}
  void emit();

private:
  void find_runs();
  Expression pass(const std::string& name, ValueId v, unsigned width);
  Expression whole(ValueId v) const;
  Expression pass_pattern(const std::string& name, ValueId v, const BitPattern& p);
  Expression push(const std::string& name, unsigned width, Expression value);
  void pass_run(Run& run);
  // Some writers of a run together: does one of them write, and what?
  struct Merge {
    Expression on, data;
  };
  Merge writer(const Run& run, const Operation& op) const;
  static Merge merged(std::span<const Merge> parts);
  std::vector<Merge> grouped(const Run& run, const std::vector<Merge>& all);
  Expression delayed(const std::string& name, unsigned width, Expression value);
  Expression push_late(const std::string& name, unsigned width, Expression value);
  Expression writer_data(const Run& run, const Operation& op) const;
  void pass_results();
  void pass_shape();
  void add_fifo();
  void add_overlay();
  void overlay_part(int first, unsigned bytes, Expression enable, Expression data);
  void add_unit();
  void add_outputs();
  int lowest() const;
  int overlay_beats() const;

  Context& c_;
  unsigned stage_;
  std::vector<Run> runs_;
  std::map<std::string, Expression> pushed_; // by the text of the value
  std::vector<Expression> in_, out_;         // two sides of the FIFO's data
  unsigned width_ = 0;
  std::map<std::string, Expression> results_; // by port of the top module or of the deparser
  std::vector<std::pair<std::string, unsigned>>
      payload_; // results that are only passed on, and vary
};

void ResultEmitter::find_runs() {
  std::map<int, std::vector<const Operation*>> writers;
  for (const Operation& op : c_.p.operations)
    if (op.kind == OpKind::PacketWrite)
      for (unsigned i = 0; i < c_.values.width(op.operands[1]) / 8; ++i)
        writers[op.offset + static_cast<int>(i)].push_back(&op);
  for (auto& [at, who] : writers) {
    bool joins = !runs_.empty() &&
                 runs_.back().first + static_cast<int>(runs_.back().bytes) == at &&
                 runs_.back().writers == who;
    if (!joins)
      runs_.push_back({at, 0, who, nullptr, nullptr});
    ++runs_.back().bytes;
  }
}

// Sends `value` of the last stage through the result FIFO; returns its name behind.
Expression ResultEmitter::push(const std::string& name, unsigned width, Expression value) {
  // Writers that come from one store, or from one condition, have the same enable.
  auto [known, added] = pushed_.try_emplace(to_text(value));
  if (added)
    known->second = push_late(name, width, delayed(name, width, std::move(value)));
  return known->second;
}

// The same for a value of the clock in which the FIFO is pushed.
Expression ResultEmitter::push_late(const std::string& name, unsigned width, Expression value) {
  std::string behind = "out_" + name;
  c_.wire(width, behind);
  in_.push_back(std::move(value)), out_.push_back(atom(behind));
  width_ += width;
  return atom(behind);
}

// Zeros in front need no place in the FIFO.
Expression ResultEmitter::pass(const std::string& name, ValueId v, unsigned width) {
  if (c_.values.fixed(v))
    return c_.values.in_stage(v, stage_);
  ValueId inner = c_.values.narrow(v);
  unsigned narrow = c_.values.width(inner);
  Expression value = c_.values.in_stage(inner, stage_);
  Expression behind = value;
  if (!c_.values.fixed(inner)) {
    std::optional<BitPattern> pattern = pattern_of(c_.values, inner);
    bool narrower = pattern && pattern->kept.size() < narrow;
    behind = narrower ? pass_pattern(name, inner, *pattern) : push(name, narrow, value);
  }
  return narrow == width ? behind : concat({literal(width - narrow, 0), behind});
}

Expression ResultEmitter::pass_pattern(const std::string& name, ValueId v, const BitPattern& p) {
  auto kept = static_cast<unsigned>(p.kept.size());
  std::string behind;
  if (kept != 0) {
    std::vector<Expression> in;
    for (unsigned bit : p.kept)
      in.insert(in.begin(), c_.values.bits(v, stage_, bit, 1));
    behind = to_text(push(name, kept, concat(in)));
  }
  std::vector<Expression> bits;
  for (std::size_t at = 0; at < p.bits.size();) {
    std::size_t end = at;
    while (end < p.bits.size() && p.bits[end] == p.bits[at])
      ++end;
    Expression bit = p.bits[at] < 0 ? literal(1, p.bits[at] == BitPattern::one)
                                    : slice(behind, kept, static_cast<unsigned>(p.bits[at]), 1);
    auto count = static_cast<unsigned>(end - at);
    bits.insert(bits.begin(), count == 1 ? bit : repeat(count, bit));
    at = end;
  }
  return concat(bits);
}

Expression ResultEmitter::writer_data(const Run& run, const Operation& op) const {
  return c_.values.bits(op.operands[1], stage_, 8 * static_cast<unsigned>(run.first - op.offset),
                        8 * run.bytes);
}

ResultEmitter::Merge ResultEmitter::writer(const Run& run, const Operation& op) const {
  return {c_.values.in_stage(op.operands[0], stage_), writer_data(run, op)};
}

// A tree, not a chain: a later writer wins over those before it.
ResultEmitter::Merge ResultEmitter::merged(std::span<const Merge> parts) {
  if (parts.size() == 1)
    return parts[0];
  Merge before = merged(parts.first(parts.size() / 2));
  Merge behind = merged(parts.subspan(parts.size() / 2));
  std::vector<Expression> any;
  for (const Merge& m : parts)
    any.push_back(m.on);
  return {chain("||", any), ternary(behind.on, behind.data, before.data)};
}

// A register in front of the result FIFO if that takes another clock.
Expression ResultEmitter::delayed(const std::string& name, unsigned width, Expression value) {
  if (c_.structure.merge_delay == 0)
    return value;
  c_.top.add(Register{width, "merge_" + name});
  c_.top.add(Clocked{{{"merge_" + name, std::move(value)}}});
  return atom("merge_" + name);
}

// More writers than can be merged in one clock are merged in groups first.
std::vector<ResultEmitter::Merge> ResultEmitter::grouped(const Run& run,
                                                         const std::vector<Merge>& all) {
  if (all.size() <= merged_at_once)
    return {merged(all)};
  std::vector<Merge> groups;
  for (std::size_t at = 0; at < all.size(); at += merged_at_once) {
    std::string name = run_name(run) + "_group" + std::to_string(at / merged_at_once);
    Merge m =
        merged(std::span(all).subspan(at, std::min<std::size_t>(merged_at_once, all.size() - at)));
    groups.push_back({delayed(name + "_on", 1, m.on), delayed(name, 8 * run.bytes, m.data)});
  }
  return groups;
}

void ResultEmitter::pass_run(Run& run) {
  bool always = false,
       fixed_data = run.writers.size() == 1 && c_.values.fixed(run.writers[0]->operands[1]);
  std::vector<Merge> all;
  for (const Operation* op : run.writers) {
    const Operation& maker = c_.values.maker(op->operands[0]);
    always = always || (maker.kind == OpKind::Constant && (maker.constant.words.at(0) & 1) != 0);
    all.push_back(writer(run, *op));
  }
  std::vector<Merge> groups = grouped(run, all);
  bool late = groups.size() > 1; // behind the registers already
  Merge m = merged(groups);
  auto pass_on = [&](const std::string& name, unsigned width, const Expression& value) {
    return late ? push_late(name, width, value) : push(name, width, value);
  };
  run.enable = always ? literal(1, 1) : pass_on(run_name(run) + "_on", 1, m.on);
  run.data = fixed_data ? m.data : pass_on(run_name(run), 8 * run.bytes, m.data);
}

void ResultEmitter::pass_results() {
  const pipeline::Result& r = c_.p.result;
  results_["retval"] = pass("retval", r.retval, 32);
  results_["head"] = c_.p.moves_head ? pass("head", r.head, 16) : literal(16, 0);
  pass_shape();
  results_["fill"] = c_.p.moves_tail ? pass("fill", r.fill, 16) : literal(16, 0);
  const std::pair<const char*, std::pair<ValueId, unsigned>> passed[] = {
      {"trap", {r.trap, 8}},
      {"redirect_map", {r.redirect_map, 8}},
      {"redirect_key", {r.redirect_key, 32}},
      {"redirect_ifindex", {r.redirect_ifindex, 32}},
      {"redirect_flags", {r.redirect_flags, 64}}};
  for (const auto& [name, value] : passed) {
    results_[name] = pass(name, value.first, value.second);
    if (!c_.values.fixed(value.first))
      payload_.emplace_back(name, value.second);
  }
  for (const auto& [field, v] : r.skb) {
    const SkbFieldInfo& f = skb_fields[static_cast<unsigned>(field)];
    results_[f.name] = pass(f.name, v, f.bits);
    if (!c_.values.fixed(v))
      payload_.emplace_back(f.name, f.bits);
  }
}

// A value of the last stage, zeros in front and all.
Expression ResultEmitter::whole(ValueId v) const {
  const ValueId inner = c_.values.fixed(v) ? v : c_.values.narrow(v);
  const unsigned missing = c_.values.width(v) - c_.values.width(inner);
  Expression value = c_.values.in_stage(inner, stage_);
  return missing == 0 ? value : concat({literal(missing, 0), std::move(value)});
}

// What head and tail mean in beats is computed in front of the FIFO.
void ResultEmitter::pass_shape() {
  const pipeline::Result& r = c_.p.result;
  const unsigned log = static_cast<unsigned>(std::countr_zero(c_.p.bus_bytes));
  const unsigned width = c_.p.moves_head ? 71 - 2 * log : 35;
  const Expression head =
      c_.p.moves_head ? delayed("shape_head", 16, whole(r.head)) : literal(16, 0);
  const Expression tail = delayed("shape_tail", 16, whole(r.tail));
  c_.wire(width, "shape");
  c_.top.add(Instance{
      "pw_shape",
      "result_shape",
      {{"BUS", std::to_string(c_.p.bus_bytes)}, {"MOVES_HEAD", c_.p.moves_head ? "1" : "0"}},
      {{"head", head}, {"tail", tail}, {"shape", atom("shape")}}});
  results_["shape"] = push_late("shape", width, atom("shape"));
}

void ResultEmitter::add_fifo() {
  if (in_.empty()) {
    c_.wire(1, "out_empty");
    in_.push_back(literal(1, 0)), out_.push_back(atom("out_empty"));
    width_ = 1;
  }
  c_.wire(1, "result_valid");
  std::string push = valid_name(stage_);
  if (c_.structure.merge_delay != 0) {
    push = "merge_valid";
    c_.top.add(Register{1, push});
    c_.top.add(Clocked{{{push, binary("&&", atom(valid_name(stage_)), unary("!", atom("rst")))}}});
  }
  c_.top.add(Instance{
      "pw_fifo",
      "result_fifo",
      {{"WIDTH", std::to_string(width_)}, {"DEPTH", std::to_string(c_.structure.result_depth)}},
      {{"clk", atom("clk")},
       {"rst", atom("rst")},
       {"push", atom(push)},
       {"push_data", concat(in_)},
       {"pop", atom("result_pop")},
       {"head_valid", atom("result_valid")},
       {"head", concat(out_)},
       {"level", atom("result_level")}}});
}

int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

int ResultEmitter::lowest() const {
  int bus = static_cast<int>(c_.p.bus_bytes);
  return runs_.empty() ? 0 : std::min(0, floor_div(runs_.front().first, bus));
}

int ResultEmitter::overlay_beats() const {
  int bus = static_cast<int>(c_.p.bus_bytes);
  int end = runs_.empty() ? 0 : runs_.back().first + static_cast<int>(runs_.back().bytes);
  return std::max(1, floor_div(end + bus - 1, bus)) - lowest();
}

void ResultEmitter::overlay_part(int first, unsigned bytes, Expression enable, Expression data) {
  unsigned at = static_cast<unsigned>(first - lowest() * static_cast<int>(c_.p.bus_bytes));
  unsigned all = static_cast<unsigned>(overlay_beats()) * c_.p.bus_bytes;
  c_.top.add(
      Assign{slice("overlay_enable", all, at, bytes), bytes == 1 ? enable : repeat(bytes, enable)});
  c_.top.add(Assign{slice("overlay_data", 8 * all, 8 * at, 8 * bytes), std::move(data)});
}

void ResultEmitter::add_overlay() {
  int bus = static_cast<int>(c_.p.bus_bytes);
  unsigned all = static_cast<unsigned>(overlay_beats() * bus);
  c_.top.add(Comment{"The bytes that the program writes, from coordinate " +
                     std::to_string(lowest() * bus) + " on."});
  c_.wire(all, "overlay_enable");
  c_.wire(8 * all, "overlay_data");
  int at = lowest() * bus;
  auto gap = [&](int until) {
    if (until > at)
      overlay_part(at, static_cast<unsigned>(until - at), literal(1, 0),
                   literal(8 * static_cast<unsigned>(until - at), 0));
  };
  for (const Run& run : runs_) {
    gap(run.first);
    overlay_part(run.first, run.bytes, run.enable, run.data);
    at = run.first + static_cast<int>(run.bytes);
  }
  gap((lowest() + overlay_beats()) * bus);
}

void ResultEmitter::add_unit() {
  std::vector<Expression> payload;
  unsigned width = 0;
  for (const auto& [name, bits] : payload_)
    payload.push_back(results_[name]), width += bits;
  if (payload.empty())
    payload.push_back(literal(1, 0)), width = 1;
  c_.wire(width, "res_payload");
  Instance unit{"pw_deparser",
                "deparser",
                {{"BUS", std::to_string(c_.p.bus_bytes)},
                 {"MOVES_HEAD", c_.p.moves_head ? "1" : "0"},
                 {"MOVES_TAIL", c_.p.moves_tail ? "1" : "0"},
                 {"FIRST_BEAT", std::to_string(lowest())},
                 {"OVERLAY_BEATS", std::to_string(overlay_beats())},
                 {"PAYLOAD", std::to_string(width)},
                 {"TC", c_.p.tc ? "1" : "0"}},
                {}};
  for (const char* same :
       {"clk", "rst", "result_valid", "result_pop", "overlay_enable", "overlay_data",
        "m_axis_tvalid", "m_axis_tready", "m_axis_tdata", "m_axis_tkeep", "m_axis_tlast",
        "m_axis_length", "m_axis_verdict", "res_valid", "res_retval", "res_length", "res_payload"})
    unit.ports.emplace_back(same, atom(same));
  for (const char* part : {"valid", "data", "last", "pop"})
    unit.ports.emplace_back(std::string("beat_") + part, atom(std::string("packet_") + part));
  for (const char* part : {"retval", "head", "shape", "fill"})
    unit.ports.emplace_back(std::string("result_") + part, results_[part]);
  unit.ports.emplace_back("result_payload", concat(payload));
  unit.ports.emplace_back("empty", atom("deparser_empty"));
  c_.top.add(std::move(unit));
}

void ResultEmitter::add_outputs() {
  std::vector<Expression> varying;
  for (const auto& [name, bits] : payload_)
    varying.push_back(atom("res_" + name));
  if (!varying.empty())
    c_.top.add(Assign{concat(varying), atom("res_payload")});
  std::vector<std::string> names = {"trap", "redirect_map", "redirect_key", "redirect_ifindex",
                                    "redirect_flags"};
  for (const auto& [field, v] : c_.p.result.skb)
    names.emplace_back(skb_fields[static_cast<unsigned>(field)].name);
  for (const std::string& name : names)
    if (std::ranges::none_of(payload_, [&](const auto& p) { return p.first == name; }))
      c_.assign("res_" + name, results_[name]);
}

void ResultEmitter::emit() {
  c_.top.add(Banner{"result and deparser"});
  find_runs();
  pass_results();
  for (Run& run : runs_)
    pass_run(run);
  add_fifo();
  add_overlay();
  add_unit();
  add_outputs();
}

} // namespace

void add_deparser(Context& c) { ResultEmitter(c).emit(); }

} // namespace pw::verilog
