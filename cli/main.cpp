// pipewright: the command line. Parsing, and the one place where failures become text and exit
// codes.

#include "cli/crash.h"
#include "cli/options.h"
#include "cli/output.h"
#include "support/diagnostic.h"

#include <csignal>
#include <iostream>
#include <string>

namespace {

using namespace pw;
using namespace pw::cli;

bool wants_json(int argc, char** argv) {
  return std::any_of(argv, argv + argc,
                     [](const char* a) { return std::string_view(a) == "--json"; });
}

int report(const Failure& failure, bool json) {
  std::cerr << failure.what();
  if (json)
    std::cout << json_text(diagnostics_json(failure.diagnostics())) << "\n";
  return static_cast<int>(failure.exit());
}

std::function<bool(const CLI::App*)> name_is(const std::string& name) {
  return [name](const CLI::App* app) { return app->get_name() == name; };
}

// CLI11 says only that a command is missing.
std::string message(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-' && app.get_subcommands(name_is(argv[1])).empty())
    return std::string("there is no command '") + argv[1] + "'";
  return argc == 1 ? "a command is needed" : error.what();
}

// What the command doesn't know, which also may be why something is missing.
Diagnostic unknown(const CLI::App& command, const std::string& name,
                   const std::vector<std::string>& words) {
  std::string all, near;
  for (const std::string& word : words) {
    all += (all.empty() ? "'" : " ") + word;
    if (near.empty() && word.starts_with("--"))
      near = near_option(command, word.substr(0, word.find('=')));
  }
  return diagnose("PW-OPT-001", name + " does not know " + all + "'")
      .help(near.empty() ? "see " + name + " --help"
                         : "is it " + near + "? See " + name + " --help");
}

// --help and --version end here too, with exit code 0.
int report(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0)
    return app.exit(error);
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "pipewright" : "pipewright " + chosen[0]->get_name();
  const bool lacks = error.get_name() == "ExtrasError" || error.get_name() == "RequiredError";
  if (const auto words = app.remaining(true); lacks && !chosen.empty() && !words.empty())
    return report(Failure(unknown(*chosen[0], command, words)), wants_json(argc, argv));
  return report(Failure(diagnose("PW-OPT-001", message(app, error, argc, argv))
                            .help("see " + command + " --help")),
                wants_json(argc, argv));
}

int invoke(const Invocation& invocation, bool json) try {
  return invocation.run();
} catch (const Failure& failure) {
  return report(failure, json);
}

int run_main(int argc, char** argv) {
  CLI::App app(
      "eBPF programs as match-action pipelines in hardware: compile, simulate, compare with Linux.",
      "pipewright");
  app.require_subcommand(1);
  set_layout(app);
  Invocation invocation;
  add_check(app, invocation);
  add_compile(app, invocation);
  add_run(app, invocation);
  add_diff(app, invocation);
  add_sim(app, invocation);
  add_map(app, invocation);
  add_estimate(app, invocation);
  add_report(app, invocation);
  add_sweep(app, invocation);
  add_synth(app, invocation);
  add_traffic(app, invocation);
  const bool json = wants_json(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report(app, error, argc, argv);
  }
  return finish_output(invoke(invocation, json));
}

} // namespace

int main(int argc, char** argv) {
  std::signal(
      SIGPIPE,
      SIG_IGN); // a reader that has seen enough is no reason to leave temporary files behind
  install_crash_handlers();
  const bool json = wants_json(argc, argv);
  try {
    return run_main(argc, argv);
  } catch (const std::bad_alloc&) {
    return report(Failure(diagnose("PW-INT-001", "internal error: out of memory")), json);
  } catch (const std::exception& error) {
    return report(
        Failure(diagnose("PW-INT-001", std::string("internal error: ") + error.what())
                    .help("please report this with the command line and the object file")),
        json);
  }
}
