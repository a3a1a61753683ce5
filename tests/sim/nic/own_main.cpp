// Three frames through the pipeline of examples/mac_swap: a bench of one's own around the module
// that Verilator makes.
#include "sim/rtl/signals.h"

#include <cstdio>

class Bench : public sc_core::sc_module {
public:
  explicit Bench(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Bench);
    SC_THREAD(run);
  }

private:
  // 250 MHz. Inputs change while the clock is low, outputs are looked at before it rises.
  void clock() {
    rtl.clk = false;
    wait(2, sc_core::SC_NS);
    taken_ = rtl.s_axis_tvalid && rtl.s_axis_tready;
    if (rtl.res_valid)
      show();
    rtl.clk = true;
    wait(2, sc_core::SC_NS);
  }

  void show() { // with the first beat of what leaves
    unsigned char bytes[64];
    pw::rtl::get(rtl.m_axis_tdata, bytes, sizeof bytes);
    std::printf("verdict %u, %u bytes, from %02x:%02x to %02x:%02x\n", rtl.res_retval.read(),
                rtl.res_length.read(), bytes[10], bytes[11], bytes[4], bytes[5]);
    ++results_;
  }

  void send(unsigned char number) {
    const unsigned char frame[60] = {2, 0, 0, 0, 0xaa, number, 2, 0, 0, 0, 0xbb, number, 8, 0};
    const std::uint64_t keep = (std::uint64_t{1} << 60) - 1;
    pw::rtl::put(rtl.s_axis_tdata, frame, sizeof frame);
    pw::rtl::put(rtl.s_axis_tkeep, &keep, sizeof keep);
    rtl.s_axis_length = sizeof frame;
    rtl.s_axis_tlast = true;
    rtl.s_axis_tvalid = true;
    do
      clock();
    while (!taken_);
    rtl.s_axis_tvalid = false;
  }

  void run() {
    rtl.rst = true;
    for (int i = 0; i < 8; ++i)
      clock();
    rtl.rst = false;
    while (!rtl.clear_done)
      clock();
    rtl.m_axis_tready = true;
    for (unsigned char number = 1; number <= 3; ++number)
      send(number);
    while (results_ < 3)
      clock();
  }

  pw::rtl::Signals rtl;
  bool taken_ = false;
  int results_ = 0;
};

int sc_main(int, char**) {
  Bench bench("bench");
  sc_core::sc_start();
  return 0;
}
