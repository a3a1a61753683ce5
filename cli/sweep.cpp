// pipewright sweep: `estimate` over programs and options, on all cores or under mpirun.

#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/sweep/run.h"
#include "sim/traffic/traffic.h"

#include <iostream>
#include <thread>

namespace pw::cli {

namespace {

struct SweepCommand {
  std::vector<std::string> programs, vary, fixed;
  std::string traffic, out = "sweep";
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool json = false;
};

// Whether `estimate` would take the name: an option of its own, or a key of its traffic.
void check_name(const std::string& option, const std::string& name, const CLI::App& estimate) {
  if (is_traffic_key(name) ||
      (name != "help" && estimate.get_option_no_throw("--" + name) != nullptr))
    return;
  const std::string near = near_option(estimate, "--" + name);
  throw Failure(
      diagnose("PW-OPT-008", option + " " + name +
                                 ": `estimate` has no option, and its "
                                 "traffic no key, of that name")
          .help(near.empty() ? "see pipewright estimate --help" : "is it " + near.substr(2) + "?"));
}

void check_names(const sweep::Plan& plan) {
  CLI::App root;
  Invocation unused;
  add_estimate(root, unused);
  const CLI::App& estimate = *root.get_subcommand("estimate");
  for (const sweep::Axis& axis : plan.axes)
    check_name("--vary", axis.name, estimate);
  for (const std::string& option : plan.fixed)
    check_name("--fix", option.substr(2, option.find('=') - 2), estimate);
}

sweep::Plan plan_of(const SweepCommand& o) {
  sweep::Plan plan;
  plan.traffic = o.traffic;
  for (const std::string& option : o.fixed)
    plan.fixed.push_back("--" + option);
  for (const std::string& path : o.programs)
    plan.subjects.push_back({path, open_object(path).sha256});
  for (const std::string& axis : o.vary)
    plan.axes.push_back(sweep::parse_axis(axis));
  check_names(plan);
  return plan;
}

std::string time_left(std::size_t done, std::size_t all, double seconds) {
  if (done == 0 || done == all)
    return "";
  const auto left = static_cast<unsigned long>(seconds / double(done) * double(all - done));
  return left >= 120 ? ", " + std::to_string(left / 60) + " min left"
                     : ", " + std::to_string(left) + " s left";
}

// Points that earlier sweeps left behind took no time in this one.
sweep::Watch watch() {
  auto known = std::make_shared<std::optional<std::size_t>>();
  return [known](std::size_t done, std::size_t all, double seconds) {
    if (!*known)
      *known = done;
    progress(std::to_string(done) + " of " + std::to_string(all) + " points" +
             time_left(done - **known, all - **known, seconds));
  };
}

std::string table_text(const std::vector<sweep::Point>& points, const sweep::Store& store) {
  std::vector<std::string> header;
  for (const auto& [name, value] : points.front().where)
    header.push_back(name);
  for (const char* name : {"carried Mpps", "lost", "p99 ns", "lossless Mpps", "bottleneck"})
    header.emplace_back(name);
  Table table(header);
  for (const sweep::Point& point : points) {
    const sweep::Outcome* outcome = store.find(point.key);
    std::vector<std::string> cells;
    for (const auto& [name, value] : point.where)
      cells.push_back(value);
    const Json& r = outcome->result;
    const auto number = [&](const char* pointer, int decimals) {
      const Json::json_pointer at(pointer);
      return r.contains(at) && r.at(at).is_number() ? fixed(r.at(at).get<double>(), decimals)
                                                    : std::string("-");
    };
    const std::string limit = outcome->error.empty()
                                  ? r.value("/bottleneck/component"_json_pointer, std::string("-"))
                                  : outcome->error;
    for (std::string cell : {number("/carried/mpps", 3), number("/lost/frames", 0),
                             number("/latency/p99_ns", 1), number("/lossless/mpps", 3), limit})
      cells.push_back(std::move(cell));
    table.row(std::move(cells));
  }
  return table.text();
}

std::size_t failures(const std::vector<sweep::Point>& points, const sweep::Store& store) {
  std::size_t count = 0;
  for (const sweep::Point& point : points)
    count += store.find(point.key)->error.empty() ? 0 : 1;
  return count;
}

int finish(const SweepCommand& o, const std::vector<sweep::Point>& points,
           const sweep::Store& store) {
  const std::filesystem::path folder = o.out;
  write_file(folder / "results.csv", sweep::to_csv(points, store));
  const Json all = sweep::to_json(points, store);
  write_file(folder / "results.json", json_text(all, 1) + "\n");
  if (o.json)
    std::cout << json_text(all, 1) << "\n";
  else
    std::cout << table_text(points, store) << "\nfiles in " << o.out
              << ": results.csv, results.json, results.jsonl (to go on from)\n";
  return failures(points, store) == 0 ? 0 : static_cast<int>(Exit::UserInput);
}

int run_sweep(const SweepCommand& o) {
  // Before MPI starts, so that what is wrong with the command line is said by every rank.
  const std::vector<sweep::Point> points = points_of(plan_of(o));
  check_place(o.out);
  const auto transport = sweep::mpi_transport();
  if (transport && transport->rank() != 0) {
    sweep::serve(*transport);
    return 0;
  }
  sweep::Store store(o.out);
  const sweep::RunOptions options{.jobs = transport ? 1 : o.jobs};
  if (transport)
    coordinate(points, store, options, watch(), *transport);
  else
    run_here(points, store, options, watch());
  return finish(o, points, store);
}

} // namespace

void add_sweep(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<SweepCommand>();
  CLI::App* app = add_command(
      root, "sweep", "Runs `estimate` over programs and values of its options.",
      "PROG.o... --vary NAME=V1,V2,... [options]",
      "  pipewright sweep firewall.bpf.o --vary size=64,128,256,imix --vary port=10G,100G\n"
      "  pipewright sweep *.bpf.o --vary clock=200MHz,250MHz --vary bus=256,512 --fix no-search\n"
      "  pipewright sweep nat.bpf.o --vary rate=10G,25G -o out --json\n"
      "  mpirun -n 17 pipewright sweep nat.bpf.o --vary engine=model,nfp --vary rate=10G,25G\n");
  const std::string points = "Points";
  app->add_option("PROG", o->programs, "object files made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  app->add_option("--vary", o->vary,
                  "an option of `estimate`, or a key of its traffic, and its values")
      ->type_name("NAME=V1,V2")
      ->allow_extra_args(false)
      ->group(points);
  app->add_option("--fix", o->fixed, "an option of `estimate` for all: pcie=gen3x8, no-search")
      ->type_name("NAME[=VALUE]")
      ->allow_extra_args(false)
      ->group(points);
  app->add_option("--traffic", o->traffic, "traffic of all points, as `estimate` takes it")
      ->type_name("SPEC")
      ->group(points);
  app->add_option("-j,--jobs", o->jobs, "processes at a time (default: one a core)")
      ->check(CLI::Range(1, 4096).description(""))
      ->type_name("N")
      ->group(points);
  app->add_option("-o,--out", o->out,
                  "folder of the results; what is there already isn't run again (default sweep)")
      ->type_name("DIR")
      ->group("Output");
  add_output_options(*app, o->json);
  app->callback([o, &invocation] { invocation.run = [o] { return run_sweep(*o); }; });
}

} // namespace pw::cli
