// pipewright sim: a pipeline that runs while others look on: packets flow, and the host reads and
// changes maps through the control socket.

#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "sim/capture/capture.h"
#include "sim/control/plane.h"
#include "sim/maps/map_file.h"
#include "sim/traffic/traffic.h"
#include "support/control_format.h"
#include "support/environment.h"

#include <csignal>
#include <iostream>

namespace pw::cli {

namespace {

struct SimCommand {
  CommonOptions common;
  std::string engine = "model";
  std::string in, traffic, maps, control;
  bool loop = false;
  std::uint64_t packets = 0; // 0: all that there are
};

constexpr const char* default_traffic = "size=64,count=10000";
// Packets between two looks at the socket; with a client at it, who waits.
constexpr std::size_t stretch = 1024, short_stretch = 128;

volatile std::sig_atomic_t stopped = 0;

void stop_at_signals() {
  stopped = 0;
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, [](int) { stopped = 1; });
}

// The packets, over and over.
class Source {
public:
  Source(std::vector<Packet> packets, const SimCommand& o)
      : packets_(std::move(packets)), loop_(o.loop), left_(o.packets) {
    if (left_ == 0)
      left_ = loop_ ? ~std::uint64_t{0} : packets_.size();
  }

  // Times go on from round to round.
  std::optional<Packet> next() {
    if (left_ == 0 || packets_.empty() || (at_ == packets_.size() && !loop_))
      return std::nullopt;
    if (at_ == packets_.size()) {
      at_ = 0;
      offset_ += packets_.back().time_ns - packets_.front().time_ns + 1000;
    }
    --left_;
    Packet packet = packets_[at_++];
    packet.time_ns += offset_;
    return packet;
  }

private:
  std::vector<Packet> packets_;
  std::size_t at_ = 0;
  bool loop_;
  std::uint64_t left_, offset_ = 0;
};

class Simulation {
public:
  Simulation(const SimCommand& o, Session& session, Source source)
      : o_(o), session_(session), source_(std::move(source)) {}

  void run(const MapState& maps);
  Json report() const;
  std::string text() const;

private:
  void fill(const MapState&);
  bool round();
  std::vector<Packet> packets();
  std::vector<Packet> mixed(std::vector<Packet> packets, std::vector<Packet> operations);
  void count(const std::vector<Packet>&, const std::vector<PacketResult>&);

  const SimCommand& o_;
  Session& session_;
  Source source_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<ControlPlane> plane_;
  std::uint64_t rounds_ = 0, packets_ = 0, operations_ = 0;
  // Clocks from the last packet into an empty pipeline, and those of them in which the input was
  // held for the sake of operations.
  std::uint64_t drained_ = 0, held_clocks_ = 0;
  std::map<std::string, std::uint64_t> verdicts_;
};

// Contents of maps that operations reach come in as operations, the others as for `run`.
void Simulation::fill(const MapState& maps) {
  MapState rest = maps;
  std::vector<Packet> updates;
  for (const ControlledMap& m : session_.controlled()) {
    const auto given = maps.find(session_.object().maps[m.map].name);
    if (given == maps.end() || !m.keys)
      continue;
    rest.erase(given->first);
    for (const auto& [key, value] : given->second) {
      Packet packet;
      packet.operation = true;
      packet.bytes = {
          std::uint8_t(control::Operation::Update), std::uint8_t(m.map), 0, 0, 0, 0, 0, 0};
      packet.bytes.insert(packet.bytes.end(), key.begin(), key.end());
      packet.bytes.insert(packet.bytes.end(), value.begin(), value.end());
      updates.push_back(std::move(packet));
    }
  }
  engine_->set_maps(rest);
  engine_->run(updates);
}

std::vector<Packet> Simulation::packets() {
  std::vector<Packet> out;
  const bool waits = plane_ && plane_->socket().connected();
  while (out.size() < (waits ? short_stretch : stretch)) {
    auto packet = source_.next();
    if (!packet)
      break;
    out.push_back(std::move(*packet));
  }
  return out;
}

// Operations keep their order and come at random places.
std::vector<Packet> Simulation::mixed(std::vector<Packet> packets, std::vector<Packet> operations) {
  if (operations.empty())
    return packets;
  std::vector<Packet> out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < packets.size() || next < operations.size();) {
    const std::size_t left = packets.size() - i, waiting = operations.size() - next;
    const std::uint32_t r =
        random_u32(o_.common.environment.seed, std::uint32_t(rounds_), std::uint32_t(out.size()));
    if (r % (left + waiting) < waiting)
      out.push_back(std::move(operations[next++]));
    else
      out.push_back(std::move(packets[i++]));
    if (out.back().operation)
      out.back().time_ns = out.size() > 1 ? out[out.size() - 2].time_ns : 0;
  }
  return out;
}

void Simulation::count(const std::vector<Packet>& packets,
                       const std::vector<PacketResult>& results) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].operation) {
      ++operations_;
      continue;
    }
    ++packets_;
    ++verdicts_[verdict_name(results[i])];
  }
}

