#include "backends/fpga/flow.h"

#include "backends/fpga/pins.h"
#include "support/diagnostic.h"
#include "support/process.h"

#include <nlohmann/json.hpp>

#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <future>
#include <sstream>

namespace pw::fpga {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr unsigned hx8k_cells = 7680; // logic cells: a table of four inputs and a flip-flop each

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

// The last line that says something, for progress and for errors.
std::string last_line(const std::string& text, const std::string& with) {
  std::string found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.find(with) != std::string::npos)
      found = line;
  return found;
}

const DeviceTools& device_tools(const std::string& device) {
  if (const DeviceTools* tools = tools_of(device))
    return *tools;
  throw Failure(diagnose("PW-DEV-003", "there is no synthesis flow for device '" + device + "'")
                    .help("xcu50, xcu200, xcu250, xcu280 or ice40hx8k"));
}

// One run of the tools in a folder.
class Flow {
public:
  explicit Flow(const SynthesisInput& in)
      : in_(in), tools_(device_tools(in.pipeline->device)), start_(Clock::now()) {
    if (small() && in.pipeline->register_bits > hx8k_cells)
      throw too_large("needs " + std::to_string(in.pipeline->register_bits) +
                      " flip-flops between its stages alone");
    for (const auto& [name, text] : in.verilog->files)
      write(in.folder / name, text);
    if (small())
      write(in.folder / "pw_pins.sv", pins_wrapper(*in.verilog));
  }

  Synthesis run() {
    Synthesis out;
    out.tool = version();
    netlist();
    out.cost = read_cost();
    if (small())
      out.layout = layout(out.cost.total);
    out.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    rusage children{};
    getrusage(RUSAGE_CHILDREN, &children);
    const auto seconds = [](const timeval& t) {
      return double(t.tv_sec) + double(t.tv_usec) / 1e6;
    };
    out.processor_seconds = seconds(children.ru_utime) + seconds(children.ru_stime);
    out.memory_bytes = std::uint64_t(children.ru_maxrss) * 1024;
    return out;
  }

private:
  using Clock = std::chrono::steady_clock;

  bool small() const { return tools_.family == Family::Ice40; }
  std::string top() const { return small() ? pins_top : in_.verilog->top; }

  static std::string tool(const std::string& name, const std::string& package) {
    if (std::string path = find_tool({name}); !path.empty())
      return path;
    throw Failure(diagnose("PW-SYN-001", name + " is not on this machine")
                      .help("install it: apt-get install " + package));
  }

  static std::string version() {
    std::string text = output_of({tool("yosys", "yosys"), "-V"});
    return text.substr(0, text.find(" (git"));
  }

  std::string sources() const {
    std::string out = small() ? "pw_pins.sv" : "";
    std::istringstream list(in_.verilog->files.at("filelist.f"));
    for (std::string name; std::getline(list, name);)
      if (name.ends_with(".sv"))
        out += (out.empty() ? "" : " ") + name;
    return out;
  }

  // The smaller device has no memory of look-up tables: what the text asks for is forgotten there.
  std::string script() const {
    const std::string read = "read_verilog -sv " + sources() + "\n";
    const std::string write_netlist = "write_json netlist.json\n";
    if (small())
      return read + "hierarchy -check -top " + top() +
             "\nproc\nflatten\nopt\nmemory -nomap\nsetattr -unset ram_style t:$mem*\nsynth_ice40 "
             "-top " +
             top() + "\n" + write_netlist;
    return read + "synth_xilinx -family xcup -flatten -top " + top() + "\n" + write_netlist;
  }

  void netlist() {
    write(in_.folder / "synth.ys", script());
    run_tool({tool("yosys", "yosys"), "-s", "synth.ys"}, "yosys", ". Executing ");
  }

