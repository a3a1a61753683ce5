// Ports of the top module, ingress unit, and what is no part of a stage.
#include "backends/verilog/emit/context.h"

#include <algorithm>
#include <bit>

namespace pw::verilog {

std::string valid_name(unsigned stage) { return "s" + std::to_string(stage) + "_valid"; }
std::string enter_name(unsigned region) { return "enter" + std::to_string(region); }
unsigned bits_for(unsigned count) {
  return std::max(1u, static_cast<unsigned>(std::bit_width(count - 1)));
}

// {key, slot, valid} or {key, operation}
unsigned table_row_bits(const pipeline::Map& map) {
  return 8 * map.key_bytes + bits_for(map.slots) + 3;
}

namespace {

unsigned trace_count(const Context& c) {
  return static_cast<unsigned>(std::ranges::count_if(
      c.p.operations, [](const auto& op) { return op.kind == pipeline::OpKind::Trace; }));
}

void add_host_width(Context& c) {
  for (const pipeline::Map& map : c.p.maps) {
    if (map.kind == pipeline::MapKind::Table)
      c.host_width = std::max(c.host_width, table_row_bits(map));
    if (map.kind == pipeline::MapKind::Hash)
      c.host_width = std::max(c.host_width, 8 * map.key_bytes + 1);
    if (map.kind == pipeline::MapKind::Lpm) // {last key of an interval, handle}
      c.host_width = std::max(c.host_width, 8 * (map.key_bytes - 4) + map.handle_bits);
    for (const pipeline::Column& column : map.columns)
      c.host_width = std::max(c.host_width, 8 * column.bytes);
  }
}

std::vector<Expression> stage_valids(const Context& c) {
  std::vector<Expression> out;
  for (unsigned s = c.p.stages; s-- > 0;)
    out.push_back(atom(valid_name(s)));
  return out;
}

void add_clear_done(Context& c) {
  c.top.add(Register{1, "clear_done_q"});
  Expression busy = c.clearing.empty() ? literal(1, 0) : chain("||", c.clearing);
  c.top.add(Clocked{{{"clear_done_q", binary("&&", unary("!", atom("rst")), unary("!", busy))}}});
  c.assign("clear_done", atom("clear_done_q"));
}

// One bit a map, in the order of holding_maps.
void add_held(Context& c) {
  std::vector<Expression> bits;
  for (unsigned map : holding_maps(c.p))
    bits.insert(bits.begin(), chain("||", c.held[map]));
  if (!bits.empty())
    c.assign("held", concat(bits));
}

void add_host_data(Context& c) {
  std::vector<Expression> answers;
  for (const auto& [name, width] : c.host_answers)
    answers.push_back(width == c.host_width
                          ? atom(name)
                          : concat({literal(c.host_width - width, 0), atom(name)}));
  c.assign("host_rdata", answers.empty() ? literal(c.host_width, 0) : chain("|", answers));
}

} // namespace

void add_ports(Context& c) {
  add_host_width(c);
  unsigned bus = c.p.bus_bytes;
  auto in = [&](unsigned width, const char* name, const char* comment = "") {
    c.top.ports.push_back({false, width, name, comment});
  };
  auto out = [&](unsigned width, const char* name, const char* comment = "") {
    c.top.ports.push_back({true, width, name, comment});
  };
  in(1, "clk"), in(1, "rst", "synchronous, active high");
  in(1, "s_axis_tvalid", "packets in"), out(1, "s_axis_tready"), in(8 * bus, "s_axis_tdata");
  in(bus, "s_axis_tkeep"), in(1, "s_axis_tlast"),
      in(16, "s_axis_length", "from here on: with the first beat");
  in(32, "s_axis_ifindex"), in(32, "s_axis_rxq"), in(64, "s_axis_time"), in(1, "s_axis_bad");
  for (unsigned f : metadata_inputs(c.p))
    in(skb_fields[f].bits, (std::string("s_axis_") + skb_fields[f].name).c_str());
  in(32, "cfg_cpu", "constant while packets flow"), in(32, "cfg_seed");
  out(1, "m_axis_tvalid", "packets out"), in(1, "m_axis_tready"), out(8 * bus, "m_axis_tdata");
  out(bus, "m_axis_tkeep"), out(1, "m_axis_tlast"), out(16, "m_axis_length"),
      out(3, "m_axis_verdict");
  out(1, "res_valid", "one pulse a packet"), out(32, "res_retval"), out(16, "res_length"),
      out(8, "res_trap");
  out(8, "res_redirect_map"), out(32, "res_redirect_key"), out(32, "res_redirect_ifindex");
  out(64, "res_redirect_flags");
  for (const auto& [field, v] : c.p.result.skb)
    out(skb_fields[static_cast<unsigned>(field)].bits,
        (std::string("res_") + skb_fields[static_cast<unsigned>(field)].name).c_str());
  if (unsigned n = trace_count(c); n > 0)
    out(n, "trace_active", "one bit a trace operation"), out(n, "trace_valid"),
        out(192 * n, "trace_args");
  if (c.structure.events) {
    out(1, "m_events_tvalid", "events for the host"), in(1, "m_events_tready"),
        out(8 * bus, "m_events_tdata"), out(bus, "m_events_tkeep"), out(1, "m_events_tlast");
    out(8, "m_events_map"), out(16, "m_events_length"), out(32, "m_events_index");
  }
  if (std::size_t n = holding_maps(c.p).size(); n > 0)
    out(static_cast<unsigned>(n), "held", "a packet waits for the sake of a map");
  in(1, "host_valid", "the memories of the maps, while idle"), in(1, "host_write"),
      in(8, "host_map");
  in(8, "host_table"), in(32, "host_row"), in(c.host_width, "host_wdata");
  out(1, "host_ready"), out(c.host_width, "host_rdata");
  out(1, "idle", "no packet inside"),
      out(1, "clear_done", "the memories have been cleared after reset");
}

void add_control(Context& c) {
  c.top.add(Banner{"control"});
  for (unsigned r = 0; r < c.p.regions.size(); ++r) {
    c.wire(1, enter_name(r));
    if (r > 0)
      c.wire(bits_for(c.p.regions[r].fifo_depth) + 1, "region" + std::to_string(r) + "_level");
  }
  c.wire(bits_for(c.structure.header_depth) + 1, "header_level");
  c.wire(bits_for(c.structure.packet_depth) + 1, "packet_level");
  c.wire(bits_for(c.structure.result_depth) + 1, "result_level");
  c.wire(1, "result_pop");
  c.wire(1, "deparser_empty");
  if (c.structure.events) {
    c.wire(1, "event_pop"), c.wire(1, "events_empty"), c.wire(1, "events_room");
    c.wire(bits_for(c.structure.result_depth) + 1, "event_level");
  }
  if (!c.p.maps.empty())
    c.wire(1, "host_write_now"), c.wire(1, "host_start");
  for (unsigned m = 0; m < c.p.maps.size(); ++m)
    if (c.p.maps[m].kind == pipeline::MapKind::Table)
      c.wire(1, table_name(c, m) + "_hold"), c.wire(1, table_name(c, m) + "_crowded");
}

void add_housekeeping(Context& c) {
  c.top.add(Banner{"host port and state"});
  std::string unused = c.p.maps.empty() ? "_unused" : "";
  if (c.p.maps.empty())
    c.wire(1, "host_write_now_unused"), c.wire(1, "host_start_unused");
  std::vector<Expression> slow, done;
  for (const std::string& unit : c.slow_units)
    slow.push_back(atom(unit + "_select")), done.push_back(atom(unit + "_done"));
  c.top.add(Instance{"pw_host",
                     "host",
                     {},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"host_valid", atom("host_valid")},
                      {"host_write", atom("host_write")},
                      {"slow", slow.empty() ? literal(1, 0) : chain("||", slow)},
                      {"done", done.empty() ? literal(1, 0) : chain("||", done)},
                      {"host_ready", atom("host_ready")},
                      {"start", atom("host_start" + unused)},
                      {"write_now", atom("host_write_now" + unused)}}});
  add_host_data(c);
  add_clear_done(c);
  add_held(c);
  std::vector<Expression> levels = {atom("header_level"), atom("packet_level"),
                                    atom("result_level")};
  if (c.structure.events)
    levels.insert(levels.end(), {atom("event_level"), unary("!", atom("events_empty"))});
  for (unsigned r = 1; r < c.p.regions.size(); ++r)
    levels.push_back(atom("region" + std::to_string(r) + "_level"));
  for (const Expression& e : stage_valids(c))
    levels.push_back(e);
  if (c.structure.merge_delay != 0)
    levels.push_back(atom("merge_valid"));
  Expression any = unary("|", concat(levels));
  c.assign("idle", chain("&&", {atom("clear_done_q"), atom("deparser_empty"),
                                unary("!", atom("ingress_busy")), unary("!", any)}));
}

void add_traces(Context& c) {
  unsigned n = 0;
  for (const pipeline::Operation& op : c.p.operations) {
    if (op.kind != pipeline::OpKind::Trace)
      continue;
    if (n == 0)
      c.top.add(Banner{"trace"});
    std::string bit = trace_count(c) == 1 ? "" : "[" + std::to_string(n) + "]";
    Expression valid = atom(valid_name(op.stage));
    c.assign("trace_active" + bit, valid);
    c.assign("trace_valid" + bit, both(valid, c.values.in_stage(op.operands[0], op.stage)));
    c.assign("trace_args[" + std::to_string(192 * n) + "+:192]",
             concat({c.values.in_stage(op.operands[3], op.stage),
                     c.values.in_stage(op.operands[2], op.stage),
                     c.values.in_stage(op.operands[1], op.stage)}));
    ++n;
  }
}

} // namespace pw::verilog
