#include "backends/verilog/emit/axil.h"

#include <algorithm>
#include <bit>
#include <set>

namespace pw::verilog {
namespace {

// rtl/pw_control.sv has the same numbers.
constexpr unsigned counters_at = 0x100, data_at = 0x800;
const char* const counter_names[] = {
    "packets_in",      "bad_frames",         "aborted",   "drop", "pass", "tx", "redirect",
    "unknown_verdict", "trap_packet_bounds", "trap_other"};

// Those that every program has, and the clocks in which packets had to wait, by map.
unsigned counter_count(const Context& c) {
  return static_cast<unsigned>(std::size(counter_names) + holding_maps(c.p).size());
}

unsigned data_words(const Context& c) { return (c.host_width + 31) / 32; }

bool inside(const Port& p) { return p.name.starts_with("cfg_") || p.name.starts_with("host_"); }
bool gated(const std::string& name) { return name == "s_axis_tvalid" || name == "s_axis_tready"; }

using Ports = std::vector<std::pair<std::string, Expression>>;

void same(Ports& ports, std::initializer_list<const char*> names) {
  for (const char* name : names)
    ports.emplace_back(name, atom(name));
}

std::vector<Port> bus_ports(unsigned address) {
  return {{false, 1, "s_axil_awvalid", "control"},
          {true, 1, "s_axil_awready", ""},
          {false, address, "s_axil_awaddr", ""},
          {false, 3, "s_axil_awprot", ""},
          {false, 1, "s_axil_wvalid", ""},
          {true, 1, "s_axil_wready", ""},
          {false, 32, "s_axil_wdata", ""},
          {false, 4, "s_axil_wstrb", ""},
          {true, 1, "s_axil_bvalid", ""},
          {false, 1, "s_axil_bready", ""},
          {true, 2, "s_axil_bresp", ""},
          {false, 1, "s_axil_arvalid", ""},
          {true, 1, "s_axil_arready", ""},
          {false, address, "s_axil_araddr", ""},
          {false, 3, "s_axil_arprot", ""},
          {true, 1, "s_axil_rvalid", ""},
          {false, 1, "s_axil_rready", ""},
          {true, 32, "s_axil_rdata", ""},
          {true, 2, "s_axil_rresp", ""}};
}

class ShellEmitter {
public:
  ShellEmitter(const Context& c, const VerilogOptions& options) : c_(c), options_(options) {}
  Module emit();

private:
  void wire(unsigned width, const std::string& name, Expression value = nullptr) {
    m_.add(Wire{width, name, std::move(value)});
  }
  void add_ports();
  void add_bus();
  void add_control();
  void add_gate();
  void add_counters();
  void add_operation();
  void add_pipeline();
  bool live() const { return options_.control_bytes > 0; }
  std::string outer(const std::string& port) const;
  std::string number(unsigned n) const { return std::to_string(n); }

