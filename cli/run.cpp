// pipewright run: a capture through one engine.

#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_report.h"
#include "cli/session.h"
#include "sim/capture/capture.h"
#include "sim/maps/map_file.h"
#include "support/files.h"

#include <chrono>
#include <iostream>
#include <set>

namespace pw::cli {

namespace {

struct RunCommand {
  CommonOptions common;
  std::string engine;
  std::string in, out, maps, dump_maps, events, trace;
  std::string pace = "back-to-back";
  unsigned stall = 0;
  std::uint32_t stall_seed = 1;
  unsigned list = 10;
};

// Everything that can be wrong with the files, before work that takes long.
void check_files(const RunCommand& o, EngineKind kind) {
  for (const std::string& path : {o.out, o.dump_maps, o.trace})
    if (!path.empty())
      check_writable(path, false);
  if (!o.events.empty())
    check_writable(o.events);
  std::set<std::string> outputs;
  for (const std::string& path : {o.out, o.dump_maps, o.events, o.trace})
    if (!path.empty() && !is_special_file(path) && !outputs.insert(path).second)
      throw Failure(diagnose("PW-OPT-011", "two outputs would be written to '" + path + "'")
                        .help("give each a file of its own"));
  if ((o.stall != 0 || o.pace != "back-to-back") && kind != EngineKind::Model &&
      kind != EngineKind::Rtl)
    throw Failure(diagnose("PW-OPT-011", "--stall and --pace are of engines with a clock, and '" +
                                             o.engine + "' has none")
                      .help("use --engine model or rtl"));
  if (!o.trace.empty() && kind != EngineKind::Rtl)
    throw Failure(
        diagnose("PW-OPT-006", "--trace needs signals, engine '" + o.engine + "' has none")
            .help("use --engine rtl"));
}

EngineInput input_of(const RunCommand& o) {
  EngineInput input;
  input.trace_file = o.trace;
  input.pace_capture = o.pace == "capture";
  input.stall_percent = o.stall;
  input.stall_seed = o.stall_seed;
  return input;
}

void write_files(const RunCommand& o, const Session& session, Engine& engine, const RunReport& r) {
  if (!o.out.empty())
    write_capture(o.out, leaving_packets(r.packets, r.results));
  if (!o.dump_maps.empty())
    write_maps(o.dump_maps, engine.maps(), session.object(), o.common.environment.cpu);
  if (!o.events.empty())
    write_file(o.events, event_lines(r));
}

RunReport execute(const RunCommand& o, Session& session, EngineKind kind) {
  RunReport r;
  r.engine = o.engine;
  r.program = session.program().name;
  r.clock_mhz = o.common.compile.clock_mhz;
  r.bus_bytes = o.common.compile.bus_bits / 8;
  Capture capture = read_capture(o.in);
  r.packets = std::move(capture.packets);
  const MapState maps = session.read_map_file(o.maps);
  const std::unique_ptr<Engine> engine = session.engine(kind, input_of(o));
  engine->set_maps(maps);
  progress("running " + std::to_string(r.packets.size()) + " packets");
  const auto start = std::chrono::steady_clock::now();
  r.results = engine->run(r.packets);
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  r.cycles = engine->cycles();
  r.held = engine->held_cycles();
  r.card = card_report(*engine, r.packets);
  r.warnings = session.warnings();
  if (r.packets.empty())
    r.warnings.push_back(
        diagnose("PW-NIC-005", "there are no packets in '" + o.in + "'").warning());
  r.warnings.insert(r.warnings.end(), capture.warnings.begin(), capture.warnings.end());
  write_files(o, session, *engine, r);
  return r;
}

int run(const RunCommand& o) {
  const EngineKind kind = engine_kind(o.engine);
  check_files(o, kind);
  Session session(o.common);
  const RunReport r = execute(o, session, kind);
  if (o.common.json) {
    std::cout << json_text(run_json(r), 1) << "\n";
    return 0;
  }
  print_warnings(r.warnings);
  std::cout << run_text(r, o.list);
  return 0;
}

void add_files(CLI::App& app, RunCommand& o) {
  const std::string group = "Files";
  app.add_option("--in", o.in, "packets: pcap or pcapng, Ethernet")
      ->type_name("IN.pcap")
      ->required()
      ->group(group);
  app.add_option("--out", o.out, "packets that left, in order")
      ->type_name("OUT.pcap")
      ->group(group);
  app.add_option("--maps", o.maps, "map contents before the first packet")
      ->type_name("M.json")
      ->group(group);
  app.add_option("--dump-maps", o.dump_maps, "map contents after the last packet")
      ->type_name("M2.json")
      ->group(group);
  app.add_option("--events", o.events, "events that the program sent, a line of JSON each")
      ->type_name("E.jsonl")
      ->group(group);
  app.add_option("--trace", o.trace, "waveform (engine rtl)")->type_name("W.fst")->group(group);
}

void add_timing(CLI::App& app, RunCommand& o) {
  const std::string group = "Timing (engines model and rtl)";
  app.add_option("--pace", o.pace, "back-to-back (default) or capture: at its times")
      ->check(CLI::IsMember({"back-to-back", "capture"}).description(""))
      ->type_name("PACE")
      ->group(group);
  app.add_option("--stall", o.stall, "clocks in which the sink is not ready, percent (default 0)")
      ->check(CLI::Range(0, 99).description(""))
      ->type_name("PERCENT")
      ->group(group);
  app.add_option("--stall-seed", o.stall_seed, "which clocks those are (default 1)")
      ->type_name("N")
      ->group(group);
}

} // namespace

void add_run(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<RunCommand>();
  CLI::App* app =
      add_command(root, "run", "Runs packets through a program on one engine.",
                  "PROG.o --engine E --in IN.pcap [options]",
                  "  pipewright run firewall.bpf.o --engine rtl --in in.pcap --out out.pcap\n"
                  "  pipewright run nat.bpf.o --engine kernel --in in.pcap --maps m.json --json\n"
                  "  pipewright run nat.bpf.o --engine model --in in.pcap --stall 30\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  add_files(*app, *o);
  app->add_option("--engine", o->engine, "kernel, interp, model, rtl or nfp")
      ->type_name("E")
      ->required()
      ->group("Program");
  add_timing(*app, *o);
  app->add_option("--list", o->list, "packets to list in the text (default 10)")
      ->type_name("N")
      ->group("Output");
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return run(*o); }; });
}

} // namespace pw::cli
