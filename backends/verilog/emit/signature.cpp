#include "backends/verilog/emit/signature.h"

#include "backends/verilog/emit/axil.h"
#include "ir/prefixes.h"
#include "support/lpm.h"

#include <nlohmann/json.hpp>

namespace pw::verilog {
namespace {

using Json = nlohmann::ordered_json;

Json ports_json(const Context& c) {
  Json out = Json::array();
  for (const Port& p : c.top.ports)
    out.push_back({{"name", p.name}, {"direction", p.output ? "out" : "in"}, {"width", p.width}});
  return out;
}

const char* kind_name(pipeline::MapKind kind) {
  switch (kind) {
  case pipeline::MapKind::Array:
    return "array";
  case pipeline::MapKind::Present:
    return "present";
  case pipeline::MapKind::Hash:
    return "hash";
  case pipeline::MapKind::Table:
    return "table";
  case pipeline::MapKind::Lpm:
    return "lpm";
  }
  return "";
}

Json tables_json(const pipeline::Map& map) {
  Json out = Json::array();
  if (map.kind == pipeline::MapKind::Hash)
    out.push_back(
        {{"table", 0}, {"holds", "keys"}, {"rows", map.slots}, {"width", 8 * map.key_bytes + 1}});
  if (map.kind == pipeline::MapKind::Table)
    out.push_back({{"table", 0},
                   {"holds", "entries"},
                   {"rows", holds_prefixes(map)
                                ? map.slots
                                : (map.ways << map.row_bits) * map.places + map.stash},
                   {"width", table_row_bits(map)}});
  if (map.kind == pipeline::MapKind::Lpm)
    out.push_back({{"table", 0},
                   {"holds", "intervals"},
                   {"rows", lpm_shape(map.max_entries, map.key_bytes - 4).intervals},
                   {"width", 8 * (map.key_bytes - 4) + map.handle_bits}});
  if (map.kind == pipeline::MapKind::Present)
    out.push_back({{"table", 0}, {"holds", "presence"}, {"rows", map.slots}, {"width", 1}});
  for (unsigned i = 0; i < map.columns.size(); ++i) {
    const pipeline::Column& c = map.columns[i];
    out.push_back({{"table", 1 + i},
                   {"holds", "value"},
                   {"rows", map.slots * c.count},
                   {"width", 8 * c.bytes},
                   {"offset", c.offset},
                   {"words", c.count},
                   {"written", c.written}});
  }
  return out;
}

Json maps_json(const pipeline::Pipeline& p) {
  Json out = Json::array();
  for (unsigned i = 0; i < p.maps.size(); ++i) {
    const pipeline::Map& m = p.maps[i];
    Json map = {{"name", m.name},
                {"host_map", i},
                {"kind", kind_name(m.kind)},
                {"key_bytes", m.key_bytes},
                {"value_bytes", m.value_bytes},
                {"max_entries", m.max_entries}};
    if (m.kind == pipeline::MapKind::Hash) {
      map["ways"] = m.ways;
      map["row_bits"] = m.row_bits;
    }
    if (holds_prefixes(m)) {
      map["prefixes"] = true;
    } else if (m.kind == pipeline::MapKind::Table) {
      map["ways"] = m.ways;
      map["row_bits"] = m.row_bits;
      map["places"] = m.places;
      map["stash"] = m.stash;
      map["lru"] = m.lru;
    }
    map["tables"] = tables_json(m);
    out.push_back(map);
  }
  return out;
}

Json traces_json(const pipeline::Pipeline& p) {
  Json out = Json::array();
  for (const pipeline::Operation& op : p.operations)
    if (op.kind == pipeline::OpKind::Trace)
      out.push_back({{"format", p.trace_formats.at(op.format)}, {"stage", op.stage}});
  return out;
}

Json events_json(const pipeline::Pipeline& p) {
  Json out = Json::array();
  for (unsigned i = 0; i < p.event_maps.size(); ++i)
    out.push_back(
        {{"map", i},
         {"name", p.event_maps[i].name},
         {"type", p.event_maps[i].type == BPF_MAP_TYPE_RINGBUF ? "ringbuf" : "perf_event_array"}});
  return out;
}

Json regions_json(const pipeline::Pipeline& p) {
  Json out = Json::array();
  for (const pipeline::Region& r : p.regions) {
    Json locks = Json::array();
    for (const pipeline::Interlock& lock : r.interlocks)
      locks.push_back({{"map", p.maps[lock.map].name},
                       {"distance", lock.distance},
                       {"handles", lock.handles.size()}});
    out.push_back({{"first_stage", r.first_stage},
                   {"last_stage", r.last_stage},
                   {"fifo_depth", r.fifo_depth},
                   {"interlocks", locks}});
  }
  return out;
}

} // namespace

// First beat in to first beat out of a packet that nothing holds: ingress 1, entrance 1 a region,
// stages, border 1 a region, deparser. With reads behind the window: of a packet of one beat, and
// every further beat takes one more.
static unsigned latency_of(const Context& c) {
  unsigned regions = static_cast<unsigned>(c.p.regions.size());
  unsigned waited = c.structure.whole_packet ? 0 : c.structure.window_beats - 1;
  return waited + c.p.stages + regions + c.structure.merge_delay + 2 + (c.p.moves_head ? 1 : 0);
}

static Json registers_json(const Context& c, const VerilogOptions& options) {
  Json out = Json::array();
  for (const ControlRegister& r : control_registers(c))
    out.push_back(
        {{"name", r.name}, {"offset", r.offset}, {"words", r.words}, {"access", r.access}});
  return {{"top", axil_name(c)},
          {"address_bits", axil_address_bits(c)},
          {"program", program_mark(options)},
          {"list", out}};
}

// Maps that the host reaches while packets flow.
static Json control_json(const VerilogOptions& options) {
  return options.control_bytes == 0 ? Json() : Json::parse(options.control);
}

std::string signature_json(const Context& c, const VerilogOptions& options) {
  const pipeline::Pipeline& p = c.p;
  Json out;
  out["schema_version"] = 1;
  out["tool"] = {{"name", "pipewright"}, {"version", options.tool_version}};
  out["input_sha256"] = options.input_sha256;
  out["program"] = p.name;
  out["top"] = c.top.name;
  out["device"] = p.device;
  out["clock_mhz"] = p.clock_mhz;
  out["bus_bytes"] = p.bus_bytes;
  out["window_bytes"] = p.window_bytes;
  out["stages"] = p.stages;
  out["latency_cycles"] = latency_of(c);
  out["whole_packet"] = c.structure.whole_packet;
  out["register_bits"] = p.register_bits;
  out["fifo_depths"] = {{"header", c.structure.header_depth},
                        {"packet_beats", c.structure.packet_depth},
                        {"result", c.structure.result_depth}};
  out["host_width"] = c.host_width;
  out["ports"] = ports_json(c);
  out["regions"] = regions_json(p);
  out["maps"] = maps_json(p);
  out["traces"] = traces_json(p);
  out["events"] = events_json(p);
  out["registers"] = registers_json(c, options);
  out["control"] = control_json(options);
  return out.dump(2) + "\n";
}

} // namespace pw::verilog
