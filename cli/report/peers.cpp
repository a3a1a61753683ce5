// What others published about programs of the same kind (docs/performance.md, "Beside the peers").
#include "cli/report/figures.h"

#include <map>

namespace pw::cli::report {

namespace {

PeerFigures hxdp(const char* program, const char* rate, const char* latency) {
  return {"hXDP",
          "OSDI 2020, simple programs at 64 bytes, one flow",
          "VLIW soft core, NetFPGA SUME, 156.25 MHz: " + std::string(program),
          rate,
          latency,
          "18.5 % of the LUTs of a Virtex-7 690T with the NIC"};
}

PeerFigures ehdl(const char* program) {
  return {"eHDL",
          "ASPLOS 2023, abstract",
          "pipeline on an Alveo U50: " + std::string(program),
          "148.8 Mpps (line rate of 100G)",
          "about 1 \xC2\xB5s of forwarding",
          "6.5 to 13.3 % of an Alveo U50 with the NIC shell (five programs)"};
}

std::map<std::string, std::vector<PeerFigures>> published() {
  return {
      {"firewall",
       {hxdp("simple_firewall", "6.53 Mpps (23.9 clocks a packet)",
             "1.26 \xC2\xB5s port to port at 64 bytes"),
        ehdl("simple firewall")}},
      {"router",
       {hxdp("router_ipv4", "4.02 Mpps (39 clocks a packet)", "not published"), ehdl("router")}},
      {"tunnel",
       {hxdp("tx_ip_tunnel", "2.51 Mpps (62 clocks a packet)", "not published"), ehdl("tunnel")}},
      {"dnat", {ehdl("DNAT")}},
      {"ids_bypass", {ehdl("Suricata filter")}}};
}

} // namespace

std::vector<PeerFigures> peers_of(const std::string& program) {
  const auto all = published();
  const auto found = all.find(program);
  return found == all.end() ? std::vector<PeerFigures>{} : found->second;
}

} // namespace pw::cli::report
