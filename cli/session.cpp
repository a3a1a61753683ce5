#include "cli/session.h"

#include "cli/output.h"
#include "frontend/control/description.h"
#include "sim/maps/contents.h"
#include "sim/maps/map_file.h"

#include <algorithm>
#include <sstream>

namespace pw::cli {

Program choose_program(const Object& object, const std::string& name, ProgramType type) {
  Program program = select_program(object, name, type);
  const ProgramType own = program_type(program);
  if (own == ProgramType::Other)
    throw Failure(diagnose("PW-PRG-003", "program '" + program.name + "' is of type " +
                                             program.type_name + ", not a packet program"));
  program.type = type != ProgramType::Unknown ? type : own;
  return program;
}

Session::Session(const CommonOptions& options)
    : options_(options), object_(open_object(options.object, options.open)),
      program_(choose_program(object_, options.program, options.type)) {}

LiftOptions lift_options(const CommonOptions& options) {
  LiftOptions lift;
  lift.verify.tail_calls = options.tail_calls;
  lift.mtu = options.environment.mtu;
  lift.egress = options.environment.egress;
  lift.mac = options.environment.mac;
  return lift;
}

void Session::add_programs(const MapState& state) {
  for (MapDefinition& map : object_.maps)
    if (const auto given = state.find(map.name); is_program_map(map.type) && given != state.end())
      for (const auto& [key, program] : given->second)
        map.initial_programs[key_index(key)] = std::string(program.begin(), program.end());
}

MapState Session::read_map_file(const std::string& path) {
  if (path.empty())
    return {};
  read_inner_maps(path, object_);
  MapState state = read_maps(path, object_, options_.environment.cpu);
  add_programs(state);
  return state;
}

const LiftedProgram& Session::lifted() {
  if (lifted_)
    return *lifted_;
  lifted_ =
      std::make_unique<LiftedProgram>(lift_program(object_, program_, lift_options(options_)));
  if (options_.live_control)
    controlled_ = add_control(*lifted_, object_);
  return *lifted_;
}

const std::vector<ControlledMap>& Session::controlled() {
  lifted();
  return controlled_;
}

const Compiled& Session::compiled() {
  if (!compiled_)
    compiled_ = std::make_unique<Compiled>(compile_pipeline(object_, lifted(), options_.compile));
  return *compiled_;
}

VerilogOptions Session::verilog_options() const {
  VerilogOptions out{object_.sha256, PW_VERSION};
  out.control_bytes = control_bytes(controlled_);
  if (out.control_bytes != 0)
    out.control =
        describe_control(object_, program_, controlled_, unsigned(options_.environment.cpu));
  return out;
}

const VerilogOutput& Session::verilog() {
  compiled();
  if (!verilog_)
    verilog_ =
        std::make_unique<VerilogOutput>(emit_verilog(compiled().pipeline, verilog_options()));
  return *verilog_;
}

const nfp::FirmwareProfile& Session::firmware() {
  if (!firmware_)
    firmware_ = options_.firmware.empty() ? nfp::FirmwareProfile{}
                                          : nfp::read_firmware_profile(options_.firmware);
  return *firmware_;
}

const LiftedProgram& Session::lifted_for_card() {
  if (!lifted_for_card_)
    lifted_for_card_ = std::make_unique<LiftedProgram>(
        lift_program(object_, program_, nfp::lift_options(firmware(), lift_options(options_))));
  return *lifted_for_card_;
}

const nfp::NfpProgram& Session::micro_engine() {
  if (!micro_engine_)
    micro_engine_ = std::make_unique<nfp::NfpProgram>(
        nfp::compile_program(object_, program_, lifted_for_card(), firmware()));
  return *micro_engine_;
}

const std::vector<std::uint8_t>& Session::card_file() {
  if (card_file_.empty())
    card_file_ = nfp::write_elf(micro_engine().image, object_, firmware());
  return card_file_;
}

std::unique_ptr<Engine> Session::engine(EngineKind kind, EngineInput input) {
  input.object = &object_;
  input.program = &program_;
  input.environment = options_.environment;
  if (kind == EngineKind::Model || kind == EngineKind::Rtl)
    input.pipeline = &compiled().pipeline;
  if (kind == EngineKind::Rtl) {
    if (!verilog_dir_) {
      verilog_dir_ = std::make_unique<TemporaryDirectory>();
      write_directory(verilog_dir_->path(), verilog().files);
    }
    input.verilog_dir = verilog_dir_->path();
    progress("building the simulator with Verilator");
  }
  if (kind == EngineKind::Nfp) {
    input.nfp_elf = &card_file();
    input.firmware_file = options_.firmware;
  }
  return make_engine(kind, input);
}

std::optional<Guide> Session::guide() {
  constexpr std::uint32_t room = 256; // entries that one packet can add, and more
  Guide guide;
  roomy_ = std::make_unique<Object>(object_);
  for (MapDefinition& map : roomy_->maps)
    if (map.type == BPF_MAP_TYPE_LRU_HASH || map.type == BPF_MAP_TYPE_LRU_PERCPU_HASH) {
      guide.lru[map.name] = map.max_entries;
      map.max_entries += room;
    }
  if (guide.lru.empty())
    return std::nullopt;
  guide.make = [this] {
    EngineInput input;
    input.object = roomy_.get();
    input.program = &program_;
    input.environment = options_.environment;
    return make_engine(EngineKind::Interp, input);
  };
  return guide;
}

std::vector<Diagnostic> Session::warnings() const {
  std::vector<Diagnostic> all;
  if (lifted_)
    all.insert(all.end(), lifted_->warnings.begin(), lifted_->warnings.end());
  if (compiled_)
    all.insert(all.end(), compiled_->warnings.begin(), compiled_->warnings.end());
  if (lifted_for_card_)
    all.insert(all.end(), lifted_for_card_->warnings.begin(), lifted_for_card_->warnings.end());
  if (micro_engine_)
    all.insert(all.end(), micro_engine_->warnings.begin(), micro_engine_->warnings.end());
  return all;
}

EngineKind engine_kind(const std::string& name) {
  const auto kind = engine_by_name(name);
  if (!kind)
    throw Failure(diagnose("PW-OPT-004", "there is no engine '" + name + "'")
                      .help("the engines are kernel, interp, model, rtl and nfp"));
  return *kind;
}

std::vector<EngineKind> engine_kinds(const std::string& names) {
  std::vector<EngineKind> kinds;
  std::istringstream in(names);
  for (std::string name; std::getline(in, name, ',');) {
    const EngineKind kind = engine_kind(name);
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end())
      throw Failure(diagnose("PW-OPT-004", "engine '" + name + "' is named twice"));
    kinds.push_back(kind);
  }
  if (kinds.size() < 2)
    throw Failure(diagnose("PW-OPT-004", "a comparison needs two engines")
                      .help("for example --engines kernel,interp,model,rtl"));
  return kinds;
}

void check_target(const std::string& target) {
  if (target != "verilog" && target != "nfp")
    throw Failure(diagnose("PW-OPT-001", "there is no target '" + target + "'")
                      .help("use --target verilog or nfp"));
}

} // namespace pw::cli
