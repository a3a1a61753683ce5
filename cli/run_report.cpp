#include "cli/run_report.h"

#include "cli/packet_text.h"
#include "cli/statistics.h"

#include <algorithm>
#include <map>

namespace pw::cli {

namespace {

std::string number_or_dash(const std::optional<std::uint64_t>& value) {
  return value ? std::to_string(*value) : "-";
}

std::string redirect_text(const std::optional<Redirect>& r) {
  if (!r)
    return "";
  std::string out;
  if (r->map)
    out += " " + *r->map;
  if (r->key)
    out += "[" + std::to_string(*r->key) + "]";
  if (r->ifindex)
    out += " interface " + std::to_string(*r->ifindex);
  return out.empty() ? " to nowhere" : " to" + out;
}

std::string packet_list(const RunReport& r, std::size_t listed) {
  Table table({"packet", "bytes", "verdict", "bytes out", "clock in", "clock out", "what it is"});
  const std::size_t n = std::min(listed, r.results.size());
  for (std::size_t i = 0; i < n; ++i) {
    const PacketResult& p = r.results[i];
    table.row({std::to_string(i), std::to_string(r.packets[i].bytes.size()),
               p.unsupported ? "unsupported" : verdict_name(p) + redirect_text(p.redirect),
               p.unsupported ? "-" : std::to_string(p.length), number_or_dash(p.cycle_in),
               number_or_dash(p.cycle_out), packet_text(r.packets[i].bytes)});
  }
  if (n == 0)
    return "";
  const std::size_t rest = r.results.size() - n;
  return table.text() + (rest > 0 ? "and " + std::to_string(rest) + " more\n" : "") + "\n";
}

std::string verdict_counts(const RunReport& r) {
  struct Sum {
    std::size_t packets = 0, in = 0, out = 0;
  };
  std::map<std::string, Sum> sums;
  for (std::size_t i = 0; i < r.results.size(); ++i) {
    const PacketResult& p = r.results[i];
    Sum& s = sums[p.unsupported ? "unsupported" : verdict_name(p)];
    ++s.packets;
    s.in += r.packets[i].bytes.size();
    s.out += p.bytes.size();
  }
  Table table({"verdict", "packets", "share", "bytes in", "bytes out"});
  for (const auto& [name, s] : sums)
    table.row({name, std::to_string(s.packets),
               fixed(100.0 * double(s.packets) / double(r.results.size()), 1) + " %",
               std::to_string(s.in), std::to_string(s.out)});
  return r.results.empty() ? "no packets\n" : table.text();
}

double mean_length(const RunReport& r) {
  std::size_t bytes = 0;
  for (const Packet& p : r.packets)
    bytes += p.bytes.size();
  return double(bytes) / double(r.packets.size());
}

// Packets, rates and times at the clock; everything here was measured by the engine.
std::string timing(const RunReport& r) {
  if (r.card)
    return "\n" + card_text(*r.card);
  std::string out;
  const auto ns = [&](std::uint64_t clocks) {
    return fixed(double(clocks) * 1000 / r.clock_mhz, 0);
  };
  if (const auto t = throughput(r.packets, r.results, r.bus_bytes)) {
    const double mpps = t->packets_per_clock * r.clock_mhz;
    out += "packets per clock   " + fixed(t->packets_per_clock, 3) + " (the bus allows " +
           fixed(t->bound, 3) + ")\n";
    out += "at " + fixed(r.clock_mhz, 0) + " MHz          " + fixed(mpps, 1) + " Mpps, " +
           fixed(mpps * mean_length(r) * 8 / 1000, 1) + " Gb/s of frames without FCS\n";
  }
  if (const auto l = latency(r.results))
    out += "latency             min " + ns(l->min) + " ns, p50 " + ns(l->p50) + " ns, p99 " +
           ns(l->p99) + " ns, max " + ns(l->max) + " ns (" + std::to_string(l->min) + ", " +
           std::to_string(l->p50) + ", " + std::to_string(l->p99) + ", " + std::to_string(l->max) +
           " clocks, first beat in to first beat out)\n";
  for (const auto& [map, clocks] : r.held.value_or(std::map<std::string, std::uint64_t>{}))
    if (clocks != 0)
      out += "held                " + std::to_string(clocks) + " clocks for the sake of map '" +
             map + "'\n";
  if (r.cycles)
    out += "simulated           " + std::to_string(*r.cycles) + " clocks in " +
           fixed(r.seconds, 3) + " s\n";
  return out.empty() ? "" : "\n" + out;
}

// Of the packets that are listed; JSON has all of them.
std::string trace_lines(const RunReport& r, std::size_t listed) {
  std::string out;
  std::size_t more = 0;
  for (std::size_t i = 0; i < r.results.size(); ++i)
    for (const std::string& line : r.results[i].trace)
      if (i >= listed)
        ++more;
      else
        out += "trace of packet " + std::to_string(i) + ": " + line +
               (line.ends_with('\n') ? "" : "\n");
  if (more > 0)
    out += "and " + std::to_string(more) + " trace lines of later packets (--list, --json)\n";
  return out.empty() ? "" : out + "\n";
}

} // namespace

Json run_json(const RunReport& r) {
  Json packets = Json::array();
  for (std::size_t i = 0; i < r.results.size(); ++i)
    packets.push_back(packet_json(i, r.results[i]));
  return {{"engine", r.engine},
          {"program", r.program},
          {"packets", packets},
          {"cycles", r.cycles ? Json(*r.cycles) : Json(nullptr)},
          {"held", r.held ? Json(*r.held) : Json(nullptr)},
          {"card", r.card ? card_json(*r.card) : Json(nullptr)},
          {"seconds", r.seconds},
          {"diagnostics", diagnostics_json(r.warnings)["diagnostics"]}};
}

std::string event_lines(const RunReport& r) {
  std::string lines;
  for (std::size_t i = 0; i < r.results.size(); ++i)
    for (const Event& event : r.results[i].events) {
      const Json line = {{"packet", i},
                         {"time_ns", r.packets[i].time_ns},
                         {"map", event.map},
                         {"bytes", hex_digits(event.bytes)}};
      lines += line.dump() + "\n";
    }
  return lines;
}

std::string run_text(const RunReport& r, std::size_t listed) {
  return r.program + " on engine " + r.engine + ": " + std::to_string(r.results.size()) +
         " packets\n\n" + trace_lines(r, listed) + packet_list(r, listed) + verdict_counts(r) +
         timing(r);
}

} // namespace pw::cli
