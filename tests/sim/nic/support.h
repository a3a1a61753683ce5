// What the tests of the NIC share.
#pragma once

#include "sim/nic/nic.h"
#include "tests/sim/nic/fixed_engine.h"

#include <linux/bpf.h>

namespace pw::nic::test {

// A NIC around an engine that takes `service` ps for each frame.
inline Nic::EngineMaker fixed(Time service, std::uint32_t verdict = XDP_DROP, Way way = Way::End) {
  return [=](Ledger& ledger) {
    return std::make_unique<FixedEngine>("engine", service, verdict, way, ledger);
  };
}

inline TrafficSpec traffic(const std::string& text, double port_gbps = 100) {
  TrafficSpec spec = parse_traffic(text);
  if (spec.line_rate)
    spec.rate_gbps = port_gbps;
  return spec;
}

inline RunFigures run(const NicConfig& config, const Nic::EngineMaker& engine,
                      const std::string& text) {
  Nic nic(config, engine);
  const auto feed = make_feed(traffic(text, config.port.gbps));
  return nic.run(*feed);
}

inline const ComponentFigures& component(const RunFigures& run, const std::string& name) {
  for (const ComponentFigures& c : run.components)
    if (c.name == name)
      return c;
  throw std::runtime_error("no component " + name);
}

} // namespace pw::nic::test
