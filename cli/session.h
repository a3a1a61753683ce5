// The way from an object file to something that runs, as every command goes it.
#pragma once

#include "backends/nfp/nfp.h"
#include "backends/verilog/verilog.h"
#include "cli/files.h"
#include "cli/options.h"
#include "frontend/control/control.h"
#include "sim/diff/diff.h"
#include "sim/engine.h"
#include "sim/routes/routes.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pw::cli {

// Each step is taken when its result is first asked for: an interpreter needs no pipeline.
// Every function may throw Failure.
class Session {
public:
  explicit Session(const CommonOptions&);

  const Object& object() const { return object_; }
  const Program& program() const { return program_; } // its type is known
  // Contents of program arrays that the engines are to be given: what is not in the object yet is
  // compiled with it. To be called before any other step.
  void add_programs(const MapState&);
  // A map file's contents, "" = none. Inner maps and programs that the object doesn't have yet are
  // compiled with it, so it is to be called before any other step, too.
  MapState read_map_file(const std::string& path);

  const LiftedProgram& lifted(); // with --control live: with the branch for operations
  // The maps that operations of the host reach while packets flow.
  const std::vector<ControlledMap>& controlled();
  const Compiled& compiled();
  const VerilogOutput& verilog();
  // For a Netronome card: the profile of --firmware, the program lifted for its micro-engines, and
  // their instructions.
  const nfp::FirmwareProfile& firmware();
  const LiftedProgram& lifted_for_card();
  const nfp::NfpProgram& micro_engine();
  const std::vector<std::uint8_t>& card_file(); // the same as an ELF file

  // A fresh engine; the files of `rtl` live as long as the session.
  std::unique_ptr<Engine> engine(EngineKind, EngineInput = {});

  // What `kernel` is compared with behind its first eviction from an LRU map; none without such
  // maps.
  std::optional<Guide> guide();

  // Of --routes; null without.
  const Routes* routes();

  // Of all steps taken so far.
  std::vector<Diagnostic> warnings() const;

private:
  VerilogOptions verilog_options() const; // of the compiled pipeline

  const CommonOptions& options_;
  Object object_;
  std::unique_ptr<Object> roomy_; // of the guide
  Program program_;
  std::unique_ptr<Routes> routes_;
  std::vector<Diagnostic> own_warnings_;
  std::unique_ptr<LiftedProgram> lifted_, lifted_for_card_;
  std::vector<ControlledMap> controlled_;
  std::unique_ptr<Compiled> compiled_;
  std::unique_ptr<VerilogOutput> verilog_;
  std::unique_ptr<TemporaryDirectory> verilog_dir_;
  std::optional<nfp::FirmwareProfile> firmware_;
  std::unique_ptr<nfp::NfpProgram> micro_engine_;
  std::vector<std::uint8_t> card_file_; // micro_engine_ as an ELF file
};

// PW-PRG-006 if --type contradicts the section.
std::vector<Diagnostic> type_warnings(const Object&, const std::string& name, ProgramType);

// The program that options name, its type resolved. Throws Failure if there is none, or if it sees
// no packets (PW-PRG-003).
Program choose_program(const Object&, const std::string& name, ProgramType);

// What lifting needs to know of the environment.
LiftOptions lift_options(const CommonOptions&);

// Throws Failure (PW-OPT-004), listing the names there are.
EngineKind engine_kind(const std::string& name);
// "interp,rtl" -> both; at least two, none twice. Throws Failure (PW-OPT-004).
std::vector<EngineKind> engine_kinds(const std::string& names);

// Throws Failure PW-OPT-001: an unknown target.
void check_target(const std::string& target);

} // namespace pw::cli
