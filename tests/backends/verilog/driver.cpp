// Drives a Verilated pipeline (class Vdut) with what a file tells and logs what happens: driver
// STIMULUS LOG. The other side is simulation.cpp, which also says what the lines mean.
#include "Vdut.h"
#include "support/environment.h"
#include "verilated.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

template <class Port> void put(Port& port, const std::vector<std::uint8_t>& bytes) {
  std::memset(static_cast<void*>(&port), 0, sizeof port);
  std::memcpy(static_cast<void*>(&port), bytes.data(), std::min(bytes.size(), sizeof port));
}

template <class Port> std::string hex(const Port& port, std::size_t count) {
  std::string out;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&port);
  for (std::size_t i = 0; i < std::min(count, sizeof port); ++i) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", bytes[i]);
    out += text;
  }
  return out;
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; text != "-" && i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  return out;
}

struct Packet {
  std::vector<std::uint8_t> bytes;
  bool bad = false;
  std::uint32_t ifindex = 0, rxq = 0;
  std::uint64_t time = 0;
};

class Driver {
public:
  Driver(std::istream& in, std::ostream& log) : in_(in), log_(log) {}
  void run();

private:
  void clock() {
    dut_.clk = 1;
    dut_.eval();
    dut_.clk = 0;
    dut_.eval();
  }
  void reset();
  void host(bool write, unsigned map, unsigned table, unsigned row, const std::string& data);
  void simulate(std::uint64_t limit);
  void offer(std::uint64_t c);
  void sample(std::uint64_t c);
  void advance();

  std::istream& in_;
  std::ostream& log_;
  Vdut dut_;
  std::vector<Packet> packets_;
  std::size_t packet_ = 0, beat_ = 0;
  bool held_ = false;
  unsigned idle_ = 0, stall_ = 0;
  std::uint32_t seed_ = 1;
};

void Driver::reset() {
  dut_.rst = 1;
  for (int i = 0; i < 3; ++i)
    clock();
  dut_.rst = 0;
  dut_.eval();
  for (unsigned waited = 0; !dut_.clear_done && waited < 10'000'000; ++waited)
    clock();
  beat_ = 0;
  held_ = false;
}

void Driver::host(bool write, unsigned map, unsigned table, unsigned row, const std::string& data) {
  dut_.host_valid = 1;
  dut_.host_write = write;
  dut_.host_map = map;
  dut_.host_table = table;
  dut_.host_row = row;
  put(dut_.host_wdata, from_hex(data));
  dut_.eval();
  for (int waited = 0; !dut_.host_ready && waited < 100; ++waited)
    clock();
  if (!write)
    log_ << "H " << map << " " << table << " " << row << " "
         << hex(dut_.host_rdata, sizeof dut_.host_rdata) << "\n";
  clock();
  dut_.host_valid = 0;
  dut_.eval();
}

void Driver::offer(std::uint64_t c) {
  bool now = packet_ < packets_.size() &&
             (held_ || pw::random_u32(seed_, static_cast<std::uint32_t>(c), 1) % 100 >= idle_);
  dut_.s_axis_tvalid = now;
  held_ = now;
  dut_.m_axis_tready = pw::random_u32(seed_, static_cast<std::uint32_t>(c), 0) % 100 >= stall_;
  if (!now)
    return;
  const Packet& p = packets_[packet_];
  std::size_t from = beat_ * PW_BUS, count = std::min<std::size_t>(PW_BUS, p.bytes.size() - from);
  std::vector<std::uint8_t> data(PW_BUS, 0xee), keep(PW_BUS / 8);
  std::copy_n(p.bytes.begin() + static_cast<std::ptrdiff_t>(from), count, data.begin());
  for (std::size_t i = 0; i < count; ++i)
    keep[i / 8] = static_cast<std::uint8_t>(keep[i / 8] | 1u << (i % 8));
  put(dut_.s_axis_tdata, data);
  put(dut_.s_axis_tkeep, keep);
  dut_.s_axis_tlast = from + count == p.bytes.size();
  dut_.s_axis_length = beat_ == 0 ? static_cast<std::uint16_t>(p.bytes.size()) : 0xdead;
  dut_.s_axis_ifindex = beat_ == 0 ? p.ifindex : 0xdead;
  dut_.s_axis_rxq = beat_ == 0 ? p.rxq : 0xdead;
  dut_.s_axis_time = beat_ == 0 ? p.time : 0xdead;
  dut_.s_axis_bad = beat_ == 0 ? p.bad : c & 1;
}

