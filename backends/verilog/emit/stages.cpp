// Regions and stages.
#include "backends/verilog/emit/comments.h"
#include "backends/verilog/emit/context.h"
#include "backends/verilog/emit/operations.h"
#include "ir/table_reserve.h"

#include <algorithm>

namespace pw::verilog {
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

std::string region_name(unsigned r) { return "region" + std::to_string(r); }

// The FIFO in front of region r > 0 takes what the last stage of the region before makes.
void add_region_fifo(Context& c, unsigned r) {
  unsigned before = c.p.regions[r].first_stage - 1;
  std::vector<Expression> in, out;
  unsigned width = 0;
  for (ValueId v : c.values.waiting(r)) {
    in.push_back(c.values.in_stage(v, before)), out.push_back(atom(c.values.entrance_name(v, r)));
    width += c.values.width(v);
    c.wire(c.values.width(v), c.values.entrance_name(v, r));
  }
  if (in.empty()) {
    c.wire(1, region_name(r) + "_empty");
    in.push_back(literal(1, 0)), out.push_back(atom(region_name(r) + "_empty"));
  }
  c.wire(1, region_name(r) + "_valid");
  c.top.add(Instance{"pw_fifo",
                     region_name(r) + "_fifo",
                     {{"WIDTH", std::to_string(std::max(1u, width))},
                      {"DEPTH", std::to_string(c.p.regions[r].fifo_depth)}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"push", atom(valid_name(before))},
                      {"push_data", concat(in)},
                      {"pop", atom(enter_name(r))},
                      {"head_valid", atom(region_name(r) + "_valid")},
                      {"head", concat(out)},
                      {"level", atom(region_name(r) + "_level")}}});
}

void add_credits(Context& c, unsigned r) {
  bool last = r + 1 == c.p.regions.size();
  unsigned depth = last ? c.structure.result_depth : c.p.regions[r + 1].fifo_depth;
  c.wire(1, region_name(r) + "_credit");
  c.top.add(Instance{"pw_credits",
                     region_name(r) + "_credits",
                     {{"DEPTH", std::to_string(depth)}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"take", atom(enter_name(r))},
                      {"give", atom(last ? "result_pop" : enter_name(r + 1))},
                      {"available", atom(region_name(r) + "_credit")}}});
}

Expression add_event_credits(Context& c, unsigned r) {
  c.wire(1, "event_credit");
  c.top.add(Instance{"pw_credits",
                     "event_credits",
                     {{"DEPTH", std::to_string(c.structure.result_depth)}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"take", atom(enter_name(r))},
                      {"give", atom("event_pop")},
                      {"available", atom("event_credit")}}});
  return atom("event_credit");
}

Expression add_interlock(Context& c, unsigned r, unsigned number) {
  const pipeline::Interlock& lock = c.p.regions[r].interlocks[number];
  const pipeline::Map& map = c.p.maps[lock.map];
  std::string name = region_name(r) + "_interlock" + std::to_string(number);
  c.top.add(Comment{"A packet waits while an earlier one of the last " +
                    std::to_string(lock.distance) + " clocks has " +
                    (lock.handles.empty() ? "entered" : "the same entry or key") + " (map " +
                    map.name + (lock.when_full ? ", while it may get full)." : ").")});
  c.wire(1, name + "_hold");
  std::vector<Expression> handles;
  for (ValueId v : lock.handles)
    handles.push_back(c.values.at_entrance(v, r));
  unsigned bits = lock.handles.empty() ? 1 : c.values.width(lock.handles[0]);
  if (handles.empty())
    handles.push_back(literal(1, 0));
  c.top.add(Instance{"pw_interlock",
                     name,
                     {{"DISTANCE", std::to_string(lock.distance)},
                      {"HANDLES", std::to_string(lock.handles.size())},
                      {"LOOKS", std::to_string(pipeline::look_handles(c.p, lock))},
                      {"HANDLE_BITS", std::to_string(bits)}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"enter", atom(enter_name(r))},
                      {"handles", concat(handles)},
                      {"hold", atom(name + "_hold")}}});
  return lock.when_full
             ? binary("&&", atom(name + "_hold"), atom(table_name(c, lock.map) + "_crowded"))
             : atom(name + "_hold");
}

// What keeps packets out of the region, by map.
std::map<unsigned, std::vector<Expression>> add_holds(Context& c, unsigned r) {
  std::map<unsigned, std::vector<Expression>> holds;
  const std::vector<pipeline::Interlock>& locks = c.p.regions[r].interlocks;
  for (unsigned i = 0; i < locks.size(); ++i)
    holds[locks[i].map].push_back(add_interlock(c, r, i));
  for (unsigned m = 0; m < c.p.maps.size(); ++m)
    if (TableUse use = table_use(c.p, m); use.used && use.region == r)
      holds[m].push_back(atom(table_name(c, m) + "_hold"));
  return holds;
}

