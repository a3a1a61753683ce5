// A Verilated pipeline with its control port (class Vdut) as a process: axil_server PACKETS LOG.
// Packets of the file (a line of hexadecimal digits each, at most a beat long) are offered in every
// clock, over and over, while accesses to registers come in on standard input and are answered on
// standard output:
//   r OFFSET         -> RESPONSE VALUE
//   w OFFSET VALUE   -> RESPONSE
// The log has a letter for each clock in which a packet was offered: P it was taken, O it was not;
// and "R VERDICT LENGTH" for each result, in order.
#include "Vdut.h"
#include "verilated.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;

class Server {
public:
  Server(const char* packets, const char* log);
  void run();

private:
  void reset();
  void tick(bool flowing = true);
  void offer(bool flowing);
  void drain();
  unsigned write(unsigned offset, unsigned value);
  unsigned read(unsigned offset, unsigned& value);

  std::vector<Bytes> packets_;
  std::ofstream log_;
  Vdut dut_;
  std::size_t next_ = 0;
  unsigned turn_ = 0;
};

Server::Server(const char* packets, const char* log) : log_(log) {
  std::ifstream in(packets);
  for (std::string hex; in >> hex;) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      bytes.push_back(static_cast<unsigned char>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    packets_.push_back(bytes);
  }
}

void Server::offer(bool flowing) {
  dut_.s_axis_tvalid = flowing;
  const Bytes& p = packets_[next_ % packets_.size()];
  std::memset(static_cast<void*>(&dut_.s_axis_tdata), 0xee, PW_BUS);
  std::memcpy(static_cast<void*>(&dut_.s_axis_tdata), p.data(), p.size());
  dut_.s_axis_tkeep = p.size() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << p.size()) - 1;
  dut_.s_axis_tlast = 1;
  dut_.s_axis_length = static_cast<std::uint16_t>(p.size());
  dut_.s_axis_ifindex = 0x80000001; // nobody from outside can pass for an operation
  dut_.s_axis_time = next_ * 100;
}

void Server::tick(bool flowing) {
  offer(flowing);
  dut_.eval();
  if (dut_.res_valid)
    log_ << "R " << dut_.res_retval << " " << dut_.res_length << "\n";
  if (flowing)
    log_ << (dut_.s_axis_tready ? "P\n" : "O\n");
  next_ += flowing && dut_.s_axis_tready;
  dut_.clk = 1;
  dut_.eval();
  dut_.clk = 0;
  dut_.eval();
}

void Server::reset() {
  dut_.m_axis_tready = 1;
  dut_.rst = 1;
  for (int i = 0; i < 3; ++i)
    tick(false);
  dut_.rst = 0;
  dut_.eval();
  while (!dut_.clear_done)
    tick(false);
}

unsigned Server::write(unsigned offset, unsigned value) {
  dut_.s_axil_awaddr = static_cast<std::uint16_t>(offset);
  dut_.s_axil_wdata = value;
  dut_.s_axil_wstrb = 15;
  dut_.s_axil_bready = dut_.s_axil_awvalid = dut_.s_axil_wvalid = 1;
  for (int i = 0; i < 100; ++i) {
    dut_.eval();
    const bool done = dut_.s_axil_bvalid;
    const unsigned response = dut_.s_axil_bresp;
    const bool address = dut_.s_axil_awvalid && dut_.s_axil_awready;
    const bool data = dut_.s_axil_wvalid && dut_.s_axil_wready;
    tick();
    if (address)
      dut_.s_axil_awvalid = 0;
    if (data)
      dut_.s_axil_wvalid = 0;
    if (done)
      return response;
  }
  return 9;
}

unsigned Server::read(unsigned offset, unsigned& value) {
  dut_.s_axil_araddr = static_cast<std::uint16_t>(offset);
  dut_.s_axil_arvalid = dut_.s_axil_rready = 1;
  for (int i = 0; i < 100; ++i) {
    dut_.eval();
    const bool done = dut_.s_axil_rvalid, accepted = dut_.s_axil_arvalid && dut_.s_axil_arready;
    const unsigned response = dut_.s_axil_rresp;
    value = dut_.s_axil_rdata;
    tick();
    if (accepted)
      dut_.s_axil_arvalid = 0;
    if (done)
      return response;
  }
  return 9;
}

void Server::drain() {
  for (int i = 0; i < 10000 && (i < 8 || !dut_.idle); ++i)
    tick(false);
}

void Server::run() {
  reset();
  char line[80];
  while (std::fgets(line, sizeof line, stdin)) {
    char what = 0;
    unsigned offset = 0, value = 0;
    std::sscanf(line, "%c %u %u", &what, &offset, &value);
    for (unsigned i = turn_++ * 7 % 5; i > 0; --i) // at any time
      tick();
    if (what == 'r') {
      const unsigned response = read(offset, value);
      std::printf("%u %u\n", response, value);
    } else {
      std::printf("%u\n", write(offset, value));
    }
    std::fflush(stdout);
  }
  drain();
}

} // namespace

int main(int, char** argv) { Server(argv[1], argv[2]).run(); }
