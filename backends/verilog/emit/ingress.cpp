// The ingress unit, the packet FIFO, and the header FIFO, which holds only what the program reads.
#include "backends/verilog/emit/context.h"

#include <algorithm>
#include <optional>

namespace pw::verilog {
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

struct Field {
  unsigned width;
  std::string port; // of the ingress unit
  std::string wire;
};

const std::vector<Field> input_fields = {
    {16, "header_length", "in_length"}, {32, "header_ifindex", "in_ifindex"},
    {32, "header_rxq", "in_rxq"},       {64, "header_time", "in_time"},
    {32, "header_index", "in_index"},
};

Field place_field(const Context& c) {
  return {bits_for(c.structure.packet_depth), "header_place", "in_place"};
}

std::optional<Field> field_of(const Context& c, pipeline::Input input) {
  if (input == packet_place)
    return place_field(c);
  switch (input) {
  case pipeline::Input::Length:
    return input_fields[0];
  case pipeline::Input::Ifindex:
    return input_fields[1];
  case pipeline::Input::RxQueue:
    return input_fields[2];
  case pipeline::Input::Time:
    return input_fields[3];
  case pipeline::Input::PacketIndex:
    return input_fields[4];
  case pipeline::Input::Cpu:
  case pipeline::Input::Seed:
    return std::nullopt;
  default: { // of the metadata that comes with a packet of a tc program
    const SkbFieldInfo& f = skb_fields.at(static_cast<unsigned>(input) -
                                          static_cast<unsigned>(pipeline::Input::Mark));
    return Field{f.bits, std::string("header_") + f.name, std::string("in_") + f.name};
  }
  }
}

// Parts of the header that the program reads, lowest bits of the FIFO's word first.
struct Header {
  std::vector<Field> inputs;
  std::vector<bool> bytes;                         // of the window
  std::vector<std::pair<unsigned, unsigned>> runs; // first byte, number of bytes

  unsigned width() const {
    unsigned bits = 0;
    for (const Field& f : inputs)
      bits += f.width;
    return bits + bytes_width();
  }
  unsigned bytes_width() const {
    return 8 * static_cast<unsigned>(std::ranges::count(bytes, true));
  }
  unsigned position(unsigned byte) const { // of a byte among those that are read
    return static_cast<unsigned>(std::count(bytes.begin(), bytes.begin() + byte, true));
  }
};

void note(Header& h, const Context& c, const pipeline::Operation& op, unsigned width) {
  if (op.kind == OpKind::PacketField) {
    for (unsigned i = 0; i < width / 8; ++i)
      h.bytes.at(static_cast<unsigned>(op.offset) + i) = true;
  } else if (auto f = field_of(c, op.input);
             f && std::ranges::find(h.inputs, f->port, &Field::port) == h.inputs.end()) {
    h.inputs.push_back(*f);
  }
}

Header header_of(const Context& c) {
  Header h;
  h.bytes.resize(std::size_t{c.structure.window_beats} * c.p.bus_bytes);
  for (ValueId v : c.values.waiting(0))
    note(h, c, c.values.maker(v), c.values.width(v));
  for (unsigned i = 0; i < h.bytes.size(); ++i) {
    if (!h.bytes[i])
      continue;
    if (h.runs.empty() || h.runs.back().first + h.runs.back().second != i)
      h.runs.emplace_back(i, 0);
    ++h.runs.back().second;
  }
  return h;
}

// Metadata goes through the ingress unit as one bundle, the first field in the lowest bits.
void add_metadata(Context& c, Instance& unit) {
  std::vector<Expression> given, held;
  unsigned bits = 0;
  for (unsigned f : metadata_inputs(c.p)) {
    const SkbFieldInfo& field = skb_fields[f];
    c.wire(field.bits, std::string("in_") + field.name);
    given.insert(given.begin(), atom(std::string("s_axis_") + field.name));
    held.insert(held.begin(), atom(std::string("in_") + field.name));
    bits += field.bits;
  }
  if (given.empty()) {
    c.wire(1, "in_no_metadata");
    given.push_back(literal(1, 0)), held.push_back(atom("in_no_metadata"));
    bits = 1;
  }
  unit.parameters.emplace_back("USER", std::to_string(bits));
  unit.ports.emplace_back("s_axis_user", concat(given));
  unit.ports.emplace_back("header_user", concat(held));
}

void add_unit(Context& c) {
  unsigned window = 8 * c.p.bus_bytes * c.structure.window_beats;
  c.wire(8 * c.p.bus_bytes, "in_data");
  for (const char* name : {"in_push", "in_last", "header_push", "ingress_busy", "ingress_room"})
    c.wire(1, name);
  c.wire(window, "in_window");
  Instance unit{"pw_ingress",
                "ingress",
                {{"BUS", std::to_string(c.p.bus_bytes)},
                 {"WINDOW_BEATS", std::to_string(c.structure.window_beats)},
                 {"WHOLE", c.structure.whole_packet ? "1" : "0"}},
                {}};
  add_metadata(c, unit);
  for (const char* same : {"clk", "rst", "s_axis_tvalid", "s_axis_tready", "s_axis_tdata",
                           "s_axis_tkeep", "s_axis_tlast", "s_axis_length", "s_axis_ifindex",
                           "s_axis_rxq", "s_axis_time", "s_axis_bad", "header_push"})
    unit.ports.emplace_back(same, atom(same));
  unit.ports.emplace_back("room", atom("ingress_room"));
  unit.ports.emplace_back("beat_push", atom("in_push"));
  unit.ports.emplace_back("beat_data", atom("in_data"));
  unit.ports.emplace_back("beat_last", atom("in_last"));
  unit.ports.emplace_back("header_window", atom("in_window"));
  unit.ports.emplace_back("busy", atom("ingress_busy"));
  for (const Field& f : input_fields) {
    c.wire(f.width, f.wire);
    unit.ports.emplace_back(f.port, atom(f.wire));
  }
  c.top.add(std::move(unit));
  auto space = [](const char* level, unsigned depth) {
    return binary("!=", atom(level), literal(bits_for(depth) + 1, depth));
  };
  std::vector<Expression> room = {atom("clear_done"),
                                  space("packet_level", c.structure.packet_depth),
                                  space("header_level", c.structure.header_depth)};
  if (c.structure.samples)
    room.push_back(atom("events_room"));
  c.assign("ingress_room", chain("&&", room));
}

// The packet's beats a second time, for reads behind the window: in step with the packet FIFO.
void add_packet_ring(Context& c) {
  Field place = place_field(c);
  c.top.add(Blank{});
  c.top.add(Comment{"Where the packet stands in the memories of the reads behind the window."});
  c.wire(place.width, "beat_place"), c.wire(place.width, place.wire);
  c.top.add(Instance{"pw_packet_ring",
                     "packet_ring",
                     {{"DEPTH", std::to_string(c.structure.packet_depth)}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"push", atom("in_push")},
                      {"last", atom("in_last")},
                      {"place", atom("beat_place")},
                      {"base", atom(place.wire)}}});
}

