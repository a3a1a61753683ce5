// pipewright report: all that there is to know of a program, as one page.

#include "cli/card_check.h"
#include "cli/files.h"
#include "cli/nic_input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report/draw.h"
#include "cli/report/figures.h"
#include "cli/session.h"
#include "sim/maps/map_file.h"
#include "sim/nic/estimate.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace pw::cli {

namespace {

struct ReportCommand {
  CommonOptions common;
  NicOptions nic;
  std::string out, maps;
  std::string traffic = default_traffic;
  std::vector<unsigned> sizes; // empty: usual ones
};

// As many as fill the receive buffer if the pipeline is a tenth too slow: shorter runs lose
// nothing.
constexpr unsigned packets_of_size = 40'000;    // offered of each size
constexpr unsigned packets_back_to_back = 2000; // through the pipeline alone
constexpr std::uint64_t packets_of_search = 20'000;

nic::EstimateInput input_of(const ReportCommand& o, Session& session) {
  nic::EstimateInput input;
  set_card(o.nic, input);
  input.traffic = parse_traffic(o.traffic, default_packets);
  input.search_frames = packets_of_search;
  input.maps = session.read_map_file(o.maps);
  set_program(o.nic, o.common, session, input);
  return input;
}

nic::EstimateResult estimate_of(const ReportCommand& o, const Session& session,
                                const nic::EstimateInput& input) {
  progress("simulating the network card: " + o.traffic);
  nic::EstimateResult r = nic::estimate(input);
  name_input(o.nic, session, input, o.traffic, input.traffic.seed, r);
  return r;
}

report::SizeFigures size_figures(nic::EstimateInput input, unsigned bytes) {
  progress("simulating the network card: frames of " + std::to_string(bytes) + " bytes");
  // At line rate, whatever else the traffic is.
  const TrafficSpec one_size = parse_traffic("size=" + std::to_string(bytes));
  input.traffic.min_size = one_size.min_size;
  input.traffic.max_size = one_size.max_size;
  input.traffic.imix = false;
  input.traffic.count = packets_of_size;
  input.traffic.line_rate = true;
  input.traffic.rate_mpps = 0;
  input.search = false;
  const nic::RunFigures run = nic::estimate(input).run;
  const double wire_bits = 8.0 * double(nic::wire_bytes(bytes - nic::fcs_bytes));
  return {bytes,
          double(input.nic.port.gbps) * 1000 / wire_bits,
          run.carried.mpps,
          run.carried.gbps,
          run.offered.frames == 0 ? 0 : double(run.lost) / double(run.offered.frames),
          run.latency.p50_ns,
          run.latency.p99_ns};
}

// The pipeline by itself, as `run` does it, with the shortest frames: those that peers measure too.
void run_alone(Session& session, const nic::EstimateInput& input, report::ReportFigures& f) {
  TrafficSpec traffic = input.traffic;
  traffic.count = packets_back_to_back;
  traffic.min_size = traffic.max_size = nic::shortest_frame + nic::fcs_bytes;
  traffic.imix = false;
  const std::vector<Packet> packets = generate_traffic(traffic);
  const std::unique_ptr<Engine> engine = session.engine(EngineKind::Model);
  engine->set_maps(input.maps);
  const std::vector<PacketResult> results = engine->run(packets);
  f.throughput = throughput(packets, results, f.pipeline->bus_bytes);
  f.latency = latency(results);
}

nfp::FirmwareProfile firmware_of(const ReportCommand& o) {
  return o.common.firmware.empty() ? nfp::FirmwareProfile{}
                                   : nfp::read_firmware_profile(o.common.firmware);
}

report::CardVerdict card_verdict(const ReportCommand& o, const Session& session) {
  const CardFinding finding =
      check_for_card(o.common, firmware_of(o), session.object(), session.program());
  report::CardVerdict verdict{finding.accepted, finding.words, ""};
  for (const Diagnostic& d : finding.diagnostics)
    if (d.severity == Severity::Error && verdict.reason.empty())
      verdict.reason = d.code + " " + d.message;
  return verdict;
}

// "firewall" of "examples/firewall.bpf.o".
std::string short_name(const std::string& object) {
  const std::string name = std::filesystem::path(object).filename();
  return name.substr(0, name.find('.'));
}

void describe_pipeline(const ReportCommand& o, Session& session, report::ReportFigures& f) {
  const pipeline::Pipeline& p = session.compiled().pipeline;
  f.pipeline = &p;
  f.stages = describe(p);
  f.sources = report::source_texts(p, o.common.object);
  f.device = *device_named(p.device);
  f.maps = report::map_figures(p);
  f.blocks = report::block_figures(p);
  f.instructions = session.lifted().instructions;
}

void describe_words(const ReportCommand& o, Session& session, report::ReportFigures& f) {
  const nfp::Image& image = session.micro_engine().image;
  f.words = report::word_figures(image, firmware_of(o).max_words);
  f.sources = report::source_texts(image, o.common.object);
  f.instructions = session.lifted_for_card().instructions;
  for (const MapDefinition& map : session.object().maps)
    f.card_maps.push_back(map);
}

report::ReportFigures gather(const ReportCommand& o, Session& session) {
  report::ReportFigures f;
  const nic::EstimateInput input = input_of(o, session);
  f.object = o.common.object;
  f.maps_file = o.maps;
  f.version = PW_VERSION;
  if (o.nic.engine == "nfp")
    describe_words(o, session, f);
  else
    describe_pipeline(o, session, f);
  f.estimate = estimate_of(o, session, input);
  for (const unsigned bytes : o.sizes)
    f.sizes.push_back(size_figures(input, bytes));
  if (f.pipeline)
    run_alone(session, input, f);
  f.card = card_verdict(o, session);
  f.peers = report::peers_of(short_name(o.common.object));
  f.warnings = session.warnings();
  return f;
}

// Sizes that everybody measures, and the one that is the worst for the bus: the shortest frame that
// takes a beat more (it comes in without its FCS).
std::vector<unsigned> usual_sizes(unsigned bus_bytes) {
  unsigned worst = bus_bytes + 1 + nic::fcs_bytes;
  while (worst < nic::shortest_frame + nic::fcs_bytes)
    worst += bus_bytes;
  return {64, std::min(worst, 1518U), 128, 256, 512, 1024, 1518};
}

int make_report(ReportCommand& o) {
  if (o.out.empty() && !o.common.json)
    throw Failure(
        diagnose("PW-OPT-001", "report needs a file for its page").help("give -o FILE or --json"));
  if (!o.out.empty())
    check_writable(o.out);
  if (o.sizes.empty() && o.nic.engine == "nfp")
    o.sizes = {64, 128, 256, 512, 1024, 1518};
  else if (o.sizes.empty())
    o.sizes = usual_sizes(o.common.compile.bus_bits / 8);
  std::ranges::sort(o.sizes);
  o.sizes.erase(std::ranges::unique(o.sizes).begin(), o.sizes.end());
  for (const unsigned bytes : o.sizes)
    parse_traffic("size=" + std::to_string(bytes)); // refuses what is none before minutes of work
  Session session(o.common);
  const report::ReportFigures f = gather(o, session);
  if (!o.out.empty())
    write_file(o.out, report::page(f));
  if (o.common.json)
    std::cout << json_text(report::figures_json(f), 1) << "\n";
  else
    print_warnings(f.warnings);
  return 0;
}

void add_report_options(CLI::App& app, ReportCommand& o) {
  app.add_option("-o,--out", o.out, "page to write: one HTML file without others")
      ->type_name("FILE")
      ->group("Output");
  app.add_option("--traffic", o.traffic,
                 "of the latency distribution (default size=64,packets=100k,rate=line)")
      ->type_name("SPEC")
      ->group("Traffic");
  app.add_option("--sizes", o.sizes,
                 "frames of the throughput plot, bytes with FCS (default: usual ones)")
      ->delimiter(',')
      ->type_name("N,N,...")
      ->group("Traffic");
  app.add_option("--maps", o.maps, "map contents before the first packet")
      ->type_name("M.json")
      ->group("Traffic");
}

} // namespace

void add_report(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<ReportCommand>();
  CLI::App* app = add_command(
      root, "report", "Makes a page of all that is known about a program on its hardware.",
      "PROG.o -o FILE.html [options]",
      "  pipewright report firewall.bpf.o -o firewall.html\n"
      "  pipewright report nat.bpf.o -o nat.html --traffic size=imix,rate=50G --port 200G\n"
      "  pipewright report nat.bpf.o -o card.html --engine nfp --card agilio_cx_40g.json\n"
      "  pipewright report nat.bpf.o --json --sizes 64,65,128\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  add_report_options(*app, *o);
  add_nic_options(*app, o->nic);
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return make_report(*o); }; });
}

} // namespace pw::cli
