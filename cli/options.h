// The options that every command shares, and how their texts become values.
#pragma once

#include "frontend/object/object.h"
#include "ir/compile.h"
#include "support/environment.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pw::cli {

struct CommonOptions {
  std::string object; // path of PROG.o
  std::string program;
  ProgramType type = ProgramType::Unknown;
  OpenOptions open;
  CompileOptions compile;
  Environment environment;
  unsigned tail_calls = 0;   // VerifyOptions::tail_calls
  std::string firmware;      // profile of a Netronome card's; "" = the published one
  bool live_control = false; // the host reads and changes maps while packets flow
  bool json = false;
};

// What the command line asks for. `run` gives the exit code and may throw Failure.
struct Invocation {
  std::function<int()> run;
  bool json = false;
};

// Each adds one group of options to a command.
void add_program_options(CLI::App&, CommonOptions&);  // -n, --type, --set, --slot, --entries
void add_hardware_options(CLI::App&, CommonOptions&); // --clock, --bus, --device, --window
void add_control_option(CLI::App&, CommonOptions&);   // --control
void add_card_options(CLI::App&, CommonOptions&);     // --firmware
void add_environment_options(CLI::App&,
                             CommonOptions&);   // --ifindex, --rxq, --cpu, --mtu, --seed, --time
void add_output_options(CLI::App&, bool& json); // --json, --help; the last of a command
void add_common_options(CLI::App&, CommonOptions&); // all of the above

// --mac and --skb, as far as they are not the default.
std::vector<std::pair<std::string, std::string>> metadata_options(const Environment&);

// "250MHz", "0.25GHz", "250000 kHz", "250" (MHz). Throws CLI::ValidationError.
double parse_clock(const std::string&);

// One function a command, each in the file of its name.
void add_check(CLI::App& root, Invocation&);
void add_compile(CLI::App& root, Invocation&);
void add_run(CLI::App& root, Invocation&);
void add_diff(CLI::App& root, Invocation&);
void add_map(CLI::App& root, Invocation&);
void add_sim(CLI::App& root, Invocation&);
void add_estimate(CLI::App& root, Invocation&);
void add_report(CLI::App& root, Invocation&);
void add_sweep(CLI::App& root, Invocation&);
void add_synth(CLI::App& root, Invocation&);
void add_traffic(CLI::App& root, Invocation&);

// The program itself: its sentence, and how a command line looks.
void set_layout(CLI::App& root);

// A subcommand with the layout all of them have: sentence, usage line (its arguments) and examples.
CLI::App* add_command(CLI::App& root, const std::string& name, const std::string& sentence,
                      const std::string& arguments, const std::string& examples);

} // namespace pw::cli