  // Tells every two seconds where the tool is, by the last line of its log with `step` in it.
  void run_tool(const Command& command, const std::string& name, const std::string& step) {
    const fs::path log = in_.folder / (name + ".log");
    fs::remove(log);
    auto done = std::async(std::launch::async, [&] {
      return run_commands({command}, in_.folder.string(), log.string());
    });
    while (done.wait_for(std::chrono::seconds(2)) != std::future_status::ready)
      if (in_.progress)
        in_.progress(name + ": " + last_line(text_of(log), step));
    if (!done.get())
      throw Failure(diagnose("PW-SYN-002", name + " stopped: " + last_line(text_of(log), "ERROR"))
                        .help("keep its files with -o DIR and look at " + name + ".log"));
  }

  Cost read_cost() const {
    std::ifstream in(in_.folder / "netlist.json");
    Netlist netlist = read_netlist(in, top(), tools_.family);
    if (small())
      strip_wrapper(netlist);
    if (in_.verilog->top == in_.verilog->control_top)
      strip_control(netlist);
    return cost_of(netlist, Places(*in_.pipeline));
  }

  // Names as without the wrapper, whose own cells become a place "pins".
  static void strip_wrapper(Netlist& netlist) {
    const std::string design = std::string(pins_design) + ".";
    for (std::string& name : netlist.names)
      if (!name.empty())
        name = name.starts_with(design) ? name.substr(design.size()) : "pins." + name;
  }

  // Names of the pipeline as without its control port.
  static void strip_control(Netlist& netlist) {
    const std::string pipeline = "pipeline.";
    for (std::string& name : netlist.names)
      if (name.starts_with(pipeline))
        name.erase(0, pipeline.size());
  }

  Layout layout(const CellCounts& cells) {
    if (std::max(cells.luts, cells.flip_flops) > hx8k_cells)
      throw too_large("needs " + std::to_string(std::max(cells.luts, cells.flip_flops)) +
                      " logic cells");
    const std::string mhz = std::to_string(int(in_.pipeline->clock_mhz));
    try {
      run_tool({tool("nextpnr-ice40", "nextpnr-ice40"), "--hx8k", "--package", "ct256", "--json",
                "netlist.json", "--freq", mhz, "--timing-allow-fail", "--seed", "1", "--report",
                "layout.json"},
               "nextpnr-ice40", "Info: ");
    } catch (const Failure&) {
      const std::string log = text_of(in_.folder / "nextpnr-ice40.log");
      if (log.find("no BELs remaining") != std::string::npos ||
          log.find("Unable to place") != std::string::npos)
        throw too_large(last_line(log, "ERROR"));
      throw;
    }
    return read_layout();
  }

  Failure too_large(const std::string& why) const {
    return Failure(diagnose("PW-SYN-003", std::string("the design does not fit ") + tools_.device)
                       .limited(std::to_string(hx8k_cells) + " logic cells", why)
                       .help("a narrower bus takes less: --bus 64; or choose a larger --device"));
  }

  Layout read_layout() const {
    const Json report = Json::parse(text_of(in_.folder / "layout.json"));
    Layout out;
    for (const auto& [clock, figures] : report.at("fmax").items())
      out.fmax_mhz = figures.at("achieved");
    const Json& used = report.at("utilization").at("ICESTORM_LC");
    out.cells = used.at("used");
    out.cells_there = used.at("available");
    out.critical = critical_nets(report);
    return out;
  }

  static std::vector<std::string> critical_nets(const Json& report) {
    std::vector<std::string> nets;
    const std::string design = std::string(pins_design) + ".";
    for (const Json& path : report.at("critical_paths"))
      if (path.at("from") == path.at("to") && nets.empty())
        for (const Json& step : path.at("path")) {
          const std::string net = step.value("net", "");
          if (net.starts_with(design) && net.find('$') == std::string::npos)
            nets.push_back(net.substr(design.size(), net.find('[') - design.size()));
        }
    return nets;
  }

  const SynthesisInput& in_;
  const DeviceTools& tools_;
  Clock::time_point start_;
};

} // namespace

Synthesis synthesise(const SynthesisInput& in) { return Flow(in).run(); }

} // namespace pw::fpga
