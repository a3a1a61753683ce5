#include "tests/backends/verilog/simulation.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pw::test {
namespace fs = std::filesystem;

int shell(const std::string& command, std::string& output) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr)
    throw std::runtime_error("no shell");
  std::array<char, 4096> buffer;
  output.clear();
  while (std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), n);
  int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

std::string scratch(const std::string& name) {
  return std::string(PW_BINARY_DIR) + "/verilog_tests/" + name;
}

std::string emit_to(const pipeline::Pipeline& p, const std::string& directory) {
  fs::create_directories(directory);
  VerilogOutput out = emit_verilog(p, {"0", "test"});
  for (const auto& [name, text] : out.files) {
    std::ifstream old(directory + "/" + name);
    std::stringstream content;
    content << old.rdbuf();
    if (!old ||
        content.str() != text) // an unchanged file keeps its time, so that nothing is built anew
      std::ofstream(directory + "/" + name) << text;
  }
  return out.top;
}

namespace {

// Tests of one pipeline run at the same time and share its simulator: one builds it, the others
// wait and find it built.
class BuildLock {
public:
  explicit BuildLock(const std::string& directory) {
    fs::create_directories(directory);
    file_ = ::open((directory + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (file_ < 0 || ::flock(file_, LOCK_EX) != 0)
      throw std::runtime_error("can't lock " + directory);
  }
  ~BuildLock() { ::close(file_); }
  BuildLock(const BuildLock&) = delete;
  BuildLock& operator=(const BuildLock&) = delete;

private:
  int file_;
};

} // namespace

Simulation::Simulation(const pipeline::Pipeline& p) : directory_(scratch(p.name)) {
  const BuildLock lock(directory_);
  std::string top = emit_to(p, directory_);
  unsigned traces = static_cast<unsigned>(p.trace_formats.size());
  std::string source = PW_SOURCE_DIR;
  std::string flags = "-O1 -std=c++20 -I" + source + " -DPW_BUS=" + std::to_string(p.bus_bytes) +
                      " -DPW_TRACES=" + std::to_string(traces);
  std::string output;
  std::string command =
      "cd " + directory_ +
      " && OBJCACHE=ccache verilator --cc --exe --build -j 2 -O3 --prefix Vdut --Mdir obj" +
      " -CFLAGS '" + flags + "' --top-module " + top + " -f filelist.f " + source +
      "/tests/backends/verilog/driver.cpp";
  if (shell(command, output) != 0)
    throw std::runtime_error(output);
}

Simulation::~Simulation() = default;

namespace {

std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::string out;
  for (std::uint8_t b : bytes) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", b);
    out += text;
  }
  return out.empty() ? "-" : out;
}

std::vector<std::uint8_t> bytes_of(const Wide& w) {
  std::vector<std::uint8_t> out;
  for (unsigned i = 0; i < w.width(); i += 8)
    out.push_back(static_cast<std::uint8_t>(w.part(i, 8).low()));
  return out;
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  return out;
}

void read_beat(std::istringstream& words, Seen& seen) {
  std::uint64_t cycle = 0;
  std::uint32_t last = 0, length = 0, verdict = 0;
  std::string keep_text, data_text;
  words >> cycle >> last >> length >> verdict >> keep_text >> data_text;
  if (seen.outputs.empty() || seen.outputs.back().ended)
    seen.outputs.push_back({cycle, length, verdict, {}, false});
  std::vector<std::uint8_t> keep = from_hex(keep_text), data = from_hex(data_text);
  for (std::size_t i = 0; i < data.size(); ++i)
    if (keep[i / 8] >> (i % 8) & 1)
      seen.outputs.back().bytes.push_back(data[i]);
  seen.outputs.back().ended = last != 0;
}

void read_trace(std::istringstream& words, Seen& seen) {
  SeenTrace t;
  std::string active, valid, args;
  words >> t.cycle >> active >> valid >> args;
  t.active = from_hex(active), t.valid = from_hex(valid), t.args = from_hex(args);
  seen.traces.push_back(std::move(t));
}

void read_line(const std::string& line, Seen& seen) {
  std::istringstream words(line);
  char what = 0;
  words >> what;
  if (what == 'A') {
    std::size_t cycle = 0, packet = 0, beat = 0;
    words >> cycle >> packet >> beat;
    if (beat == 0)
      seen.packets.push_back({cycle, {}});
    seen.packets.back().beat_cycles.push_back(cycle);
  } else if (what == 'R') {
    SeenResult r;
    words >> r.cycle >> r.retval >> r.length >> r.trap >> r.redirect_map >> r.redirect_key >>
        r.redirect_ifindex >> r.redirect_flags;
    seen.results.push_back(r);
  } else if (what == 'M') {
    read_beat(words, seen);
  } else if (what == 'T') {
    read_trace(words, seen);
  } else if (what == 'H') {
    unsigned map = 0, table = 0, row = 0;
    std::string data;
    words >> map >> table >> row >> data;
    seen.rows[{map, table, row}] = from_hex(data);
  } else if (what == 'I') {
    words >> seen.idle_from;
  } else if (what == 'E') {
    std::uint64_t cycle = 0;
    words >> cycle >> seen.idle;
  }
}

} // namespace

Seen Simulation::run(const std::vector<PacketIn>& packets, const Rates& rates,
                     const std::vector<Access>& writes, const std::vector<Access>& reads,
                     std::uint64_t aborted) {
  const std::string mine = std::to_string(getpid()); // other tests run this simulator, too
  const std::string stimulus = directory_ + "/stimulus." + mine,
                    log_file = directory_ + "/log." + mine;
  std::ofstream out(stimulus);
  out << "rates " << rates.idle_percent << " " << rates.stall_percent << " " << rates.seed
      << "\nreset\n";
  if (aborted != 0)
    for (int i = 0; i < 200; ++i)
      out << "packet 0 1 1 1 "
          << hex(std::vector<std::uint8_t>(static_cast<std::size_t>(60 + 50 * (i % 5)), 0x77))
          << "\n";
  if (aborted != 0)
    out << "run " << aborted << "\nforget\nreset\n";
  for (const Access& a : writes)
    out << "write " << a.map << " " << a.table << " " << a.row << " " << hex(bytes_of(a.data))
        << "\n";
  for (const PacketIn& p : packets)
    out << "packet " << p.bad << " " << p.ifindex << " " << p.rxq << " " << p.time << " "
        << hex(p.bytes) << "\n";
  out << "run 1000000\n";
  for (const Access& a : reads)
    out << "read " << a.map << " " << a.table << " " << a.row << "\n";
  out.close();
  std::string text;
  if (shell(directory_ + "/obj/Vdut " + stimulus + " " + log_file, text) != 0)
    throw std::runtime_error(text);
  std::ifstream log(log_file);
  Seen seen;
  for (std::string line; std::getline(log, line);) {
    if (line == "F")
      seen = {};
    read_line(line, seen);
  }
  fs::remove(stimulus);
  fs::remove(log_file);
  return seen;
}

} // namespace pw::test
