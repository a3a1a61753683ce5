// pipewright diff: the same packets through several engines; the first difference, made small
// enough to look at.

#include "sim/diff/diff.h"
#include "cli/diff_report.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "sim/capture/capture.h"
#include "sim/maps/map_file.h"

#include <iostream>

namespace pw::cli {

namespace {

struct DiffCommand {
  CommonOptions common;
  std::string engines = "kernel,interp,model,rtl";
  std::string in, maps, out;
  bool minimise = true;
};

std::string shell_word(const std::string& text) {
  if (!text.empty() &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "/._-=,:+") == std::string::npos)
    return text;
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// The options that shape the result, so that the command says the same thing again anywhere.
std::string options_text(const DiffCommand& o) {
  const CommonOptions& c = o.common;
  const Environment& e = c.environment;
  std::string out;
  const auto add = [&](const std::string& name, const std::string& value) {
    out += " " + name + " " + shell_word(value);
  };
  if (!c.program.empty())
    add("-n", c.program);
  if (c.type != ProgramType::Unknown)
    add("--type", c.type == ProgramType::Xdp ? "xdp" : "tc");
  for (const auto& [name, value] : c.open.set)
    add("--set", name + "=" + value);
  for (const std::string& slot : c.open.slots)
    add("--slot", slot);
  for (const std::string& size : c.open.entries)
    add("--entries", size);
  if (c.tail_calls != 0)
    add("--tail-calls", std::to_string(c.tail_calls));
  add("--clock", fixed(c.compile.clock_mhz, 6) + "MHz");
  add("--bus", std::to_string(c.compile.bus_bits));
  add("--device", c.compile.device);
  if (c.compile.window)
    add("--window", std::to_string(*c.compile.window));
  if (!c.compile.whole_packet)
    add("--whole-packet", "never");
  add("--ifindex", std::to_string(e.ifindex));
  add("--rxq", std::to_string(e.rx_queue));
  add("--cpu", std::to_string(e.cpu));
  add("--mtu", std::to_string(e.mtu));
  if (e.egress != Environment{}.egress)
    add("--egress", std::to_string(e.egress));
  for (const auto& [name, value] : metadata_options(e))
    add(name, value);
  add("--seed", std::to_string(e.seed));
  add("--time", e.time == Environment::Time::Capture ? "capture" : "cycles");
  return out;
}

Reproduction save(const DiffCommand& o, const Session& session, const DiffResult& r) {
  Reproduction s;
  s.folder = o.out.empty() ? session.program().name + ".diff" : o.out;
  make_directory(s.folder);
  s.capture = s.folder + "/packets.pcap";
  write_capture(s.capture, r.packets);
  s.command = "pipewright diff " + shell_word(o.common.object) + " --engines " + o.engines +
              " --in " + shell_word(s.capture);
  if (!r.maps.empty()) {
    s.maps = s.folder + "/maps.json";
    write_maps(s.maps, r.maps, session.object(), o.common.environment.cpu);
    s.command += " --maps " + shell_word(s.maps);
  }
  s.command += options_text(o);
  write_file(s.folder + "/command", s.command + "\n");
  return s;
}

std::vector<DiffEngine> engines_of(const DiffCommand& o, Session& session) {
  std::vector<DiffEngine> engines;
  for (const EngineKind kind : engine_kinds(o.engines))
    engines.push_back({engine_name(kind), [&session, kind] { return session.engine(kind); }});
  return engines;
}

// An engine that could run no packet at all was not compared.
void check_compared(const std::vector<DiffEngine>& engines, const DiffResult& r,
                    std::size_t packets) {
  for (std::size_t i = 0; i < r.unsupported.size(); ++i)
    if (packets > 0 && r.unsupported[i] == packets)
      throw Failure(
          diagnose("PW-ENG-004", "engine '" + engines[i].name + "' can run none of these packets")
              .help("compare without it, or with other packets"));
}

int diff(const DiffCommand& o) {
  Session session(o.common);
  const std::vector<DiffEngine> engines = engines_of(o, session);
  const Capture capture = read_capture(o.in);
  const MapState maps = session.read_map_file(o.maps);
  DiffOptions options;
  options.minimise = o.minimise;
  options.guide = session.guide();
  progress("comparing " + std::to_string(capture.packets.size()) + " packets on " + o.engines);
  const DiffResult r = diff_engines(engines, capture.packets, maps, options);
  print_warnings(capture.warnings);
  if (!r.difference)
    check_compared(engines, r, capture.packets.size());
  std::vector<std::string> names;
  for (const DiffEngine& engine : engines)
    names.push_back(engine.name);
  std::optional<Reproduction> saved;
  if (r.difference && o.minimise)
    saved = save(o, session, r);
  if (o.common.json)
    std::cout << diff_json(names, r, saved).dump(2) << "\n";
  else
    std::cout << diff_text(names, capture.packets.size(), r, saved);
  return r.difference ? 1 : 0;
}

} // namespace

void add_diff(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<DiffCommand>();
  CLI::App* app = add_command(
      root, "diff", "Runs packets on several engines and shows the first difference.",
      "PROG.o --engines E1,E2,... --in IN.pcap [options]",
      "  pipewright diff nat.bpf.o --engines kernel,rtl --in in.pcap\n"
      "  pipewright diff nat.bpf.o --engines interp,model --in in.pcap --maps m.json\n"
      "  pipewright diff xdp.o -n xdp_lb --engines kernel,interp --in in.pcap -o found\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  app->add_option("--in", o->in, "packets: pcap or pcapng, Ethernet")
      ->type_name("IN.pcap")
      ->required()
      ->group("Files");
  app->add_option("--maps", o->maps, "map contents before the first packet")
      ->type_name("M.json")
      ->group("Files");
  app->add_option("-o,--out", o->out, "folder for a minimised difference (default NAME.diff)")
      ->type_name("DIR")
      ->group("Files");
  app->add_flag_callback(
         "--no-minimise", [o] { o->minimise = false; }, "only show the difference, write nothing")
      ->group("Files");
  app->add_option("--engines", o->engines, "two or more (default kernel,interp,model,rtl)")
      ->type_name("E1,E2,...")
      ->group("Program");
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return diff(*o); }; });
}

} // namespace pw::cli