void add_packet_fifo(Context& c) {
  unsigned width = 8 * c.p.bus_bytes;
  c.top.add(Blank{});
  c.top.add(Comment{"The packet waits here for its result."});
  c.wire(1, "packet_valid"), c.wire(1, "packet_pop"), c.wire(1, "packet_last");
  c.wire(width, "packet_data");
  c.top.add(Instance{"pw_fifo",
                     "packet_fifo",
                     {{"WIDTH", std::to_string(width + 1)},
                      {"DEPTH", std::to_string(c.structure.packet_depth)},
                      {"BLOCK", "1"}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"push", atom("in_push")},
                      {"push_data", concat({atom("in_last"), atom("in_data")})},
                      {"pop", atom("packet_pop")},
                      {"head_valid", atom("packet_valid")},
                      {"head", concat({atom("packet_last"), atom("packet_data")})},
                      {"level", atom("packet_level")}}});
}

// Declares what comes out of the FIFO; returns the two sides of its data, highest bits first.
std::pair<std::vector<Expression>, std::vector<Expression>> header_sides(Context& c,
                                                                         const Header& h) {
  std::vector<Expression> in, out;
  unsigned window = 8 * c.p.bus_bytes * c.structure.window_beats;
  for (auto run = h.runs.rbegin(); run != h.runs.rend(); ++run)
    in.push_back(slice("in_window", window, 8 * run->first, 8 * run->second));
  if (h.bytes_width() > 0) {
    c.wire(h.bytes_width(), "header_bytes");
    out.push_back(atom("header_bytes"));
  }
  for (const Field& f : h.inputs) {
    c.wire(f.width, f.port);
    in.push_back(atom(f.wire)), out.push_back(atom(f.port));
  }
  if (in.empty()) {
    c.wire(1, "header_empty");
    in.push_back(literal(1, 0)), out.push_back(atom("header_empty"));
  }
  return {in, out};
}

void add_fields(Context& c, const Header& h) {
  for (ValueId v : c.values.waiting(0)) {
    const pipeline::Operation& op = c.values.maker(v);
    Expression from =
        op.kind == OpKind::PacketField
            ? slice("header_bytes", h.bytes_width(),
                    8 * h.position(static_cast<unsigned>(op.offset)), c.values.width(v))
            : slice(field_of(c, op.input)->port, field_of(c, op.input)->width, 0,
                    c.values.width(v));
    c.wire(c.values.width(v), c.values.entrance_name(v, 0), from);
  }
}

void add_header_fifo(Context& c) {
  Header h = header_of(c);
  c.top.add(Blank{});
  c.top.add(Comment{"What the program reads of the header."});
  c.wire(1, "region0_valid");
  auto [in, out] = header_sides(c, h);
  c.top.add(Instance{"pw_fifo",
                     "header_fifo",
                     {{"WIDTH", std::to_string(std::max(1u, h.width()))},
                      {"DEPTH", std::to_string(c.structure.header_depth)}},
                     {{"clk", atom("clk")},
                      {"rst", atom("rst")},
                      {"push", atom("header_push")},
                      {"push_data", concat(in)},
                      {"pop", atom(enter_name(0))},
                      {"head_valid", atom("region0_valid")},
                      {"head", concat(out)},
                      {"level", atom("header_level")}}});
  add_fields(c, h);
}

} // namespace

void add_ingress(Context& c) {
  c.top.add(Banner{"ingress"});
  add_unit(c);
  if (c.structure.whole_packet)
    add_packet_ring(c);
  add_packet_fifo(c);
  add_header_fifo(c);
}

} // namespace pw::verilog
