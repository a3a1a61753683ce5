// pipewright: the command line. Parsing, and the one place where failures become text and exit
// codes.

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
    std::cout << diagnostics_json(failure.diagnostics()).dump(2) << "\n";
  return static_cast<int>(failure.exit());
}

// --help and --version end here too, with exit code 0.
int report(const CLI::App& app, const CLI::ParseError& error, bool json) {
  if (error.get_exit_code() == 0)
    return app.exit(error);
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "pipewright" : "pipewright " + chosen[0]->get_name();
  return report(Failure(diagnose("PW-OPT-001", error.what()).help("see " + command + " --help")),
                json);
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
  app.set_version_flag("--version", PW_VERSION);
  app.require_subcommand(1);
  app.footer("pipewright COMMAND --help explains a command.");
  Invocation invocation;
  add_check(app, invocation);
  add_compile(app, invocation);
  add_run(app, invocation);
  add_diff(app, invocation);
  add_traffic(app, invocation);
  const bool json = wants_json(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report(app, error, json);
  }
  return finish_output(invoke(invocation, json));
}

} // namespace

int main(int argc, char** argv) {
  std::signal(
      SIGPIPE,
      SIG_IGN); // a reader that has seen enough is no reason to leave temporary files behind
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