void add_registers(Context& c, unsigned s) {
  bool first = c.values.first_of_region(s);
  unsigned r = c.values.region_of(s);
  std::string before = first ? enter_name(r) : valid_name(s - 1);
  Clocked clocked;
  c.top.add(Register{1, valid_name(s)});
  clocked.updates.emplace_back(valid_name(s), binary("&&", atom(before), unary("!", atom("rst"))));
  for (ValueId v : c.values.held(s)) {
    c.top.add(Register{c.values.width(v), c.values.name(v, s)});
    clocked.updates.emplace_back(c.values.name(v, s),
                                 first ? c.values.at_entrance(v, r) : c.values.in_stage(v, s - 1));
  }
  c.top.add(std::move(clocked));
}

bool is_logic(const Context& c, const pipeline::Operation& op) {
  switch (op.kind) {
  case OpKind::Constant:
  case OpKind::Input:
  case OpKind::PacketField:
  case OpKind::PacketRead:
  case OpKind::MapAccess:
  case OpKind::MapRead:
  case OpKind::MapWrite:
  case OpKind::PacketWrite:
  case OpKind::Trace:
  case OpKind::Event:
    return false;
  case OpKind::MapFind:
    return c.p.maps[op.map].kind == pipeline::MapKind::Array;
  default:
    return true;
  }
}

// {slot, hit} of an array: every key below max_entries is there.
Expression array_handle(const Context& c, const pipeline::Operation& op) {
  const pipeline::Map& map = c.p.maps[op.map];
  ValueId key = op.operands[1];
  unsigned width = c.values.width(key), slot = map.handle_bits - 1;
  Expression hit = c.values.in_stage(op.operands[0], op.stage);
  const pipeline::Operation& maker = c.values.maker(key);
  if (maker.kind == OpKind::Constant) {
    std::uint64_t value = maker.constant.words.empty() ? 0 : maker.constant.words[0];
    if (value >= map.max_entries)
      return literal(map.handle_bits, 0);
  } else if (width >= 32 || map.max_entries < (1u << width)) {
    hit = both(hit, binary("<", c.values.in_stage(key, op.stage), literal(width, map.max_entries)));
  }
  if (slot == 0)
    return hit;
  Expression bits = c.values.bits(key, op.stage, 0, std::min(slot, width));
  if (width < slot)
    bits = concat({literal(slot - width, 0), bits});
  Expression handle = concat({bits, literal(1, 1)});
  return hit->text == "1'b1" ? handle : binary("&", handle, repeat(map.handle_bits, hit));
}

void add_operation(Context& c, const pipeline::Operation& op, SourceLocation& last) {
  bool used =
      op.result == pipeline::no_value || (!c.values.fixed(op.result) && c.values.wanted(op.result));
  if (!used || op.kind == OpKind::Input || op.kind == OpKind::PacketField)
    return;
  if (std::string line = source_comment(op.location, last); !line.empty())
    c.top.add(Comment{line});
  if (std::string text = effect_comment(c, op); !text.empty())
    c.top.add(Comment{text});
  if (is_logic(c, op))
    c.wire(c.values.width(op.result), c.values.name(op.result, op.stage),
           op.kind == OpKind::MapFind ? array_handle(c, op)
                                      : expression_of(op, c.values, op.stage));
}

// Values of earlier stages that are only other bits side by side.
void add_rebuilt(Context& c, unsigned s) {
  for (const pipeline::Operation* op : c.values.rebuilt(s))
    c.wire(c.values.width(op->result), c.values.name(op->result, s),
           expression_of(*op, c.values, s));
}

bool arrives(const Context& c, const pipeline::Operation& op) {
  return op.kind == OpKind::MapRead || op.kind == OpKind::MapAccess ||
         op.kind == OpKind::PacketRead || (op.kind == OpKind::MapFind && !is_logic(c, op));
}

// Results of memories arrive in this stage; the memories stand behind the stages.
void add_arrivals(Context& c, unsigned s) {
  for (const pipeline::Operation& op : c.p.operations)
    if (arrives(c, op) && op.stage + op.latency == s)
      c.wire(c.values.width(op.result), c.values.name(op.result, s));
}

} // namespace

void add_entrance(Context& c, unsigned r) {
  const pipeline::Region& region = c.p.regions[r];
  c.top.add(Banner{"region " + std::to_string(r) + ": stages " +
                   std::to_string(region.first_stage) + " to " +
                   std::to_string(region.last_stage)});
  if (r > 0)
    add_region_fifo(c, r);
  add_credits(c, r);
  std::vector<Expression> conditions = {atom(region_name(r) + "_valid"),
                                        atom(region_name(r) + "_credit")};
  if (r + 1 == c.p.regions.size() && c.structure.events)
    conditions.push_back(add_event_credits(c, r));
  Expression ready = chain("&&", conditions);
  for (const auto& [map, holds] : add_holds(c, r)) {
    Expression hold = chain("||", holds);
    conditions.push_back(unary("!", hold));
    c.held[map].push_back(chain("&&", {ready, hold}));
  }
  c.assign(enter_name(r), chain("&&", conditions));
}

void add_stage(Context& c, unsigned s) {
  c.top.add(Banner{"stage " + std::to_string(s)});
  add_registers(c, s);
  add_arrivals(c, s);
  add_rebuilt(c, s);
  SourceLocation last;
  for (const pipeline::Operation& op : c.p.operations)
    if (op.stage == s)
      add_operation(c, op, last);
}

} // namespace pw::verilog
