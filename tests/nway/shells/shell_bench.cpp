#include "tests/nway/shells/shell_bench.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pw::nway {

namespace fs = std::filesystem;

namespace {

int shell(const std::string& command, std::string& output) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr)
    throw std::runtime_error("no shell");
  std::array<char, 4096> buffer;
  output.clear();
  while (std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), n);
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

// A file that hasn't changed keeps its time, so that nothing is built anew.
void write_changed(const fs::path& path, const std::string& text) {
  std::ifstream old(path, std::ios::binary);
  if (old && std::string(std::istreambuf_iterator<char>(old), {}) == text)
    return;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// Tests of one plug-in may run at the same time: one makes it, the others wait and find it made.
class Lock {
public:
  explicit Lock(const fs::path& folder) {
    fs::create_directories(folder);
    file_ = ::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (file_ < 0 || ::flock(file_, LOCK_EX) != 0)
      throw std::runtime_error("can't lock " + folder.string());
  }
  ~Lock() { ::close(file_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

private:
  int file_;
};

std::string name_of(Shell shell) { return shell == Shell::OpenNic ? "opennic" : "corundum"; }

std::string verilator_files(Shell shell) {
  return (shell == Shell::OpenNic ? "-Ibox_250mhz " : "") + std::string("-f filelist.f ") +
         PW_SOURCE_DIR + "/tests/nway/shells/" + name_of(shell) + "_bench.sv";
}

} // namespace

ShellBench::ShellBench(Shell shell, const pipeline::Pipeline& p, unsigned ports,
                       const VerilogOptions& options)
    : shell_(shell), ports_(ports), live_(options.control_bytes != 0 ? " -DPW_LIVE" : "") {
  const VerilogOutput verilog = emit_verilog(p, options);
  plugin_ = wrap_verilog(p, verilog, {shell, 1});
  signature_ = verilog.files.at(verilog.top + ".sig.json");
  page_ = 1u << verilog.control_address_bits;
  folder_ = std::string(PW_BINARY_DIR) + "/shells/" + p.name + "_" + name_of(shell) +
            std::to_string(ports) + (live_.empty() ? "" : "_live");
  build();
  library_ = dlopen((folder_ + "/obj/shell.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr)
    throw std::runtime_error(dlerror());
  hardware_ = symbol<PwShellCreate>("pw_shell_create")();
  if (hardware_ == nullptr)
    throw std::runtime_error("the shell does not come out of reset");
}

ShellBench::~ShellBench() {
  if (hardware_ != nullptr)
    symbol<PwShellDestroy>("pw_shell_destroy")(hardware_);
  if (library_ != nullptr)
    dlclose(library_);
}

template <typename Function> Function ShellBench::symbol(const char* name) const {
  void* found = dlsym(library_, name);
  if (found == nullptr)
    throw std::runtime_error(std::string("no ") + name);
  return reinterpret_cast<Function>(found);
}

void ShellBench::build() {
  const Lock lock(folder_);
  for (const auto& [name, text] : plugin_.files)
    write_changed(fs::path(folder_) / name, text);
  const std::string source = PW_SOURCE_DIR, ports = std::to_string(ports_);
  const std::string flags =
      "-O1 -fPIC -std=c++20 -fvisibility=hidden -I" + source + " -DPW_PORTS=" + ports +
      (shell_ == Shell::OpenNic ? " -DPW_DIVIDE=2 -DPW_LENGTHS=1" : " -DPW_DIVIDE=1");
  std::string output;
  const int code = shell(
      "cd " + folder_ +
          " && OBJCACHE=ccache verilator --cc --exe --build -j 2 -O3 --prefix Vshell --Mdir obj" +
          " -o shell.so -CFLAGS '" + flags + "' -LDFLAGS -shared -GPORTS=" + ports + live_ +
          " -Wno-fatal -Wno-lint -Wno-style --top-module shell_bench " + verilator_files(shell_) +
          " " + source + "/tests/nway/shells/driver.cpp",
      output);
  if (code != 0)
    throw std::runtime_error(output);
}

std::string ShellBench::lint() const {
  std::string output;
  shell("cd " + folder_ + " && verilator --lint-only -Wall -GPORTS=" + std::to_string(ports_) +
            live_ + " --top-module shell_bench " + verilator_files(shell_),
        output);
  return output;
}

std::uint32_t ShellBench::bus(bool write, std::uint32_t address, std::uint32_t& data) {
  return symbol<PwShellBus>("pw_shell_bus")(hardware_, write, address, &data);
}

std::uint32_t ShellBench::offset(const std::string& name) const {
  const auto signature = nlohmann::json::parse(signature_);
  for (const auto& one : signature["registers"]["list"])
    if (one["name"] == name)
      return one["offset"];
  throw std::runtime_error("no register " + name);
}

std::uint32_t ShellBench::read(const std::string& name) {
  std::uint32_t data = 0;
  if (bus(false, offset(name), data) != 0)
    throw std::runtime_error("register " + name + " can't be read");
  return data;
}

void ShellBench::write(const std::string& name, std::uint32_t value) {
  if (bus(true, offset(name), value) != 0)
    throw std::runtime_error("register " + name + " can't be written");
}

std::uint32_t ShellBench::read_wrapper(std::uint32_t at) {
  std::uint32_t data = 0;
  if (bus(false, page_ + at, data) != 0)
    throw std::runtime_error("register of the wrapper can't be read");
  return data;
}

void ShellBench::write_wrapper(std::uint32_t at, std::uint32_t value) {
  if (bus(true, page_ + at, value) != 0)
    throw std::runtime_error("register of the wrapper can't be written");
}

void ShellBench::wait() {
  for (int i = 0; i < 100'000; ++i)
    if ((read("status") & 4) == 0)
      return;
  throw std::runtime_error("a command does not end");
}

void ShellBench::access(const PwRtlAccess& a) {
  const std::uint32_t data_at = offset("data"), command = offset("command");
  const std::uint32_t words = (read("host_width") + 31) / 32;
  std::uint32_t map = a.map, table = a.table;
  bus(true, offset("host_map"), map);
  bus(true, offset("host_table"), table);
  for (std::uint32_t row = a.first; row < a.first + a.count; ++row) {
    std::uint8_t* bytes = a.data + std::size_t(row - a.first) * a.row_bytes;
    bus(true, offset("host_row"), row);
    const std::uint32_t count = std::min(words, (a.row_bytes + 3) / 4);
    for (std::uint32_t w = 0; a.write && w < count; ++w) {
      std::uint32_t value = 0;
      std::copy_n(bytes + 4 * w, std::min(4u, a.row_bytes - 4 * w),
                  reinterpret_cast<std::uint8_t*>(&value));
      bus(true, data_at + 4 * w, value);
    }
    std::uint32_t what = (a.write ? 1u : 0u) | (a.answer != nullptr ? 4u : 0u);
    bus(true, command, what);
    wait();
    std::uint8_t* to = a.write ? a.answer : bytes;
    for (std::uint32_t w = 0; to != nullptr && w < count; ++w) {
      std::uint32_t value = 0;
      bus(false, data_at + 4 * w, value);
      std::copy_n(reinterpret_cast<std::uint8_t*>(&value), std::min(4u, a.row_bytes - 4 * w),
                  to + 4 * w);
    }
  }
}

namespace {

std::vector<PwShellFrame> plain(const std::vector<Frame>& frames) {
  std::vector<PwShellFrame> out;
  for (const Frame& f : frames)
    out.push_back({f.bytes.data(), std::uint32_t(f.bytes.size()), f.port, f.time_ns, f.bad});
  return out;
}

} // namespace

Seen ShellBench::run(const std::vector<Frame>& received, const std::vector<Frame>& sent,
                     const Pattern& pattern) {
  const auto in = plain(received), own = plain(sent);
  PwShellRun run = {};
  run.received = in.data(), run.received_count = in.size();
  run.sent = own.data(), run.sent_count = own.size();
  run.seed = pattern.seed, run.idle_percent = pattern.idle_percent,
  run.sent_percent = pattern.sent_percent;
  run.host_stall_percent = pattern.host_stall_percent,
  run.wire_stall_percent = pattern.wire_stall_percent;
  run.clocks = 2000;
  run.poll = pattern.poll, run.poll_address = offset("packets_in");
  std::function<bool()> host = pattern.host;
  if (host)
    run.host = [](void* context) { return (*static_cast<std::function<bool()>*>(context))(); };
  run.context = &host;
  symbol<PwShellRunAll>("pw_shell_run")(hardware_, &run);
  if (run.error != nullptr)
    throw std::runtime_error(run.error);
  Seen seen;
  seen.first_in = run.first_in, seen.polls = run.polls;
  seen.order.assign(run.order, run.order_count);
  for (auto* all : {&seen.host, &seen.wire, &seen.passed})
    all->resize(ports_);
  for (std::uint64_t i = 0; i < run.seen_count; ++i) {
    const PwShellSeen& f = run.seen[i];
    auto& all = !f.wire ? seen.host : f.ours ? seen.wire : seen.passed;
    all.at(f.port).push_back(
        {{run.bytes + f.begin, run.bytes + f.end}, f.first, f.last, f.gaps, {f.user, f.user + 16}});
  }
  return seen;
}

bool ShellBench::reset() { return symbol<PwShellReset>("pw_shell_reset")(hardware_); }

bool ShellBench::completion(std::uint32_t tag) {
  return symbol<PwShellCompletion>("pw_shell_completion")(hardware_, tag);
}

} // namespace pw::nway
