// The event unit, and what the last stage tells it through the event FIFO.
#include "backends/verilog/emit/context.h"

#include <algorithm>
#include <map>

namespace pw::verilog {
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

int floor_div(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

class EventEmitter {
public:
  explicit EventEmitter(Context& c) : c_(c), stage_(c.p.stages - 1) {
    for (const Operation& op : c.p.operations)
      if (op.kind == OpKind::Event)
        ops_.push_back(&op);
  }
  void emit();

private:
  Expression pass(const std::string& name, ValueId v);
  void pass_operation(unsigned number);
  void pass_replaced(unsigned number);
  void find_beats();
  void add_fifo();
  void add_unit();

  Context& c_;
  unsigned stage_;
  std::vector<const Operation*> ops_;
  std::map<ValueId, Expression> passed_;
  std::vector<Expression> in_, out_; // two sides of the FIFO's data
  unsigned width_ = 0;
  unsigned record_ = 0;            // bytes of the longest one, in whole beats
  int first_beat_ = 0, beats_ = 1; // of replaced bytes
  // By port of the unit: what the operations give, the first one last.
  std::map<std::string, std::vector<Expression>> ports_;
};

// A value of the last stage behind the FIFO.
Expression EventEmitter::pass(const std::string& name, ValueId v) {
  if (c_.values.fixed(v))
    return c_.values.in_stage(v, stage_);
  auto [known, added] = passed_.try_emplace(v);
  if (added) {
    known->second = atom("event_" + name);
    c_.wire(c_.values.width(v), "event_" + name);
    in_.push_back(c_.values.in_stage(v, stage_)), out_.push_back(known->second);
    width_ += c_.values.width(v);
  }
  return known->second;
}

Expression widened(Expression value, unsigned width, unsigned wanted) {
  return width == wanted ? value : concat({literal(wanted - width, 0), std::move(value)});
}

void EventEmitter::pass_operation(unsigned number) {
  const Operation& op = *ops_[number];
  const std::string mark = std::to_string(number) + "_";
  const auto give = [&](const char* port, Expression e) {
    ports_[port].insert(ports_[port].begin(), std::move(e));
  };
  const auto operand = [&](unsigned i, const char* name) {
    return pass(mark + name, op.operands[i]);
  };
  give("enables", operand(0, "on"));
  give("lengths", operand(1, "length"));
  give("records", widened(operand(2, "record"), c_.values.width(op.operands[2]), 8 * record_));
  const std::size_t own = op.operands.size() - (c_.structure.samples ? 3 : 1);
  const bool copies = own > 3; // behind those are the emitter's own
  give("copies", copies ? operand(3, "copied") : literal(16, 0));
  give("heads", copies ? operand(4, "head") : literal(16, 0));
  give("maps", literal(8, op.map));
  pass_replaced(number);
}

// Bytes of the packet that were written before, where they stand in whole beats.
void EventEmitter::pass_replaced(unsigned number) {
  const Operation& op = *ops_[number];
  const int bus = static_cast<int>(c_.p.bus_bytes), first = first_beat_ * bus;
  std::vector<Expression> enables, datas; // highest first
  int next = first + beats_ * bus;        // the byte behind the next one
  const auto gap = [&](int until) {
    if (next <= until)
      return;
    const auto bytes = static_cast<unsigned>(next - until);
    enables.push_back(literal(bytes, 0)), datas.push_back(literal(8 * bytes, 0));
  };
  for (std::size_t i = op.coordinates.size(); i-- > 0;) {
    gap(op.coordinates[i] + 1);
    const std::string name = std::to_string(number) + "_byte" + std::to_string(i);
    enables.push_back(literal(1, 1)), datas.push_back(pass(name, op.operands[5 + i]));
    next = op.coordinates[i];
  }
  gap(first);
  ports_["over_enables"].insert(ports_["over_enables"].begin(), concat(enables));
  ports_["over_datas"].insert(ports_["over_datas"].begin(), concat(datas));
}

void EventEmitter::find_beats() {
  const int bus = static_cast<int>(c_.p.bus_bytes);
  int low = 0, high = 0; // beats; behind the last one
  for (const Operation* op : ops_) {
    const unsigned bytes = c_.values.width(op->operands[2]) / 8;
    record_ = std::max(record_, (bytes + c_.p.bus_bytes - 1) / c_.p.bus_bytes * c_.p.bus_bytes);
    if (op->coordinates.empty())
      continue;
    low = std::min(low, floor_div(op->coordinates.front(), bus));
    high = std::max(high, floor_div(op->coordinates.back(), bus) + 1);
  }
  first_beat_ = low;
  beats_ = std::max(1, high - low);
}

void EventEmitter::add_fifo() {
  c_.wire(1, "event_valid");
  c_.top.add(Instance{
      "pw_fifo",
      "event_fifo",
      {{"WIDTH", std::to_string(width_)}, {"DEPTH", std::to_string(c_.structure.result_depth)}},
      {{"clk", atom("clk")},
       {"rst", atom("rst")},
       {"push", atom(valid_name(stage_))},
       {"push_data", concat(in_)},
       {"pop", atom("event_pop")},
       {"head_valid", atom("event_valid")},
       {"head", concat(out_)},
       {"level", atom("event_level")}}});
}

void EventEmitter::add_unit() {
  const auto count = static_cast<unsigned>(ops_.size());
  const Operation& any = *ops_[0]; // its last operands are the emitter's own
  const bool samples = c_.structure.samples;
  const std::size_t own = any.operands.size() - (samples ? 3 : 1);
  const Expression index = pass("index", any.operands[own]);
  const unsigned place_bits = bits_for(c_.structure.packet_depth);
  const Expression base = samples ? pass("place", any.operands[own + 1]) : literal(place_bits, 0);
  const Expression frame = samples ? pass("frame", any.operands[own + 2]) : literal(16, 0);
  add_fifo();
  Instance unit{"pw_events",
                "events",
                {{"BUS", std::to_string(c_.p.bus_bytes)},
                 {"OPS", std::to_string(count)},
                 {"RECORD", std::to_string(record_)},
                 {"MAPS", to_text(concat(ports_.at("maps")))},
                 {"SAMPLES", samples ? "1" : "0"},
                 {"DEPTH", std::to_string(c_.structure.packet_depth)},
                 {"FIRST", std::to_string(first_beat_)},
                 {"OVER", std::to_string(beats_)}},
                {{"clk", atom("clk")},
                 {"rst", atom("rst")},
                 {"entry_valid", atom("event_valid")},
                 {"entry_pop", atom("event_pop")},
                 {"index", index},
                 {"frame", frame},
                 {"base", base},
                 {"push", samples ? atom("in_push") : literal(1, 0)},
                 {"place", samples ? atom("beat_place") : literal(place_bits, 0)},
                 {"beat_data", samples ? atom("in_data") : literal(8 * c_.p.bus_bytes, 0)},
                 {"stored_room", atom("events_room")},
                 {"empty", atom("events_empty")}}};
  for (const auto& [port, parts] : ports_)
    if (port != "maps")
      unit.ports.emplace_back(port, concat(parts));
  for (const char* same : {"m_events_tvalid", "m_events_tready", "m_events_tdata", "m_events_tkeep",
                           "m_events_tlast", "m_events_map", "m_events_length", "m_events_index"})
    unit.ports.emplace_back(same, atom(same));
  c_.top.add(std::move(unit));
}

void EventEmitter::emit() {
  c_.top.add(Banner{"events"});
  find_beats();
  for (unsigned i = 0; i < ops_.size(); ++i)
    pass_operation(i);
  add_unit();
}

} // namespace

void add_events(Context& c) {
  if (c.structure.events)
    EventEmitter(c).emit();
}

} // namespace pw::verilog
