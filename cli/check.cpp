// pipewright check: can it be offloaded, and if not, why not. One object or a folder of them.

#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"

#include <algorithm>
#include <iostream>

namespace pw::cli {

namespace fs = std::filesystem;

namespace {

struct CheckOptions {
  CommonOptions common;
  std::string target = "verilog";
};

// What became of one program, or of an object that could not be opened (program "").
struct Finding {
  std::string object;
  std::string program;
  bool opened = true;
  bool accepted = false;
  std::vector<Diagnostic> diagnostics;
  unsigned instructions = 0, stages = 0;
};

Finding check_program(const CheckOptions& o, const Object& object, const Program& program) {
  Finding f;
  f.object = object.path;
  f.program = program.name;
  f.instructions = static_cast<unsigned>(program.insns.size());
  try {
    const Program& selected = select_program(object, program.name, o.common.type);
    const LiftedProgram lifted = lift_program(object, selected);
    const Compiled compiled = compile_pipeline(object, lifted, o.common.compile);
    emit_verilog(compiled.pipeline, {object.sha256, PW_VERSION});
    f.accepted = true;
    f.stages = compiled.pipeline.stages;
    f.diagnostics = lifted.warnings;
    f.diagnostics.insert(f.diagnostics.end(), compiled.warnings.begin(), compiled.warnings.end());
  } catch (const Failure& failure) {
    f.diagnostics = failure.diagnostics();
  }
  return f;
}

// With -n that program, else every program of the object.
std::vector<Finding> check_object(const CheckOptions& o, const std::string& path) try {
  const Object object = open_object(path, o.common.open);
  std::vector<Finding> all;
  if (!o.common.program.empty() || object.programs.size() == 1)
    return {check_program(o, object, select_program(object, o.common.program, o.common.type))};
  for (const Program& program : object.programs)
    all.push_back(check_program(o, object, program));
  if (all.empty())
    select_program(object, "", o.common.type); // says that there is none
  return all;
} catch (const Failure& failure) {
  return {{path, o.common.program, false, false, failure.diagnostics()}};
}

std::vector<std::string> objects_in(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".o")
      paths.push_back(entry.path());
  if (paths.empty())
    throw Failure(diagnose("PW-OPT-007", "there is no object file (*.o) in '" + folder + "'"));
  std::sort(paths.begin(), paths.end());
  return paths;
}

Json finding_json(const CheckOptions& o, const Finding& f) {
  Json j = {{"program", f.program.empty() ? Json(nullptr) : Json(f.program)},
            {"target", o.target},
            {"accepted", f.accepted}};
  j["diagnostics"] = diagnostics_json(f.diagnostics)["diagnostics"];
  j["object"] = f.object;
  if (f.accepted) {
    j["instructions"] = f.instructions;
    j["stages"] = f.stages;
  }
  return j;
}

const Diagnostic* first_error(const Finding& f) {
  for (const Diagnostic& d : f.diagnostics)
    if (d.severity == Severity::Error)
      return &d;
  return nullptr;
}

// What the table is sorted by: accepted ones first, then by code.
std::string reason(const Finding& f) {
  const Diagnostic* d = first_error(f);
  return f.accepted || d == nullptr ? "" : d->code + " " + d->message;
}

std::string more_reasons(const Finding& f) {
  const auto errors =
      std::count_if(f.diagnostics.begin(), f.diagnostics.end(),
                    [](const Diagnostic& d) { return d.severity == Severity::Error; });
  return errors > 1 ? " (and " + std::to_string(errors - 1) + " more)" : "";
}

void print_table(std::vector<Finding> all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const Finding& a, const Finding& b) { return reason(a) < reason(b); });
  Table table({"object", "program", "instructions", "stages", "result"});
  std::size_t accepted = 0;
  for (const Finding& f : all) {
    accepted += f.accepted ? 1 : 0;
    table.row({fs::path(f.object).filename(), f.program.empty() ? "-" : f.program,
               f.opened ? std::to_string(f.instructions) : "-",
               f.accepted ? std::to_string(f.stages) : "-",
               f.accepted ? "accepted" : reason(f) + more_reasons(f)});
  }
  std::cout << table.text() << accepted << " of " << all.size() << " programs accepted\n";
}

int exit_code(const Finding& f) {
  return f.accepted ? 0 : static_cast<int>(Failure(f.diagnostics).exit());
}

void print_one(const CheckOptions& o, const Finding& f) {
  for (const Diagnostic& d : f.diagnostics)
    std::cerr << to_text(d);
  if (f.accepted)
    std::cout << f.program << ": accepted for " << o.target << " (" << f.instructions
              << " instructions, " << f.stages << " stages)\n";
  else if (f.opened)
    std::cout << f.program << ": not accepted for " << o.target << "\n";
}

int check_file(const CheckOptions& o) {
  const std::vector<Finding> all = check_object(o, o.common.object);
  int code = 0;
  Json list = Json::array();
  for (const Finding& f : all) {
    code = std::max(code, exit_code(f));
    list.push_back(finding_json(o, f));
    if (!o.common.json && all.size() == 1)
      print_one(o, f);
  }
  if (o.common.json)
    std::cout << (all.size() == 1 ? list[0] : list).dump(2) << "\n";
  else if (all.size() > 1)
    print_table(all);
  return code;
}

// 0 if every file could be analysed, whatever came out.
int check_folder(const CheckOptions& o) {
  std::vector<Finding> all;
  for (const std::string& path : objects_in(o.common.object)) {
    progress("checking " + path);
    for (Finding& f : check_object(o, path))
      all.push_back(std::move(f));
  }
  Json list = Json::array();
  bool analysed = true;
  for (const Finding& f : all) {
    analysed = analysed && f.opened;
    list.push_back(finding_json(o, f));
  }
  if (o.common.json)
    std::cout << list.dump(2) << "\n";
  else
    print_table(all);
  return analysed ? 0 : static_cast<int>(Exit::UserInput);
}

int check(const CheckOptions& o) {
  check_target(o.target);
  return fs::is_directory(o.common.object) ? check_folder(o) : check_file(o);
}

} // namespace

void add_check(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<CheckOptions>();
  CLI::App* app = add_command(
      root, "check", "Says whether programs can become hardware, and if not, gives every reason.",
      "PROG.o|DIR [options]",
      "  pipewright check firewall.bpf.o\n"
      "  pipewright check firewall.bpf.o -n xdp_firewall --device xcu200 --json\n"
      "  pipewright check /usr/lib/x86_64-linux-gnu/bpf     every object below a folder\n");
  app->add_option("PROG", o->common.object, "object file, or a folder of *.o files")
      ->type_name("PROG.o|DIR")
      ->required();
  app->add_option("--target", o->target, "verilog (default)")
      ->type_name("TARGET")
      ->group("Program");
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return check(*o); }; });
}

} // namespace pw::cli
