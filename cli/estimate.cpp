// pipewright estimate: what a network card does with a program and some traffic, simulated.

#include "sim/nic/estimate.h"

#include "cli/estimate_report.h"
#include "cli/files.h"
#include "cli/nic_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "sim/capture/capture.h"
#include "sim/maps/map_file.h"

#include <chrono>
#include <iostream>

namespace pw::cli {

namespace {

struct EstimateCommand {
  CommonOptions common;
  NicOptions nic;
  std::string in, rate, traffic, maps, out; // rate: of the capture
  std::uint64_t search_frames = 100'000;
  bool search = true;
};

// Of a capture: "capture" is at its own times, all else as rate= in a specification.
std::optional<ArrivalSpec> rate_of(const EstimateCommand& o, const nic::NicConfig& config) {
  if (o.rate.empty() || o.rate == "capture")
    return std::nullopt;
  TrafficSpec spec = parse_traffic("rate=" + o.rate);
  if (spec.line_rate)
    spec.rate_gbps = config.port.gbps;
  return spec.arrivals();
}

nic::EstimateInput input_of(const EstimateCommand& o, Session& session) {
  nic::EstimateInput input;
  set_card(o.nic, input);
  input.search = o.search;
  input.search_frames = o.search_frames;
  input.traffic = parse_traffic(o.traffic.empty() ? default_traffic : o.traffic, default_packets);
  if (!o.in.empty())
    input.capture_rate = rate_of(o, input.nic);
  input.maps = session.read_map_file(o.maps);
  return input;
}

std::string traffic_text(const EstimateCommand& o) {
  if (!o.in.empty())
    return o.in + " at rate " + (o.rate.empty() ? "capture" : o.rate);
  return o.traffic.empty() ? default_traffic : o.traffic;
}

// On stderr: what is printed as the result is the same in every run.
void tell_speed(const nic::EstimateResult& r, std::chrono::steady_clock::time_point start) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::uint64_t frames = r.run.offered.frames;
  if (r.lossless)
    frames += r.lossless->runs * r.lossless->frames;
  std::cerr << "simulated " << frames << " packets in " << fixed(seconds, 2) << " s ("
            << fixed(double(frames) / seconds / 1e6, 3) << " million a second)\n";
}

int estimate(const EstimateCommand& o) {
  if (!o.in.empty() && !o.traffic.empty())
    throw Failure(diagnose("PW-OPT-011", "--in and --traffic exclude each other")
                      .help("give a capture or a specification of traffic"));
  if (o.in.empty() && !o.rate.empty())
    throw Failure(diagnose("PW-OPT-011", "--rate is of a capture, and there is no --in")
                      .help("use --traffic rate=" + o.rate));
  if (!o.out.empty())
    check_writable(o.out);
  Session session(o.common);
  nic::EstimateInput input = input_of(o, session);
  Capture capture;
  if (!o.in.empty()) {
    capture = read_capture(o.in);
    input.capture = &capture.packets;
  }
  set_program(o.nic, o.common, session, input);
  const auto start = std::chrono::steady_clock::now();
  nic::EstimateResult result = nic::estimate(input);
  name_input(o.nic, session, input, traffic_text(o), o.in.empty() ? input.traffic.seed : 0, result);
  tell_speed(result, start);
  std::vector<Diagnostic> warnings = session.warnings();
  warnings.insert(warnings.end(), capture.warnings.begin(), capture.warnings.end());
  if (!o.common.json)
    print_warnings(warnings);
  write_file(o.out.empty() ? "-" : o.out, o.common.json
                                              ? json_text(estimate_json(result, warnings), 1) + "\n"
                                              : estimate_text(result));
  return 0;
}

void add_traffic_options(CLI::App& app, EstimateCommand& o) {
  const std::string group = "Traffic";
  app.add_option("--traffic", o.traffic,
                 std::string("frames, as `pipewright traffic` says (default ") + default_traffic +
                     ")")
      ->type_name("SPEC")
      ->group(group);
  app.add_option("--in", o.in, "packets of a capture instead: pcap or pcapng, Ethernet")
      ->type_name("IN.pcap")
      ->group(group);
  app.add_option("--rate", o.rate,
                 "of the capture: capture (default, its own times), line, 10G, 5Mpps")
      ->type_name("RATE")
      ->group(group);
  app.add_option("--maps", o.maps, "map contents before the first packet")
      ->type_name("M.json")
      ->group(group);
}

void add_estimate_output(CLI::App& app, EstimateCommand& o) {
  app.add_flag("--search", o.search, "search for the highest rate without loss (default)")
      ->group("Output");
  app.add_flag_callback(
         "--no-search", [&o] { o.search = false; }, "don't")
      ->group("Output");
  app.add_option("--search-packets", o.search_frames,
                 "packets in each run of the search (default 100000)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}).description(""))
      ->type_name("N")
      ->group("Output");
  app.add_option("-o,--out", o.out, "file to write (default: standard output)")
      ->type_name("FILE")
      ->group("Output");
}

} // namespace

void add_estimate(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<EstimateCommand>();
  CLI::App* app = add_command(
      root, "estimate", "Says what a network card does with a program and some traffic.",
      "PROG.o [--traffic SPEC | --in IN.pcap] [options]",
      "  pipewright estimate firewall.bpf.o\n"
      "  pipewright estimate firewall.bpf.o --traffic size=imix,rate=100G,flows=zipf:1.1:100000\n"
      "  pipewright estimate nat.bpf.o --engine rtl --in in.pcap --rate line --json\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  add_traffic_options(*app, *o);
  add_nic_options(*app, o->nic);
  add_estimate_output(*app, *o);
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return estimate(*o); }; });
}

} // namespace pw::cli
