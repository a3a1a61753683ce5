#include "sim/rtl/design.h"

#include "backends/verilog/structure.h"
#include "backends/verilog/verilog.h"
#include "sim/rtl/build.h"

#include <fstream>
#include <sstream>

namespace pw::rtl {

namespace fs = std::filesystem;

namespace {

bool is_source(const std::string& name) { return fs::path(name).extension() == ".sv"; }

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error))
    if (is_source(item.path()))
      files[item.path().filename()] = read_file(item.path());
  if (error || files.empty())
    throw Failure(diagnose("PW-RTL-102", "there is no Verilog in '" + folder.string() + "'"));
  return files;
}

} // namespace

std::vector<const pipeline::Operation*> traces_of(const pipeline::Pipeline& pipeline) {
  std::vector<const pipeline::Operation*> traces;
  for (const auto& op : pipeline.operations)
    if (op.kind == pipeline::OpKind::Trace)
      traces.push_back(&op);
  return traces;
}

static Design design_of(const EngineInput& input) {
  VerilogOutput emitted = emit_verilog(*input.pipeline, {});
  Design design;
  design.top = emitted.top;
  if (input.verilog_dir.empty())
    design.files = std::move(emitted.files);
  else
    design.files = files_in(input.verilog_dir);
  std::erase_if(design.files, [](const auto& file) { return !is_source(file.first); });
  design.bus_bytes = input.pipeline->bus_bytes;
  design.traces = unsigned(traces_of(*input.pipeline).size());
  design.held = unsigned(verilog::holding_maps(*input.pipeline).size());
  design.events = !input.pipeline->event_maps.empty();
  design.skb_in = verilog::metadata_inputs(*input.pipeline);
  for (const auto& [field, v] : input.pipeline->result.skb)
    design.skb_out.push_back(unsigned(field));
  design.waves = !input.trace_file.empty();
  return design;
}

fs::path build_simulator_of(const EngineInput& input) { return build_simulator(design_of(input)); }

fs::path build_systemc_module_of(const EngineInput& input) {
  Design design = design_of(input);
  design.waves = false;
  design.systemc = true;
  return build_simulator(design);
}

} // namespace pw::rtl