// False when there is nothing left to do.
bool Simulation::round() {
  std::vector<Packet> next = packets();
  const bool dry = next.empty();
  std::vector<Packet> operations;
  if (plane_) {
    const std::uint64_t held = plane_->counts().held;
    operations = plane_->take(*engine_, dry ? 20 : 0);
    if (plane_->counts().held != held)
      held_clocks_ += drained_;
  }
  const std::size_t count_operations = operations.size();
  next = mixed(std::move(next), std::move(operations));
  ++rounds_;
  if (next.empty())
    return plane_ && plane_->socket().connected();
  const std::vector<PacketResult> results = engine_->run(next);
  count(next, results);
  if (results.back().cycle_in)
    drained_ = engine_->cycles().value_or(0) - *results.back().cycle_in;
  if (count_operations != 0) {
    std::vector<PacketResult> answers;
    for (std::size_t i = 0; i < next.size(); ++i)
      if (next[i].operation)
        answers.push_back(results[i]);
    plane_->give(answers);
  }
  return true;
}

void Simulation::run(const MapState& maps) {
  engine_ = session_.engine(engine_kind(o_.engine));
  fill(maps);
  if (!o_.control.empty()) {
    plane_ =
        std::make_unique<ControlPlane>(session_.object(), session_.program(), session_.controlled(),
                                       o_.common.environment.cpu, o_.control);
    std::cerr << "control: " << o_.control << "\n";
  }
  while (!stopped && round()) {
  }
}

Json Simulation::report() const {
  Json verdicts = Json::object();
  for (const auto& [name, number] : verdicts_)
    verdicts[name] = number;
  Json out = {{"schema_version", 1},  {"program", session_.program().name},
              {"engine", o_.engine},  {"packets", packets_},
              {"verdicts", verdicts}, {"cycles", engine_->cycles().value_or(0)},
              {"control", nullptr}};
  if (plane_)
    out["control"] = {{"operations", plane_->counts().live},
                      {"operations_held", plane_->counts().held},
                      {"clocks_held", held_clocks_},
                      {"clients", plane_->socket().clients()},
                      {"refused", plane_->socket().refused()}};
  return out;
}

std::string Simulation::text() const {
  std::string out = std::to_string(packets_) + " packets";
  for (const auto& [name, number] : verdicts_)
    out += ", " + std::to_string(number) + " " + name;
  out += "\n" + std::to_string(engine_->cycles().value_or(0)) + " clocks\n";
  if (plane_)
    out += std::to_string(plane_->counts().live) + " operations between packets, " +
           std::to_string(plane_->counts().held) + " with the input held (" +
           std::to_string(held_clocks_) + " clocks until the pipeline was empty); " +
           std::to_string(plane_->socket().clients()) + " clients, " +
           std::to_string(plane_->socket().refused()) + " refused\n";
  return out;
}

std::vector<Packet> packets_of(const SimCommand& o) {
  if (o.in.empty())
    return generate_traffic(parse_traffic(o.traffic.empty() ? default_traffic : o.traffic));
  Capture capture = read_capture(o.in);
  print_warnings(capture.warnings);
  return std::move(capture.packets);
}

int run(SimCommand& o) {
  const EngineKind kind = engine_kind(o.engine);
  if (kind != EngineKind::Model && kind != EngineKind::Rtl)
    throw Failure(diagnose("PW-CTL-003", "engine '" + o.engine + "' is no pipeline in motion")
                      .help("use --engine model or rtl"));
  if (!o.in.empty() && !o.traffic.empty())
    throw Failure(diagnose("PW-OPT-011", "--in and --traffic both say which packets flow")
                      .help("leave one of them away"));
  o.common.live_control = !o.control.empty();
  Session session(o.common);
  const MapState maps = session.read_map_file(o.maps);
  Simulation simulation(o, session, Source(packets_of(o), o));
  stop_at_signals();
  simulation.run(maps);
  print_warnings(session.warnings());
  if (o.common.json)
    std::cout << json_text(simulation.report(), 1) << "\n";
  else
    std::cout << simulation.text();
  return 0;
}

void add_files(CLI::App& app, SimCommand& o) {
  const std::string group = "Packets";
  app.add_option("--traffic", o.traffic,
                 std::string("what flows (default ") + default_traffic + "); see traffic --help")
      ->type_name("SPEC")
      ->group(group);
  app.add_option("--in", o.in, "or a capture: pcap or pcapng, Ethernet")
      ->type_name("IN.pcap")
      ->group(group);
  app.add_flag("--loop", o.loop, "over and over, until SIGINT or SIGTERM")->group(group);
  app.add_option("--packets", o.packets, "end after so many (default: all)")
      ->type_name("N")
      ->group(group);
  app.add_option("--maps", o.maps, "map contents before the first packet")
      ->type_name("M.json")
      ->group(group);
}

} // namespace

void add_sim(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<SimCommand>();
  CLI::App* app = add_command(
      root, "sim", "Runs a pipeline whose maps others read and change while packets flow.",
      "PROG.o [--engine model|rtl] [--traffic SPEC | --in IN.pcap] [--control SOCKET] [options]",
      "  pipewright sim nat.bpf.o --engine rtl --in in.pcap --control nat.sock\n"
      "  pipewright sim firewall.bpf.o --packets 1000000\n"
      "  pipewright sim firewall.bpf.o --traffic size=64,flows=uniform:100 --loop --control "
      "fw.sock\n"
      "  pipewright map dump name flows --control fw.sock\n");
  app->add_option("PROG", o->common.object, "object file made by clang -target bpf")
      ->type_name("PROG.o")
      ->required();
  app->add_option("--engine", o->engine, "model (default) or rtl")
      ->type_name("E")
      ->group("Program");
  add_files(*app, *o);
  app->add_option("--control", o->control, "socket for pipewright map and the C library")
      ->type_name("SOCKET")
      ->group("Control");
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return run(*o); }; });
}

} // namespace pw::cli
