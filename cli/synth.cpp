// pipewright synth: what the pipeline costs on a device, and where its longest paths are.

#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/synth_report.h"

#include <iostream>

namespace pw::cli {

namespace {

struct SynthCommand {
  CommonOptions common;
  std::string out;
  bool control = false; // the control port, too
};

// What is synthesised.
VerilogOutput chosen(const SynthCommand& o, const VerilogOutput& verilog) {
  VerilogOutput out = verilog;
  if (o.control)
    out.top = verilog.control_top;
  return out;
}

int synth(const SynthCommand& o) {
  Session session(o.common);
  const TemporaryDirectory scratch;
  if (!o.out.empty())
    make_directory(o.out);
  const std::filesystem::path folder =
      o.out.empty() ? scratch.path() : std::filesystem::path(o.out);
  const VerilogOutput verilog = chosen(o, session.verilog());
  const fpga::Synthesis synthesis = fpga::synthesise({.verilog = &verilog,
                                                      .pipeline = &session.compiled().pipeline,
                                                      .folder = std::filesystem::absolute(folder),
                                                      .progress = progress});
  const SynthReport report{&synthesis, &verilog, &session.compiled().pipeline};
  if (o.common.json) {
    Json out = {{"program", session.program().name}};
    out.update(synth_json(report));
    out["diagnostics"] = diagnostics_json(session.warnings())["diagnostics"];
    std::cout << json_text(out) << "\n";
    return 0;
  }
  print_warnings(session.warnings());
  std::cout << synth_text(report);
  return 0;
}

} // namespace

void add_synth(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<SynthCommand>();
  CLI::App* app = add_command(
      root, "synth", "Synthesises the pipeline with yosys: cost by block and stage, longest paths.",
      "PROG.o [--device DEVICE] [options]",
      "  pipewright synth firewall.bpf.o\n"
      "  pipewright synth firewall.bpf.o --device xcu250 --json -o out\n"
      "  pipewright synth firewall.bpf.o --control live\n"
      "  pipewright synth counter.bpf.o --device ice40hx8k --bus 64\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  app->add_option("-o,--out", o->out, "folder to keep the tools' files and logs in")
      ->type_name("DIR")
      ->group("Output");
  app->add_option_function<std::string>(
         "--control",
         [o](const std::string& how) {
           o->control = true;
           o->common.live_control = how == "live";
         },
         "with its control port, as compile --control WHEN makes it")
      ->check(CLI::IsMember({"idle", "live"}).description(""))
      ->type_name("WHEN")
      ->group("Hardware");
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return synth(*o); }; });
}

} // namespace pw::cli