  const Context& c_;
  const VerilogOptions& options_;
  Module m_;
  unsigned count_ = counter_count(c_);
  unsigned select_ = bits_for(count_);
};

void ShellEmitter::add_ports() {
  for (const Port& p : c_.top.ports) {
    if (!inside(p))
      m_.ports.push_back(p);
    if (p.name == "rst")
      std::ranges::copy(bus_ports(axil_address_bits(c_)), std::back_inserter(m_.ports));
  }
}

void ShellEmitter::add_bus() {
  unsigned word = axil_address_bits(c_) - 2;
  m_.add(Banner{"registers"});
  for (const char* name : {"write", "write_fails", "read", "read_fails"})
    wire(1, name);
  wire(word, "write_word"), wire(32, "write_data"), wire(4, "write_strobe");
  wire(word, "read_word"), wire(32, "read_data");
  Instance unit{"pw_axil", "axil", {{"ADDRESS", number(word + 2)}}, {}};
  same(unit.ports, {"clk", "rst"});
  for (const Port& p : bus_ports(word + 2))
    unit.ports.emplace_back(p.name, atom(p.name));
  same(unit.ports, {"write", "write_word", "write_data", "write_strobe", "write_fails", "read",
                    "read_word", "read_data", "read_fails"});
  m_.add(std::move(unit));
}

void ShellEmitter::add_control() {
  for (const Port& p : c_.top.ports)
    if (inside(p))
      wire(p.width, p.name);
  wire(1, "closed"), wire(1, "counters_clear"), wire(select_, "counter_number");
  wire(64, "counter_value");
  wire(1, "live_request");
  if (live())
    wire(1, "live_done"), wire(c_.host_width, "live_answer");
  Instance unit{"pw_control",
                "control",
                {{"ADDRESS", number(axil_address_bits(c_))},
                 {"HOST", number(c_.host_width)},
                 {"COUNTERS", number(count_)},
                 {"LIVE", live() ? "1" : "0"},
                 {"SELECT", number(select_)},
                 {"PROGRAM", to_text(literal(32, program_mark(options_)))}},
                {}};
  same(unit.ports,
       {"clk", "rst", "write", "write_word", "write_data", "write_strobe", "write_fails", "read",
        "read_word", "read_data", "read_fails", "idle", "clear_done", "closed"});
  for (const Port& p : c_.top.ports)
    if (inside(p))
      unit.ports.emplace_back(p.name, atom(p.name));
  same(unit.ports, {"counters_clear", "counter_number", "counter_value"});
  same(unit.ports, {"live_request"});
  unit.ports.emplace_back("live_done", live() ? atom("live_done") : literal(1, 0));
  unit.ports.emplace_back("live_answer", live() ? atom("live_answer") : literal(c_.host_width, 0));
  m_.add(std::move(unit));
}

void ShellEmitter::add_gate() {
  m_.add(Banner{"packets"});
  for (const char* name : {"inner_tvalid", "inner_tready", "begins", "begins_bad"})
    wire(1, name);
  Instance unit{"pw_gate", "gate", {}, {}};
  same(unit.ports, {"clk", "rst", "closed", "s_axis_tvalid", "s_axis_tready", "s_axis_tlast",
                    "s_axis_bad", "inner_tvalid", "inner_tready", "begins", "begins_bad"});
  m_.add(std::move(unit));
}

// In the order of counter_names, the first one in bit 0.
void ShellEmitter::add_counters() {
  Expression done = atom("res_valid");
  auto is = [&](unsigned code) { return binary("==", atom("res_retval"), literal(32, code)); };
  auto verdict = [&](unsigned code) { return both(done, is(code)); };
  Expression unknown = both(done, binary(">", atom("res_retval"), literal(32, 4)));
  Expression none = binary("==", atom("res_trap"), literal(8, 0));
  Expression bounds = binary("==", atom("res_trap"), literal(8, 1));
  std::vector<Expression> events = {chain("&&", {done, unary("!", none), unary("!", bounds)}),
                                    both(done, bounds)};
  if (c_.p.tc) { // TC_ACT_*: what is neither dropped nor redirected passes; nothing is sent back
    Expression drop = both(done, chain("||", {is(2), is(4), is(8)}));
    Expression none_known = both(binary(">", atom("res_retval"), literal(32, 8)),
                                 binary("!=", atom("res_retval"), literal(32, 0xffffffff)));
    Expression pass = both(done, unary("!", chain("||", {is(2), is(4), is(7), is(8)})));
    for (const Expression& e : {both(done, none_known), verdict(7), literal(1, 0), pass, drop,
                                both(done, unary("!", none))})
      events.push_back(e);
  } else {
    for (const Expression& e : {unknown, verdict(4), verdict(3), verdict(2), verdict(1),
                                binary("||", verdict(0), unknown)})
      events.push_back(e);
  }
  for (const char* name : {"begins_bad", "begins"})
    events.push_back(atom(name));
  if (!holding_maps(c_.p).empty())
    events.insert(events.begin(), atom("held"));
  wire(count_, "events", concat(events));
  Instance unit{
      "pw_counters", "counters", {{"COUNT", number(count_)}, {"SELECT", number(select_)}}, {}};
  same(unit.ports, {"clk", "rst"});
  unit.ports.emplace_back("clear", atom("counters_clear"));
  same(unit.ports, {"events"});
  unit.ports.emplace_back("number", atom("counter_number"));
  unit.ports.emplace_back("value", atom("counter_value"));
  m_.add(std::move(unit));
}

// Operations of the host come in between the gate and the pipeline, and their answers leave behind
// it.
void ShellEmitter::add_operation() {
  const unsigned bus = c_.p.bus_bytes;
  for (const char* name : {"to_tvalid", "to_tready", "to_tlast", "to_bad", "out_tvalid",
                           "out_tready", "out_res_valid"})
    wire(1, name);
  wire(8 * bus, "to_tdata"), wire(bus, "to_tkeep"), wire(16, "to_length"), wire(32, "to_ifindex");
  Instance unit{"pw_operation",
                "operation",
                {{"BUS", number(bus)},
                 {"BYTES", number(options_.control_bytes)},
                 {"HOST", number(c_.host_width)}},
                {}};
  same(unit.ports, {"clk", "rst"});
  const std::pair<const char*, Expression> connected[] = {
      {"request", atom("live_request")},       {"data", atom("host_wdata")},
      {"bytes", slice("host_row", 32, 0, 16)}, {"done", atom("live_done")},
      {"answer", atom("live_answer")},         {"from_tvalid", atom("inner_tvalid")},
      {"from_tready", atom("inner_tready")},   {"out_tdata", atom("m_axis_tdata")},
      {"out_tlast", atom("m_axis_tlast")},     {"out_trap", atom("res_trap")}};
  for (const auto& [port, value] : connected)
    unit.ports.emplace_back(port, value);
  for (const char* part : {"tdata", "tkeep", "tlast", "length", "ifindex", "bad"})
    unit.ports.emplace_back(std::string("from_") + part, atom(std::string("s_axis_") + part));
  same(unit.ports, {"to_tvalid", "to_tready", "to_tdata", "to_tkeep", "to_tlast", "to_length",
                    "to_ifindex", "to_bad", "out_tvalid", "out_tready", "out_res_valid",
                    "m_axis_tvalid", "m_axis_tready", "res_valid"});
  m_.add(std::move(unit));
}

// What a port of the pipeline is connected to.
std::string ShellEmitter::outer(const std::string& port) const {
  static const std::set<std::string> in = {"tvalid", "tready", "tdata",   "tkeep",
                                           "tlast",  "length", "ifindex", "bad"};
  const std::string input = "s_axis_";
  const bool is_input = port.starts_with(input);
  const std::string part = is_input ? port.substr(input.size()) : port;
  if (live() && is_input && in.contains(part))
    return "to_" + part;
  if (live() && (port == "m_axis_tvalid" || port == "m_axis_tready"))
    return "out_" + port.substr(std::string("m_axis_").size());
  if (live() && port == "res_valid")
    return "out_res_valid";
  return gated(port) ? "inner_" + part : port;
}

void ShellEmitter::add_pipeline() {
  Instance unit{c_.top.name, "pipeline", {}, {}};
  for (const Port& p : c_.top.ports)
    unit.ports.emplace_back(p.name, atom(outer(p.name)));
  m_.add(std::move(unit));
}

Module ShellEmitter::emit() {
  m_.name = axil_name(c_);
  m_.preamble = {"The pipeline " + c_.top.name + " with its configuration, its counters and its " +
                 "maps behind an AXI4-Lite port."};
  add_ports();
  add_bus();
  add_control();
  add_gate();
  if (live())
    add_operation();
  add_counters();
  add_pipeline();
  return std::move(m_);
}

} // namespace

Module axil_shell(const Context& c, const VerilogOptions& options) {
  return ShellEmitter(c, options).emit();
}

std::string axil_name(const Context& c) { return c.top.name + "_axil"; }

unsigned axil_address_bits(const Context& c) {
  return std::max(12u, bits_for(data_at + 4 * data_words(c)));
}

std::uint32_t program_mark(const VerilogOptions& options) {
  std::uint32_t out = 0;
  for (unsigned i = 0; i < 8; ++i) {
    char digit = i < options.input_sha256.size() ? options.input_sha256[i] : '0';
    std::size_t value = std::string_view("0123456789abcdef").find(digit);
    out = out << 4 | (value < 16 ? static_cast<std::uint32_t>(value) : 0u);
  }
  return out;
}

std::vector<ControlRegister> control_registers(const Context& c) {
  std::vector<ControlRegister> out = {
      {"id", 0x00, 1, "r"},        {"version", 0x04, 1, "r"},   {"program", 0x08, 1, "r"},
      {"status", 0x0c, 1, "r"},    {"control", 0x10, 1, "rw"},  {"cfg_cpu", 0x14, 1, "rw"},
      {"cfg_seed", 0x18, 1, "rw"}, {"host_map", 0x20, 1, "rw"}, {"host_table", 0x24, 1, "rw"},
      {"host_row", 0x28, 1, "rw"}, {"command", 0x2c, 1, "rw"},  {"host_width", 0x30, 1, "r"}};
  unsigned at = counters_at;
  for (const char* name : counter_names)
    out.push_back({name, at, 2, "r"}), at += 8;
  for (unsigned map : holding_maps(c.p))
    out.push_back({"held_" + c.p.maps[map].name, at, 2, "r"}), at += 8;
  out.push_back({"data", data_at, data_words(c), "rw"});
  return out;
}

} // namespace pw::verilog
