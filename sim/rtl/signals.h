// A module made by `verilator --sc --prefix Vpw` and a signal at each of its ports. Needs nothing
// else of the project.
#pragma once

#include "Vpw.h"

#include <systemc>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace pw::rtl {

template <typename Port>
using SignalOf = sc_core::sc_signal<typename std::remove_reference_t<Port>::data_type>;

// Signals are integers of 1 to 64 bits, or sc_bv; all of them little-endian bytes.
template <typename T>
void put(sc_core::sc_signal<T>& signal, const void* bytes, std::size_t count) {
  T value = 0;
  std::memcpy(&value, bytes, std::min(count, sizeof value));
  signal.write(value);
}

template <int Bits>
void put(sc_core::sc_signal<sc_dt::sc_bv<Bits>>& signal, const void* bytes, std::size_t count) {
  std::uint32_t words[(Bits + 31) / 32] = {};
  std::memcpy(words, bytes, std::min(count, sizeof words));
  sc_dt::sc_bv<Bits> value;
  for (int i = 0; i < (Bits + 31) / 32; ++i)
    value.set_word(i, words[i]);
  signal.write(value);
}

template <typename Words>
void copy_from(const Words& words, void* bytes, std::size_t count, std::size_t offset) {
  std::memset(bytes, 0, count);
  if (offset < sizeof words)
    std::memcpy(bytes, reinterpret_cast<const char*>(&words) + offset,
                std::min(count, sizeof words - offset));
}

template <typename T>
void get(const sc_core::sc_signal<T>& signal, void* bytes, std::size_t count,
         std::size_t offset = 0) {
  copy_from(signal.read(), bytes, count, offset);
}

template <int Bits>
void get(const sc_core::sc_signal<sc_dt::sc_bv<Bits>>& signal, void* bytes, std::size_t count,
         std::size_t offset = 0) {
  std::uint32_t words[(Bits + 31) / 32];
  for (int i = 0; i < (Bits + 31) / 32; ++i)
    words[i] = std::uint32_t(signal.read().get_word(i));
  copy_from(words, bytes, count, offset);
}

// Every port's name; those that only some programs have come with PW_TRACES, PW_HELD, PW_EVENTS,
// PW_SKB_IN and PW_SKB_OUT (harness.h).
// clang-format off
#define PW_PORTS(P)                                                                                \
  P(clk) P(rst) P(s_axis_tvalid) P(s_axis_tready) P(s_axis_tdata) P(s_axis_tkeep) P(s_axis_tlast)  \
  P(s_axis_length) P(s_axis_ifindex) P(s_axis_rxq) P(s_axis_time) P(s_axis_bad) P(cfg_cpu)         \
  P(cfg_seed) P(m_axis_tvalid) P(m_axis_tready) P(m_axis_tdata) P(m_axis_tkeep) P(m_axis_tlast)    \
  P(m_axis_length) P(m_axis_verdict) P(res_valid) P(res_retval) P(res_length) P(res_trap)          \
  P(res_redirect_map) P(res_redirect_key) P(res_redirect_ifindex) P(res_redirect_flags)            \
  P(host_valid) P(host_write) P(host_map) P(host_table) P(host_row) P(host_wdata) P(host_rdata)    \
  P(host_ready) P(idle) P(clear_done)
#if PW_TRACES > 0
#define PW_TRACE_PORTS(P) P(trace_valid) P(trace_args) P(trace_active)
#else
#define PW_TRACE_PORTS(P)
#endif
#if PW_HELD > 0
#define PW_HELD_PORTS(P) P(held)
#else
#define PW_HELD_PORTS(P)
#endif
#if PW_EVENTS
#define PW_EVENT_PORTS(P)                                                                          \
  P(m_events_tvalid) P(m_events_tready) P(m_events_tdata) P(m_events_tkeep) P(m_events_tlast)      \
  P(m_events_map) P(m_events_length) P(m_events_index)
#else
#define PW_EVENT_PORTS(P)
#endif
#ifndef PW_SKB_IN // a tc program's metadata: lists that the build makes
#define PW_SKB_IN(P)
#define PW_SKB_OUT(P)
#endif
#define PW_SKB_INPUT(field, name) PW_EACH(s_axis_##name)
#define PW_SKB_OUTPUT(field, name) PW_EACH(res_##name)
#define PW_ALL_PORTS(P) PW_PORTS(P) PW_TRACE_PORTS(P) PW_HELD_PORTS(P) PW_EVENT_PORTS(P)
// clang-format on

#define PW_SIGNAL(port) SignalOf<decltype(Vpw::port)> port{#port};
#define PW_BIND(port) module.port.bind(port);

struct Signals {
  PW_ALL_PORTS(PW_SIGNAL)
#define PW_EACH PW_SIGNAL
  PW_SKB_IN(PW_SKB_INPUT)
  PW_SKB_OUT(PW_SKB_OUTPUT)
#undef PW_EACH
  Vpw module{"rtl"};

  Signals() {
    PW_ALL_PORTS(PW_BIND)
#define PW_EACH PW_BIND
    PW_SKB_IN(PW_SKB_INPUT)
    PW_SKB_OUT(PW_SKB_OUTPUT)
#undef PW_EACH
  }

  // Until nothing changes any more; simulated time stands still. Outside of processes only.
  void eval() {
    do
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    while (sc_core::sc_pending_activity_at_current_time());
  }
  void final() { module.final(); }
};

#undef PW_PORTS
#undef PW_TRACE_PORTS
#undef PW_HELD_PORTS
#undef PW_EVENT_PORTS
#undef PW_ALL_PORTS
#undef PW_SKB_INPUT
#undef PW_SKB_OUTPUT
#undef PW_SIGNAL
#undef PW_BIND

} // namespace pw::rtl
