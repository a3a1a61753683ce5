#include "backends/verilog/emit/packet.h"

#include "backends/verilog/emit/context.h"

namespace pw::verilog {
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

ValueId add_input(pipeline::Pipeline& p, pipeline::Input input, unsigned width) {
  Operation op;
  op.kind = OpKind::Input;
  op.input = input;
  op.result = static_cast<ValueId>(p.values.size());
  p.values.push_back({width, 0, 0, ""});
  p.operations.insert(p.operations.begin(), std::move(op));
  return p.operations.front().result;
}

void add_read(Context& c, const Operation& op, unsigned number) {
  const unsigned bytes = c.values.width(op.result) / 8;
  auto operand = [&](unsigned i) { return c.values.in_stage(op.operands[i], op.stage); };
  c.top.add(Instance{"pw_packet_read",
                     "packet_read" + std::to_string(number),
                     {{"BUS", std::to_string(c.p.bus_bytes)},
                      {"DEPTH", std::to_string(c.structure.packet_depth)},
                      {"BYTES", std::to_string(bytes)}},
                     {{"clk", atom("clk")},
                      {"push", atom("in_push")},
                      {"place", atom("beat_place")},
                      {"beat", atom("in_data")},
                      {"enable", operand(0)},
                      {"at", operand(1)},
                      {"base", operand(2)},
                      {"length", operand(3)},
                      {"data", atom(c.values.name(op.result, op.stage + op.latency))}}});
}

} // namespace

namespace {

// The event unit is told which packet it is, and where that stands.
void add_event_inputs(pipeline::Pipeline& p, const Structure& structure, ValueId place,
                      ValueId length) {
  if (!structure.events)
    return;
  const ValueId index = add_input(p, pipeline::Input::PacketIndex, 32);
  for (Operation& op : p.operations)
    if (op.kind == OpKind::Event) {
      op.operands.push_back(index);
      if (structure.samples)
        op.operands.insert(op.operands.end(), {place, length});
    }
}

} // namespace

pipeline::Pipeline with_packet_place(pipeline::Pipeline p) {
  const Structure structure = structure_of(p);
  ValueId place = pipeline::no_value, length = pipeline::no_value;
  if (structure.whole_packet) {
    place = add_input(p, packet_place, bits_for(structure.packet_depth));
    length = add_input(p, pipeline::Input::Length, 16);
  }
  for (Operation& op : p.operations)
    if (op.kind == OpKind::PacketRead)
      op.operands.insert(op.operands.end(), {place, length});
  add_event_inputs(p, structure, place, length);
  return p;
}

void add_packet_reads(Context& c) {
  unsigned number = 0;
  for (const Operation& op : c.p.operations) {
    if (op.kind != OpKind::PacketRead || !c.values.wanted(op.result))
      continue;
    if (number == 0)
      c.top.add(Banner{"reads behind the window, each from a copy of the packets of its own"});
    add_read(c, op, number++);
  }
}

} // namespace pw::verilog
