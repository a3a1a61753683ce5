// Drives a Verilated pipeline with its control port (class Vdut): axil_driver STIMULUS LOG. Packets
// are offered while the host reads and writes registers. Lines of the stimulus:
//   packet BAD HEX     offered behind those before it
//   write OFFSET VALUE [STROBE]   logged: w OFFSET RESPONSE
//   read OFFSET        logged: r OFFSET RESPONSE VALUE
//   wait               until a command is done
//   drain              until all packets are through; logged: results, as R RETVAL
//   ready 0|1          m_axis_tready
//   clocks N           passes; logged: c NUMBER of results so far
#include "Vdut.h"
#include "verilated.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Packet {
  bool bad = false;
  std::vector<std::uint8_t> bytes;
};

class Driver {
public:
  Driver(std::istream& in, std::ostream& log) : in_(in), log_(log) {}
  void run();

private:
  void reset();
  void tick();
  void offer();
  unsigned write(unsigned offset, unsigned value, unsigned strobe);
  unsigned read(unsigned offset, unsigned& value);
  void wait();
  void execute(const std::string& what, std::istringstream& words);

  std::istream& in_;
  std::ostream& log_;
  Vdut dut_;
  std::deque<Packet> packets_;
  std::size_t beat_ = 0, results_ = 0;
  std::uint64_t clock_ = 0;
};

void Driver::offer() {
  dut_.s_axis_tvalid = !packets_.empty();
  if (packets_.empty())
    return;
  const Packet& p = packets_.front();
  std::size_t from = beat_ * PW_BUS, count = std::min<std::size_t>(PW_BUS, p.bytes.size() - from);
  std::memset(static_cast<void*>(&dut_.s_axis_tdata), 0xee, PW_BUS);
  if (count != 0)
    std::memcpy(static_cast<void*>(&dut_.s_axis_tdata), p.bytes.data() + from, count);
  dut_.s_axis_tkeep = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  dut_.s_axis_tlast = from + count == p.bytes.size();
  dut_.s_axis_length = static_cast<std::uint16_t>(p.bytes.size());
  dut_.s_axis_bad = p.bad;
}

void Driver::tick() {
  offer();
  dut_.eval();
  if (dut_.res_valid) {
    log_ << "R " << dut_.res_retval << "\n";
    ++results_;
  }
  if (dut_.s_axis_tvalid && dut_.s_axis_tready) {
    ++beat_;
    if (dut_.s_axis_tlast) {
      beat_ = 0;
      packets_.pop_front();
    }
  }
  dut_.clk = 1;
  dut_.eval();
  dut_.clk = 0;
  dut_.eval();
  ++clock_;
}

void Driver::reset() {
  dut_.rst = 1;
  for (int i = 0; i < 3; ++i)
    tick();
  dut_.rst = 0;
  dut_.eval();
  for (int i = 0; i < 100000 && !dut_.clear_done; ++i)
    tick();
}

// Address first, data first, or both at once.
unsigned Driver::write(unsigned offset, unsigned value, unsigned strobe) {
  unsigned lead = clock_ % 3;
  bool address = true, data = true;
  dut_.s_axil_awaddr = static_cast<std::uint16_t>(offset);
  dut_.s_axil_wdata = value;
  dut_.s_axil_wstrb = static_cast<std::uint8_t>(strobe);
  dut_.s_axil_bready = 1;
  for (int i = 0; i < 100; ++i) {
    dut_.s_axil_awvalid = address && (lead != 1 || i > 2);
    dut_.s_axil_wvalid = data && (lead != 2 || i > 2);
    dut_.eval();
    bool done = dut_.s_axil_bvalid;
    unsigned response = dut_.s_axil_bresp;
    address = address && !(dut_.s_axil_awvalid && dut_.s_axil_awready);
    data = data && !(dut_.s_axil_wvalid && dut_.s_axil_wready);
    tick();
    if (done)
      return response;
  }
  return 9;
}

unsigned Driver::read(unsigned offset, unsigned& value) {
  dut_.s_axil_araddr = static_cast<std::uint16_t>(offset);
  dut_.s_axil_arvalid = 1;
  dut_.s_axil_rready = 1;
  for (int i = 0; i < 100; ++i) {
    dut_.eval();
    bool done = dut_.s_axil_rvalid, accepted = dut_.s_axil_arvalid && dut_.s_axil_arready;
    unsigned response = dut_.s_axil_rresp;
    value = dut_.s_axil_rdata;
    tick();
    if (accepted)
      dut_.s_axil_arvalid = 0;
    if (done)
      return response;
  }
  return 9;
}

void Driver::wait() {
  unsigned status = 4;
  for (int i = 0; i < 1000 && (status & 4) != 0; ++i)
    read(0x0c, status);
  if ((status & 4) != 0)
    log_ << "stuck\n";
}

void Driver::execute(const std::string& what, std::istringstream& words) {
  unsigned offset = 0, value = 0, strobe = 15;
  if (what == "packet") {
    Packet p;
    std::string hex;
    words >> p.bad >> hex;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      p.bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    packets_.push_back(p);
  } else if (what == "write") {
    words >> offset >> value >> strobe;
    unsigned response = write(offset, value, words.fail() ? 15 : strobe); // logs results, too
    log_ << "w " << offset << " " << response << "\n";
  } else if (what == "read") {
    words >> offset;
    unsigned response = read(offset, value);
    log_ << "r " << offset << " " << response << " " << value << "\n";
  } else if (what == "wait") {
    wait();
  } else if (what == "drain") {
    for (int i = 0; i < 100000 && !(packets_.empty() && dut_.idle); ++i)
      tick();
  } else if (what == "ready") {
    words >> value;
    dut_.m_axis_tready = value != 0;
  } else if (what == "clocks") {
    words >> value;
    for (unsigned i = 0; i < value; ++i)
      tick();
    log_ << "c " << results_ << "\n";
  }
}

void Driver::run() {
  dut_.m_axis_tready = 1;
  reset();
  for (std::string line; std::getline(in_, line);) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    execute(what, words);
  }
}

} // namespace

int main(int, char** argv) {
  std::ifstream in(argv[1]);
  std::ofstream log(argv[2]);
  Driver(in, log).run();
}