void Driver::sample(std::uint64_t c) {
  if (dut_.s_axis_tvalid && dut_.s_axis_tready)
    log_ << "A " << c << " " << packet_ << " " << beat_ << "\n";
  if (dut_.res_valid)
    log_ << "R " << c << " " << dut_.res_retval << " " << dut_.res_length << " "
         << int(dut_.res_trap) << " " << int(dut_.res_redirect_map) << " " << dut_.res_redirect_key
         << " " << dut_.res_redirect_ifindex << " " << dut_.res_redirect_flags << "\n";
  if (dut_.m_axis_tvalid && dut_.m_axis_tready)
    log_ << "M " << c << " " << int(dut_.m_axis_tlast) << " " << dut_.m_axis_length << " "
         << int(dut_.m_axis_verdict) << " " << hex(dut_.m_axis_tkeep, PW_BUS / 8) << " "
         << hex(dut_.m_axis_tdata, PW_BUS) << "\n";
#if PW_TRACES
  log_ << "T " << c << " " << hex(dut_.trace_active, 1) << " " << hex(dut_.trace_valid, 1) << " "
       << hex(dut_.trace_args, 24 * PW_TRACES) << "\n";
#endif
}

void Driver::advance() {
  if (!(dut_.s_axis_tvalid && dut_.s_axis_tready))
    return;
  held_ = false;
  ++beat_;
  if (dut_.s_axis_tlast) {
    beat_ = 0;
    ++packet_;
  }
}

void Driver::simulate(std::uint64_t limit) {
  std::uint64_t c = 0, quiet = 0;
  for (; c < limit && quiet < 3; ++c) {
    offer(c);
    dut_.eval();
    quiet = packet_ == packets_.size() && dut_.idle ? quiet + 1 : 0;
    if (quiet == 1)
      log_ << "I " << c << "\n";
    sample(c);
    advance();
    clock();
  }
  log_ << "E " << c << " " << int(dut_.idle) << "\n";
  dut_.s_axis_tvalid = 0;
  dut_.eval();
}

void Driver::run() {
  dut_.clk = 0;
  dut_.cfg_cpu = 5;
  dut_.cfg_seed = 0x1234;
  std::string line;
  while (std::getline(in_, line)) {
    std::istringstream words(line);
    std::string what, data;
    words >> what;
    if (what == "reset") {
      reset();
    } else if (what == "forget") { // what has been so far
      packets_.clear();
      packet_ = 0;
      log_ << "F\n";
    } else if (what == "rates") {
      words >> idle_ >> stall_ >> seed_;
    } else if (what == "packet") {
      Packet p;
      words >> p.bad >> p.ifindex >> p.rxq >> p.time >> data;
      p.bytes = from_hex(data);
      packets_.push_back(p);
    } else if (what == "run") {
      std::uint64_t limit = 0;
      words >> limit;
      simulate(limit);
    } else if (what == "write" || what == "read") {
      unsigned map = 0, table = 0, row = 0;
      words >> map >> table >> row >> data;
      host(what == "write", map, table, row, data);
    }
  }
}

} // namespace

int main(int, char** argv) {
  std::ifstream in(argv[1]);
  std::ofstream log(argv[2]);
  Driver(in, log).run();
}
