// pipewright check: can it be offloaded, and if not, why not. One object or a folder of them.

#include "cli/card_check.h"
#include "cli/files.h"
#include "cli/isolate.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/slots.h"

#include <algorithm>
#include <iostream>

namespace pw::cli {

namespace fs = std::filesystem;

namespace {

constexpr unsigned seconds_an_object = 300; // in a folder

struct CheckOptions {
  CommonOptions common;
  std::string target = "verilog";
  nfp::FirmwareProfile firmware; // of --firmware, where the target is a card

  bool for_card() const { return target == "nfp"; }
};

// What became of one program, or of an object that could not be opened (program "").
struct Finding {
  std::string program;
  bool analysed = true;
  bool accepted = false;
  std::vector<Diagnostic> diagnostics;
  unsigned instructions = 0, stages = 0;
  std::optional<unsigned> words{}; // of the card's code
  Json slots = Json::object();     // of program arrays: what tail calls lead to
  std::string slots_text{};
};

// A 64-bit constant takes two slots and is one instruction.
unsigned count_instructions(const Program& program) {
  unsigned count = 0;
  for (std::size_t i = 0; i < program.insns.size(); ++i, ++count)
    if (program.insns[i].code == (BPF_LD | BPF_IMM | BPF_DW))
      ++i;
  return count;
}

Finding check_program(const CheckOptions& o, const Object& object, const Program& program) {
  Finding f;
  f.program = program.name;
  f.instructions = count_instructions(program);
  if (o.for_card()) {
    CardFinding card = check_for_card(o.common, o.firmware, object, program);
    f.accepted = card.accepted;
    f.words = card.words;
    f.diagnostics = std::move(card.diagnostics);
    return f;
  }
  try {
    const Program selected = choose_program(object, program.name, o.common.type);
    const LiftedProgram lifted = lift_program(object, selected, lift_options(o.common));
    const Compiled compiled = compile_pipeline(object, lifted, o.common.compile);
    emit_verilog(compiled.pipeline, {object.sha256, PW_VERSION});
    f.accepted = true;
    f.stages = compiled.pipeline.stages;
    f.slots = slots_json(object, compiled.pipeline);
    f.slots_text = slots_text(object, compiled.pipeline);
    f.diagnostics = type_warnings(object, program.name, o.common.type);
    f.diagnostics.insert(f.diagnostics.end(), lifted.warnings.begin(), lifted.warnings.end());
    f.diagnostics.insert(f.diagnostics.end(), compiled.warnings.begin(), compiled.warnings.end());
  } catch (const Failure& failure) {
    f.diagnostics = failure.diagnostics();
  }
  return f;
}

// With -n that program, else every program of the object.
std::vector<Finding> check_programs(const CheckOptions& o, const Object& object) try {
  if (!o.common.program.empty() || object.programs.empty())
    return {check_program(o, object, select_program(object, o.common.program, o.common.type))};
  std::vector<Finding> all;
  for (const Program& program : object.programs)
    all.push_back(check_program(o, object, program));
  return all;
} catch (const Failure& failure) {
  return {{o.common.program, true, false, failure.diagnostics()}};
}

std::vector<Finding> check_object(const CheckOptions& o, const std::string& path) try {
  return check_programs(o, open_object(path, o.common.open));
} catch (const Failure& failure) {
  return {{o.common.program, false, false, failure.diagnostics()}};
}

Json finding_json(const CheckOptions& o, const std::string& path, const Finding& f) {
  Json j = {{"program", f.program.empty() ? Json(nullptr) : Json(f.program)},
            {"target", o.target},
            {"accepted", f.accepted}};
  j["diagnostics"] = diagnostics_json(f.diagnostics)["diagnostics"];
  j["object"] = path;
  j["analysed"] = f.analysed;
  j["instructions"] = f.analysed ? Json(f.instructions) : Json(nullptr);
  if (o.for_card())
    j["words"] = f.words ? Json(*f.words) : Json(nullptr);
  else
    j["stages"] = f.accepted ? Json(f.stages) : Json(nullptr);
  if (!f.slots.empty())
    j["slots"] = f.slots;
  return j;
}

Json findings_json(const CheckOptions& o, const std::string& path,
                   const std::vector<Finding>& all) {
  Json list = Json::array();
  for (const Finding& f : all)
    list.push_back(finding_json(o, path, f));
  return list;
}

// The first error with its code, and how many more; "" if the program was accepted.
std::string reason(const Json& finding) {
  std::string first;
  std::size_t errors = 0;
  for (const Json& d : finding.at("diagnostics"))
    if (d.at("severity") == "error" && ++errors == 1)
      first = d.at("code").get<std::string>() + " " + d.at("message").get<std::string>();
  return errors > 1 ? first + " (and " + std::to_string(errors - 1) + " more)" : first;
}

std::string text_or_dash(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

// Sorted by reason: accepted ones first.
void print_table(const CheckOptions& o, const Json& findings) {
  const std::string size = o.for_card() ? "words" : "stages";
  std::vector<Json> all(findings.begin(), findings.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const Json& a, const Json& b) { return reason(a) < reason(b); });
  Table table({"object", "program", "instructions", size, "result"});
  std::size_t accepted = 0;
  for (const Json& f : all) {
    const std::string why = reason(f);
    accepted += f.at("accepted") ? 1 : 0;
    table.row({fs::path(f.at("object").get<std::string>()).filename(),
               text_or_dash(f.at("program")), text_or_dash(f.at("instructions")),
               text_or_dash(f.at(size)), why.empty() ? "accepted" : why});
  }
  std::cout << table.text() << accepted << " of " << all.size() << " programs accepted\n";
  if (accepted != all.size())
    std::cout
        << "`pipewright check OBJECT -n PROGRAM` shows the whole message, with its lines of C\n";
}

// That of the error that counts most, of whichever program; 0 if all were accepted.
int exit_code(const Json& findings) {
  std::vector<Diagnostic> errors;
  for (const Json& f : findings)
    for (const Json& d : f.at("diagnostics"))
      if (d.at("severity") == "error")
        errors.push_back(diagnose(d.at("code").get<std::string>(), ""));
  return errors.empty() ? 0 : static_cast<int>(Failure(errors).exit());
}

std::string size_text(const CheckOptions& o, const Finding& f) {
  const unsigned count = o.for_card() ? f.words.value_or(0) : f.stages;
  if (o.for_card() && !f.words)
    return "";
  const std::string what = o.for_card() ? "instruction word" : "stage";
  return ", " + std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void print_one(const CheckOptions& o, const Finding& f) {
  for (const Diagnostic& d : f.diagnostics)
    std::cerr << to_text(d);
  if (f.accepted)
    std::cout << f.program << ": accepted for " << o.target << " (" << f.instructions
              << " instructions" << size_text(o, f) << ")\n"
              << f.slots_text;
  else if (f.analysed)
    std::cout << f.program << ": not accepted for " << o.target << "\n";
}

int check_file(const CheckOptions& o) {
  const std::vector<Finding> all = check_object(o, o.common.object);
  const Json list = findings_json(o, o.common.object, all);
  if (o.common.json)
    std::cout << json_text(all.size() == 1 ? list[0] : list) << "\n";
  else if (all.size() == 1)
    print_one(o, all[0]);
  else
    print_table(o, list);
  return exit_code(list);
}

std::vector<std::string> objects_in(const std::string& folder) try {
  std::vector<std::string> paths;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied))
    if (entry.is_regular_file() && entry.path().extension() == ".o")
      paths.push_back(entry.path());
  if (paths.empty())
    throw Failure(diagnose("PW-OPT-007", "there is no object file (*.o) in '" + folder + "'")
                      .help("compile with clang -target bpf -O2 -g -c, or name another folder"));
  std::sort(paths.begin(), paths.end());
  return paths;
} catch (const fs::filesystem_error& error) {
  throw Failure(
      diagnose("PW-OPT-007", "folder '" + folder + "' can't be read: " + error.code().message()));
}

// What a child process found out about an object, or what became of the child.
Json result_json(const CheckOptions& o, const std::string& path, const Isolated& result) {
  if (result.text)
    return Json::parse(*result.text);
  Finding f;
  f.analysed = false;
  f.diagnostics = {diagnose("PW-INT-001", "internal error: the compiler " + result.how)};
  return findings_json(o, path, {f});
}

int check_folder(const CheckOptions& o) {
  const std::vector<std::string> paths = objects_in(o.common.object);
  progress("checking " + std::to_string(paths.size()) + " objects");
  std::vector<std::function<std::string()>> jobs;
  for (const std::string& path : paths)
    jobs.emplace_back(
        [&o, path] { return json_text(findings_json(o, path, check_object(o, path)), -1); });
  const std::vector<Isolated> results = run_isolated(jobs, seconds_an_object);
  Json all = Json::array();
  for (std::size_t i = 0; i < paths.size(); ++i)
    for (const Json& finding : result_json(o, paths[i], results[i]))
      all.push_back(finding);
  if (o.common.json)
    std::cout << json_text(all) << "\n";
  else
    print_table(o, all);
  return exit_code(all);
}

int check(CheckOptions& o) {
  check_target(o.target);
  if (o.for_card() && !o.common.firmware.empty())
    o.firmware = nfp::read_firmware_profile(o.common.firmware);
  std::error_code
      ignored; // what can't be looked at can't be opened either, and that message is better
  return fs::is_directory(o.common.object, ignored) ? check_folder(o) : check_file(o);
}

} // namespace

void add_check(CLI::App& root, Invocation& invocation) {
  auto o = std::make_shared<CheckOptions>();
  CLI::App* app = add_command(
      root, "check",
      "Says whether programs can become hardware or run on a card, and if not, gives every reason.",
      "PROG.o|DIR [options]",
      "  pipewright check firewall.bpf.o\n"
      "  pipewright check firewall.bpf.o --target nfp --firmware card.json\n"
      "  pipewright check /usr/lib/x86_64-linux-gnu/bpf     every object below a folder\n");
  app->add_option("PROG", o->common.object, "object file, or a folder of *.o files")
      ->type_name("PROG.o|DIR")
      ->required();
  app->add_option("--target", o->target, "verilog (default) or nfp")
      ->type_name("TARGET")
      ->group("Program");
  add_common_options(*app, o->common);
  app->callback([o, &invocation] { invocation.run = [o] { return check(*o); }; });
}

} // namespace pw::cli
