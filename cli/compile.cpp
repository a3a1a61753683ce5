// pipewright compile: SystemVerilog and its signature into a folder, or one of the steps before it
// as text. What a Netronome card gets is in card.h.

#include "backends/fpga/vivado.h"
#include "backends/verilog/wrap/wrap.h"
#include "cli/card.h"
#include "cli/describe.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/slots.h"

#include <algorithm>
#include <iostream>

namespace pw::cli {

namespace {

struct CompileCommand {
  CommonOptions common;
  std::string target = "verilog";
  std::string emit;
  std::string project; // of a vendor's tool; "" = none
  std::string out;
  std::string wrap; // name of a shell; "" = none
};

// Steps of one target only.
void check_step(const std::string& target, const std::string& step) {
  const bool of_card = step == "code", of_pipeline = step == "pw" || step == "stages";
  if ((of_card && target != "nfp") || (of_pipeline && target == "nfp"))
    throw Failure(
        diagnose("PW-OPT-005", "target '" + target + "' has no step '" + step + "'")
            .help(target == "nfp" ? "use --emit llvm or code" : "use --emit llvm, pw or stages"));
}

std::string emitted(Session& session, const std::string& what) {
  if (what == "llvm")
    return print_llvm(session.lifted());
  return what == "pw" ? session.compiled().pw_text : session.compiled().stages_text;
}

// What the host can change while the pipeline runs, and what needs a new compile.
std::string changeable(const Object& object) {
  std::string constant;
  std::string host;
  for (const MapDefinition& m : object.maps)
    if (m.role == MapRole::Own)
      (m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig ? constant : host) +=
          " " + m.name;
  std::string out;
  if (!host.empty())
    out += "the host can change at run time:" + host + "\n";
  if (!constant.empty())
    out += "constant, a change needs a new compile (--set):" + constant + "\n";
  return out;
}

std::string summary(const Session& session, const pipeline::Pipeline& p, unsigned instructions) {
  return "program " + session.program().name + ": " + std::to_string(instructions) +
         " instructions, " + std::to_string(p.stages) + " stages in " +
         std::to_string(p.regions.size()) + (p.regions.size() == 1 ? " region, " : " regions, ") +
         std::to_string(p.register_bits) + " register bits, window of " +
         std::to_string(p.window_bytes) + " bytes, " + p.device + " at " + fixed(p.clock_mhz, 0) +
         " MHz, bus of " + std::to_string(p.bus_bytes * 8) + " bits\n";
}

unsigned packet_reads(const pipeline::Pipeline& p) {
  return unsigned(
      std::ranges::count(p.operations, pipeline::OpKind::PacketRead, &pipeline::Operation::kind));
}

// What reads behind the window cost.
std::string whole_packet(const pipeline::Pipeline& p) {
  const unsigned reads = packet_reads(p);
  if (reads == 0)
    return "";
  return "whole packet: " + std::to_string(reads) + (reads == 1 ? " read" : " reads") +
         " behind the window, each from a copy of the packets in 16 BRAM36, " +
         std::to_string(pipeline::packet_read_latency) +
         " clocks; a packet enters the pipeline with its last beat: a frame of 1500 bytes " +
         std::to_string((1500 + p.bus_bytes - 1) / p.bus_bytes - 1) + " clocks after its first\n";
}

Json report_json(Session& session, const VerilogOutput& verilog,
                 const std::vector<Diagnostic>& warnings, const std::string& out) {
  const pipeline::Pipeline& p = session.compiled().pipeline;
  Json files = Json::array();
  for (const auto& [name, text] : verilog.files)
    files.push_back((std::filesystem::path(out) / name).string());
  return {{"program", session.program().name},
          {"target", "verilog"},
          {"top", verilog.top},
          {"instructions", session.lifted().instructions},
          {"stages", p.stages},
          {"regions", p.regions.size()},
          {"register_bits", p.register_bits},
          {"window_bytes", p.window_bytes},
          {"packet_reads", packet_reads(p)},
          {"device", p.device},
          {"clock_mhz", p.clock_mhz},
          {"bus_bits", p.bus_bytes * 8},
          {"files", files},
          {"maps", maps_json(p)},
          {"stage_list", stages_json(p)},
          {"diagnostics", diagnostics_json(warnings)["diagnostics"]}};
}

void print_report(Session& session, const VerilogOutput& verilog, const std::string& out) {
  const pipeline::Pipeline& p = session.compiled().pipeline;
  std::cout << summary(session, p, session.lifted().instructions) << whole_packet(p) << "\n"
            << stages_text(p);
  if (!p.maps.empty())
    std::cout << "\nmaps\n" << maps_text(p);
  std::cout << slots_text(session.object(), p);
  std::cout << changeable(session.object()) << "\nfiles in " << out << ":";
  for (const auto& [name, text] : verilog.files)
    std::cout << " " << name;
  std::cout << "\n";
}

int emit_text(const CompileCommand& o) {
  check_step(o.target, o.emit);
  const std::string out = o.out.empty() ? "-" : o.out;
  check_writable(out);
  if (o.target == "nfp") {
    write_file(out, emitted_for_card(o.common, o.emit));
    return 0;
  }
  Session session(o.common);
  const std::string text = emitted(session, o.emit);
  print_warnings(session.warnings());
  write_file(out, text);
  return 0;
}

std::optional<Shell> chosen_shell(const CompileCommand& o) {
  if (o.wrap.empty())
    return std::nullopt;
  const std::optional<Shell> shell = shell_by_name(o.wrap);
  if (!shell)
    throw Failure(diagnose("PW-SHL-001", "there is no shell '" + o.wrap + "'")
                      .help("use --wrap " + shell_names()));
  if (o.target != "verilog" || !o.emit.empty())
    throw Failure(diagnose("PW-OPT-011", "--wrap makes a plug-in of Verilog")
                      .help("leave " +
                            std::string(o.emit.empty() ? "--target " + o.target : "--emit") +
                            " away"));
  return shell;
}

void check_project(const CompileCommand& o) {
  if (!o.project.empty() && (o.target != "verilog" || !o.emit.empty() || !o.wrap.empty()))
    throw Failure(diagnose("PW-OPT-011", "--project makes a project of the pipeline's own Verilog")
                      .help("leave --target nfp, --emit and --wrap away: a shell has its own"));
}

VerilogOutput with_project(VerilogOutput verilog, const pipeline::Pipeline& p) {
  verilog.files.merge(fpga::vivado_project(verilog, p));
  return verilog;
}

// The files to write: the pipeline's own, or those of a shell's plug-in around it.
VerilogOutput output_of(Session& session, const CompileCommand& o, std::optional<Shell> shell) {
  if (!o.project.empty())
    return with_project(session.verilog(), session.compiled().pipeline);
  if (!shell)
    return session.verilog();
  const pipeline::Pipeline& p = session.compiled().pipeline;
  check_fits(p, *shell);
  return wrap_verilog(p, session.verilog(), {*shell, o.common.environment.ifindex});
}

std::vector<Diagnostic> all_warnings(Session& session, std::optional<Shell> shell) {
  std::vector<Diagnostic> warnings = session.warnings();
  if (shell)
    for (const Diagnostic& one : shell_warnings(session.verilog(), *shell))
      warnings.push_back(one);
  return warnings;
}

int compile(const CompileCommand& o) {
  check_target(o.target);
  check_project(o);
  const std::optional<Shell> shell = chosen_shell(o);
  if (!o.emit.empty())
    return emit_text(o);
  if (o.out.empty())
    throw Failure(diagnose("PW-OPT-001", "compile needs a folder for its files")
                      .help("give -o DIR, or --emit"));
  if (o.target == "nfp")
    return compile_for_card(o.common, o.out);
  Session session(o.common);
  const VerilogOutput verilog = output_of(session, o, shell);
  const std::vector<Diagnostic> warnings = all_warnings(session, shell);
  write_directory(o.out, verilog.files);
  if (o.common.json) {
    std::cout << json_text(report_json(session, verilog, warnings, o.out)) << "\n";
    return 0;
  }
  print_warnings(warnings);
  print_report(session, verilog, o.out);
  return 0;
}

} // namespace

void add_compile(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<CompileCommand>();
  CLI::App* app = add_command(
      root, "compile",
      "Makes a SystemVerilog pipeline of a program, or the code of a Netronome card.",
      "PROG.o --target verilog|nfp -o DIR [options]",
      "  pipewright compile firewall.bpf.o --target verilog -o out\n"
      "  pipewright compile firewall.bpf.o --wrap opennic -o plugin\n"
      "  pipewright compile firewall.bpf.o --target nfp --firmware card.json -o out\n"
      "  pipewright compile lb.bpf.o -n xdp_lb --set n_servers=4 --clock 200MHz -o lb\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  app->add_option("--target", o->target, "verilog (default) or nfp")
      ->type_name("TARGET")
      ->group("Output");
  app->add_option("--wrap", o->wrap, "make a plug-in for a card's shell: " + shell_names())
      ->type_name("SHELL")
      ->group("Output");
  app->add_option("--project", o->project, "also make a project for a vendor's tool: vivado")
      ->check(CLI::IsMember({"vivado"}).description(""))
      ->type_name("TOOL")
      ->group("Output");
  app->add_option("-o,--out", o->out,
                  "folder to make; with --emit a file (default: standard output)")
      ->type_name("DIR")
      ->group("Output");
  app->add_option("--emit", o->emit,
                  "stop and print: llvm, pw (data flow), stages; of nfp llvm or code")
      ->check(CLI::IsMember({"llvm", "pw", "stages", "code"}).description(""))
      ->type_name("STEP")
      ->group("Output");
  add_control_option(*app, o->common);
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return compile(*o); }; });
}

} // namespace pw::cli
