// Looks for programs on which two engines differ, makes them small and prints them.
//
//   pw_hunt [--engines interp,model] [--first SEED] [--count N] [--out DIR] [--seconds N]
//   [--schedules] pw_hunt --case FILE          runs a kept case pw_hunt --print SEED disassembles a
//   program
#include "backends/nfp/nfp.h"
#include "frontend/frontend.h"
#include "ir/compile.h"
#include "tests/random/chain.h"
#include "tests/random/compare.h"
#include "tests/random/generator.h"
#include "tests/random/minimise.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <map>

using namespace pw;
using namespace pw::random;

namespace {

struct Options {
  std::string engines = "interp,model", out, case_file;
  std::uint64_t first = 1, count = 1000;
  std::optional<std::uint64_t> print;
  unsigned seconds = 0, trials = 1500, statements = 40;
  unsigned held = 0;
  bool schedules = false, emit = false, changes = false, chains = false, tc = false;
};

struct Totals {
  std::uint64_t same = 0, different = 0;
  std::map<std::string, std::uint64_t> refused; // by code
  std::map<std::string, std::uint64_t> example;
};

std::pair<Contestant, Contestant> contestants(const Options& options, std::uint64_t seed) {
  ModelOptions model_options;
  if (options.schedules) {
    model_options.random_schedule = seed;
    model_options.stall_percent = unsigned(seed % 3) * 30;
  }
  std::map<std::string, Contestant> all = {{"interp", interp()}, {"kernel", kernel()}};
  all.emplace("nfp", pw::random::nfp());
  all.emplace("model", model(model_options));
  all.emplace("rtl", rtl(model_options));
  std::size_t comma = options.engines.find(',');
  return {all.at(options.engines.substr(0, comma)), all.at(options.engines.substr(comma + 1))};
}

std::string code_of(const std::string& what) {
  std::size_t from = what.find('['), to = what.find(']', from);
  return to == std::string::npos ? what : what.substr(from + 1, to - from - 1);
}

// Errors differ in their numbers; what counts while minimising is that it is an error of the same
// kind.
std::string kind_of(const std::string& what) {
  if (what.find("[PW-") != std::string::npos)
    return code_of(what);
  std::string kind;
  for (char letter : what.substr(0, what.find('\n')))
    if (!std::isdigit(static_cast<unsigned char>(letter)))
      kind += letter;
  return kind.substr(0, kind.find(": ") == std::string::npos ? 40 : kind.find(": "));
}

void report(const Case& found, const Verdict& verdict, const Options& options,
            const std::pair<Contestant, Contestant>& engines) {
  std::string kind = kind_of(verdict.what);
  auto still_fails = [&](const Case& c) {
    Verdict again = compare(c, engines.first, engines.second);
    return again.kind == Verdict::Different && kind_of(again.what) == kind;
  };
  std::cout << found.name << ": " << verdict.what << std::endl;
  Case small = options.trials ? minimise(found, still_fails, options.trials) : found;
  small.note = compare(small, engines.first, engines.second).what;
  std::cout << "minimised: " << small.note << "\n" << disassemble(small) << std::endl;
  if (!options.out.empty())
    write_case_file(small, options.out + "/" + small.name + ".json");
}

void try_seed(std::uint64_t seed, const Options& options, Totals& totals) {
  GenerateOptions generate;
  const auto named = [&](const char* engine) {
    return options.engines.find(engine) != std::string::npos;
  };
  generate.kernel =
      named("kernel") || named("nfp"); // the card has no clock and no redirects either
  generate.max_statements = options.statements;
  generate.changes = options.changes;
  generate.held = options.held;
  generate.tc = options.tc;
  Case c = options.chains ? generate_chain(seed, generate) : generate_case(seed, generate);
  auto engines = contestants(options, seed);
  Verdict verdict = compare(c, engines.first, engines.second);
  switch (verdict.kind) {
  case Verdict::Same:
    ++totals.same;
    break;
  case Verdict::Refused: {
    std::string code = code_of(verdict.what);
    totals.example.emplace(code, seed);
    ++totals.refused[code];
    break;
  }
  case Verdict::Different:
    ++totals.different;
    report(c, verdict, options, engines);
  }
}

int hunt(const Options& options) {
  auto start = std::chrono::steady_clock::now();
  Totals totals;
  for (std::uint64_t seed = options.first; seed < options.first + options.count; ++seed) {
    auto elapsed = std::chrono::steady_clock::now() - start;
    if (options.seconds && elapsed > std::chrono::seconds(options.seconds))
      break;
    try_seed(seed, options, totals);
  }
  std::cout << totals.same << " same, " << totals.different << " different\n";
  for (const auto& [line, count] : totals.refused)
    std::cout << count << " refused: " << line << " (seed " << totals.example[line] << ")\n";
  return totals.different == 0 ? 0 : 1;
}

// What becomes of a case on its way to the engines.
void emit(const Case& c, bool card) {
  const LiftedProgram lifted = lift_program(c.object, c.program());
  if (!card) {
    const Compiled compiled = compile_pipeline(c.object, lifted);
    std::cout << print_llvm(lifted) << compiled.pw_text << compiled.stages_text;
    return;
  }
  const pw::nfp::FirmwareProfile profile = generous_card();
  const LiftedProgram for_card =
      lift_program(c.object, c.program(), pw::nfp::lift_options(profile, LiftOptions{}));
  const auto compiled = pw::nfp::compile_program(c.object, c.program(), for_card, profile);
  std::cout << print_llvm(for_card) << pw::nfp::listing(compiled.image, c.object);
}

int run_case_file(const Options& options) {
  Case c = read_case_file(options.case_file);
  auto engines = contestants(options, 1);
  if (options.emit)
    emit(c, options.engines.find("nfp") != std::string::npos);
  Verdict verdict = compare(c, engines.first, engines.second);
  std::cout << disassemble(c) << (verdict.kind == Verdict::Same ? "same" : verdict.what) << "\n";
  return verdict.kind == Verdict::Same ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Looks for programs on which two engines differ"};
  app.add_option("--engines", options.engines, "two of interp, model, rtl, nfp, kernel");
  app.add_option("--first", options.first, "first seed");
  app.add_option("--count", options.count, "number of seeds");
  app.add_option("--seconds", options.seconds, "stop after so long; 0 = never");
  app.add_option("--out", options.out, "folder for minimised cases");
  app.add_option("--case", options.case_file, "run this case instead");
  app.add_option("--print", options.print, "only disassemble the program of this seed");
  app.add_option("--trials", options.trials, "runs while minimising; 0 = don't");
  app.add_option("--statements", options.statements, "most statements in a program");
  app.add_flag("--schedules", options.schedules, "random legal schedules and back-pressure");
  app.add_flag("--changes", options.changes, "programs that update maps and delete from them");
  app.add_option("--held", options.held, "percent of pointers kept in use across such a change");
  app.add_flag("--tc", options.tc, "programs for tc");
  app.add_flag("--chains", options.chains, "programs that tail-call each other");
  app.add_flag("--emit", options.emit,
               "with --case: print its LLVM IR and its stages or words, too");
  CLI11_PARSE(app, argc, argv);
  if (options.print) {
    std::cout << disassemble(generate_case(*options.print));
    return 0;
  }
  return options.case_file.empty() ? hunt(options) : run_case_file(options);
}
