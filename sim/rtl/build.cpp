#include "sim/rtl/build.h"

#include "sim/rtl/cache.h"
#include "sim/rtl/sources.h" // generated: the harness and the headers that it includes, as text
#include "support/diagnostic.h"
#include "support/process.h"
#include "support/skb.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace pw::rtl {

namespace fs = std::filesystem;

namespace {

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw Failure(diagnose("PW-RTL-104", "can't write '" + path.string() + "'")
                      .help("set PIPEWRIGHT_CACHE to a folder that can be written"));
}

std::string tail_of(const fs::path& log) {
  constexpr std::size_t most = 15; // lines
  std::ifstream file(log);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  std::string tail;
  for (std::size_t i = lines.size() - std::min(most, lines.size()); i < lines.size(); ++i)
    tail += "\n  " + lines[i];
  return tail;
}

// Tells someone who sits in front of a terminal what takes so long.
class Progress {
public:
  explicit Progress(const std::string& what) : shown_(isatty(2)) {
    if (shown_)
      std::fprintf(stderr, "building the simulator of %s (once, then it is kept) ...",
                   what.c_str());
  }
  ~Progress() {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start_;
    if (shown_)
      std::fprintf(stderr, " %.1f s\n", taken.count());
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

private:
  bool shown_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Builder {
public:
  explicit Builder(const Design&);
  fs::path build();

private:
  std::string library_key() const;
  Command compiler(const std::string& optimisation) const;
  void make_runtime(const fs::path&) const;
  void make_library(const fs::path&, const fs::path& runtime) const;
  Command compile_command(const std::string& source) const;
  void remove_intermediate(const fs::path&) const;
  void verilate(const fs::path&) const;
  std::vector<fs::path> generated(const fs::path& folder) const;
  std::vector<fs::path> join_generated(const fs::path& folder) const;
  void compile(const fs::path& folder, const std::vector<Command>&) const;

  const Design& design_;
  std::string verilator_, cxx_, ccache_, root_, versions_;
};

Builder::Builder(const Design& design)
    : design_(design), verilator_(find_tool({"verilator"})),
      cxx_(find_tool({"g++", "clang++-19", "clang++", "c++"})), ccache_(find_tool({"ccache"})) {
  if (verilator_.empty() || cxx_.empty())
    throw Failure(diagnose("PW-RTL-101", verilator_.empty() ? "verilator is not installed"
                                                            : "there is no C++ compiler")
                      .help("install verilator and g++, or use --engine model"));
  versions_ = output_of({verilator_, "--version"}) + output_of({cxx_, "--version"});
  root_ = output_of({verilator_, "--getenv", "VERILATOR_ROOT"});
  while (!root_.empty() && root_.back() == '\n')
    root_.pop_back();
}

// "P(0,mark) P(2,tstamp)"
static std::string port_list(const std::vector<unsigned>& fields) {
  std::string list;
  for (const unsigned f : fields)
    list += (list.empty() ? "" : " ") +
            ("P(" + std::to_string(f) + "," + skb_fields[f].name + ")");
  return list;
}

Command Builder::compiler(const std::string& optimisation) const {
  Command command = {cxx_};
  if (!ccache_.empty())
    command.insert(command.begin(), ccache_);
  for (const char* word :
       {"-std=c++20", "-fPIC", "-fvisibility=hidden", "-w", "-DVM_COVERAGE=0", "-DVM_TRACE_VCD=0"})
    command.push_back(word);
  // The library of SystemC is one for C++17.
  for (const char* word : {design_.systemc ? "-DVM_SC=1" : "-DVM_SC=0", "-DSC_CPLUSPLUS=201703L"})
    command.push_back(word);
  command.push_back(design_.systemc ? "-DPW_SC=1" : "-DPW_SC=0");
  command.push_back(optimisation);
  command.push_back(design_.waves ? "-DVM_TRACE=1" : "-DVM_TRACE=0");
  command.push_back(design_.waves ? "-DVM_TRACE_FST=1" : "-DVM_TRACE_FST=0");
  command.push_back("-I" + root_ + "/include");
  command.push_back("-I" + root_ + "/include/vltstd");
  command.push_back("-DPW_BUS=" + std::to_string(design_.bus_bytes));
  command.push_back("-DPW_TRACES=" + std::to_string(design_.traces));
  command.push_back("-DPW_HELD=" + std::to_string(design_.held));
  command.push_back(design_.events ? "-DPW_EVENTS=1" : "-DPW_EVENTS=0");
  command.push_back("-DPW_SKB_IN(P)=" + port_list(design_.skb_in));
  command.push_back("-DPW_SKB_OUT(P)=" + port_list(design_.skb_out));
  command.push_back(design_.waves ? "-DPW_FST=1" : "-DPW_FST=0");
  return command;
}

void Builder::compile(const fs::path& folder, const std::vector<Command>& commands) const {
  const fs::path log = folder / "build.log";
  if (!run_commands(commands, folder, log))
    throw Failure(
        diagnose("PW-RTL-103", "the simulator can't be compiled; its log ends:" + tail_of(log)));
}

// The part of Verilator that is the same for every design.
void Builder::make_runtime(const fs::path& folder) const {
  std::vector<std::string> names = {"verilated", "verilated_threads"};
  if (design_.waves)
    names.push_back("verilated_fst_c");
  std::vector<Command> commands;
  for (const std::string& name : names) {
    Command command = compiler("-O2");
    command.insert(command.end(), {"-c", root_ + "/include/" + name + ".cpp", "-o", name + ".o"});
    commands.push_back(std::move(command));
  }
  compile(folder, commands);
}

void Builder::verilate(const fs::path& folder) const {
  Command command = {verilator_,     design_.systemc ? "--sc" : "--cc",
                     "--prefix",     "Vpw",
                     "--Mdir",       "gen",
                     "--top-module", design_.top,
                     "--no-timing",  "-O3",
                     "--x-assign",   "fast",
                     "--x-initial",  "fast",
                     "-Wno-fatal",   "-Wno-lint",
                     "-Wno-style",   "--output-split",
                     "8000"};
  if (design_.waves)
    command.push_back("--trace-fst");
  for (const auto& [name, text] : design_.files) {
    write_file(folder / "rtl" / name, text);
    command.push_back("rtl/" + name);
  }
  const fs::path log = folder / "verilator.log";
  if (!run_commands({command}, folder, log))
    throw Failure(diagnose("PW-RTL-102", "verilator refuses the Verilog of '" + design_.top +
                                             "'; its log ends:" + tail_of(log)));
}

// The generated files, joined to few that are about equally long: parsing Verilator's headers is
// most of the work for a short one. Set-up code, which runs once, stays apart: "slow<N>.cpp".
std::vector<fs::path> Builder::join_generated(const fs::path& folder) const {
  constexpr std::uintmax_t enough = 600'000; // bytes
  std::vector<fs::path> joined;
  for (const bool slow : {false, true}) {
    std::uintmax_t size = enough;
    for (const fs::path& source : generated(folder)) {
      if ((source.string().find("Slow") != std::string::npos) != slow)
        continue;
      if (size >= enough) {
        const std::string name = slow ? "slow" : "fast";
        joined.push_back(folder / (name + std::to_string(joined.size()) + ".cpp"));
        size = 0;
      }
      std::ofstream(joined.back(), std::ios::app) << "#include " << source.filename() << "\n";
      size += fs::file_size(source);
    }
  }
  return joined;
}

std::vector<fs::path> Builder::generated(const fs::path& folder) const {
  std::vector<fs::path> sources;
  for (const auto& item : fs::directory_iterator(folder))
    if (item.path().extension() == ".cpp" && item.path().filename().string()[0] == 'V')
      sources.push_back(item.path());
  // The big ones first, so that no processor ends with a long one alone.
  std::sort(sources.begin(), sources.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(fs::file_size(b), a) < std::pair(fs::file_size(a), b);
  });
  return sources;
}

void Builder::make_library(const fs::path& folder, const fs::path& runtime) const {
  verilate(folder);
  for (const auto& [name, text] : harness_sources)
    write_file(folder / "harness" / name, text);
  std::vector<fs::path> sources = join_generated(folder / "gen");
  sources.push_back("harness.cpp");
  if (design_.systemc)
    sources.push_back("sc_module.cpp");
  Command link = {cxx_, "-shared", "-o", "simulator.so"};
  std::vector<Command> commands;
  for (const fs::path& source : sources) {
    const std::string object = source.stem().string() + ".o";
    commands.push_back(compile_command(source.filename()));
    link.push_back(object);
  }
  compile(folder, commands);
  for (const auto& item : fs::directory_iterator(runtime))
    if (item.path().extension() == ".o")
      link.push_back(item.path());
  link.push_back("-lpthread");
  if (design_.waves)
    link.push_back("-lz");
  if (design_.systemc)
    link.push_back("-lsystemc");
  compile(folder, {link});
  remove_intermediate(folder);
}

Command Builder::compile_command(const std::string& source) const {
  const bool harness = source == "harness.cpp" || source == "sc_module.cpp";
  const bool once = source.rfind("slow", 0) == 0;
  Command command = compiler(once ? "-O0" : "-O2");
  command.insert(command.end(),
                 {"-Igen", "-Iharness", "-c", (harness ? "harness/sim/rtl/" : "gen/") + source,
                  "-o", fs::path(source).stem().string() + ".o"});
  return command;
}

void Builder::remove_intermediate(const fs::path& folder) const {
  fs::remove_all(folder / "gen");
  for (const auto& item :
       std::vector<fs::directory_entry>(begin(fs::directory_iterator(folder)), {}))
    if (item.path().extension() == ".o")
      fs::remove(item.path());
}

std::string Builder::library_key() const {
  std::ostringstream key;
  key << versions_ << design_.top << '\n';
  for (const std::string& word : compiler("-O2"))
    key << word << '\n';
  for (const auto& [name, text] : harness_sources)
    key << name << '\n' << text;
  for (const auto& [name, text] : design_.files)
    key << name << '\n' << text;
  return digest(key.str());
}

fs::path Builder::build() {
  Cache cache;
  const std::string kind = design_.waves ? "waves-" : design_.systemc ? "sc-" : "";
  auto library = [&](const fs::path& folder) {
    const Progress progress(design_.top);
    const fs::path runtime = cache.entry("runtime-" + kind + digest(versions_ + root_),
                                         [&](const fs::path& to) { make_runtime(to); });
    make_library(folder, runtime);
  };
  return cache.entry("rtl-" + kind + library_key(), library) / "simulator.so";
}

} // namespace

fs::path build_simulator(const Design& design) { return Builder(design).build(); }

} // namespace pw::rtl
