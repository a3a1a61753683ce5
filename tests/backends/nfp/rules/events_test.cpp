// Events to the host.
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace rules_test;

FirmwareProfile without_events() {
  FirmwareProfile f;
  f.name = "without events";
  f.helpers.erase(BPF_FUNC_perf_event_output);
  return f;
}

// r1 to r3 and r5 as they should be; `data` sets r4.
Insns event(const Insns& data, std::int32_t flags = -1) {
  Code c;
  c << data << mov_r(1, 6) << assembly::map(2, Events) << wide(3, 0, flags) << mov(5, 8)
    << call(BPF_FUNC_perf_event_output);
  return c;
}
Insns on_stack() {
  Code c;
  c << mov(3, 0) << store(BPF_DW, 10, -8, 3) << mov_r(4, 10) << add(4, -8);
  return c;
}

std::set<std::string> card_errors(const Object& o, const FirmwareProfile& f = {}) {
  std::set<std::string> out;
  for (const std::string& code : errors(checked(o, f)))
    if (code.starts_with("PW-NFP"))
      out.insert(code);
  return out;
}

using Codes = std::set<std::string>;

TEST(NfpEvents, OfTheStackAndThePacketAreTaken) {
  EXPECT_EQ(card_errors(object_with(with_packet(event(on_stack())))), Codes{});
  EXPECT_EQ(card_errors(object_with(with_packet(event({mov_r(4, 2)})))), Codes{});
}

TEST(NfpEvents, NeedTheFirmware) {
  const Object o = object_with(with_packet(event(on_stack())));
  EXPECT_EQ(errors(checked(o, without_events())), Codes{"PW-NFP-151"});
}

TEST(NfpEvents, GoToTheCurrentCpu) {
  EXPECT_EQ(card_errors(object_with(with_packet(event(on_stack(), 3)))), Codes{"PW-NFP-159"});
}

// Said once, and by the rule: the frontend says the same where no card's rules are asked.
TEST(NfpEvents, ForAnotherCpuAreToldOnce) {
  unsigned told = 0;
  for (const Diagnostic& d : checked(object_with(with_packet(event(on_stack(), 3)))))
    told += d.code == "PW-NFP-159";
  EXPECT_EQ(told, 1u);
}

TEST(NfpEvents, ThroughRingBuffersAreTheHosts) {
  Code output;
  output << assembly::map(1, 0) << mov(3, 0) << store(BPF_DW, 10, -8, 3) << mov_r(2, 10)
         << add(2, -8) << mov(3, 8) << mov(4, 0) << call(BPF_FUNC_ringbuf_output);
  Object o = object_with(with_packet(output));
  o.maps[0].type = BPF_MAP_TYPE_RINGBUF;
  o.maps[0].key_size = o.maps[0].value_size = 0;
  o.maps[0].max_entries = 4096;
  EXPECT_EQ(card_errors(o), Codes{"PW-NFP-163"});
}

TEST(NfpEvents, OfOtherMemoryAreRefused) {
  EXPECT_EQ(card_errors(object_with(with_packet(event({mov_r(4, 6)})))), Codes{"PW-NFP-160"});
}

TEST(NfpEvents, OfOneKindAtACall) {
  Code data;
  data << load(BPF_B, 7, 2, 0) << on_stack() << jump_if(BPF_JEQ, 7, 5, 1) << mov_r(4, 2);
  EXPECT_EQ(card_errors(object_with(with_packet(event(data)))), Codes{"PW-NFP-161"});
}

TEST(NfpEvents, OfThePacketStayInFrontOfTheBoundary) {
  const auto at = [](int offset) {
    return card_errors(object_with(with_packet(event({mov_r(4, 2), add(4, offset)}), 2000)));
  };
  EXPECT_EQ(at(1880), Codes{});
  EXPECT_EQ(at(1881), Codes{"PW-NFP-130"});
}

TEST(NfpEvents, AreForGplPrograms) {
  Object o = object_with(with_packet(event(on_stack())));
  for (const char* good : {"GPL", "GPL v2", "Dual BSD/GPL", "Dual MIT/GPL"}) {
    o.license = good;
    EXPECT_EQ(card_errors(o), Codes{}) << good;
  }
  for (const char* bad : {"", "BSD", "Proprietary"}) {
    o.license = bad;
    EXPECT_EQ(card_errors(o), Codes{"PW-NFP-186"}) << bad;
  }
}

} // namespace
} // namespace pw::nfp
