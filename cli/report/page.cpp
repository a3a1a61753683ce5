#include "cli/report/card_page.h"
#include "cli/report/draw.h"
#include "cli/report/html.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace pw::cli::report {

std::string section(const char* id, const char* title, const std::string& content) {
  return "<section id=\"" + std::string(id) + "\">\n<h2>" + title + "</h2>\n" + content +
         "</section>\n";
}

std::string paragraph(const std::string& s, const char* name) {
  return "<p" + (*name == 0 ? "" : " class=\"" + std::string(name) + "\"") + ">" + escape(s) +
         "</p>\n";
}

std::string card(const std::string& value, const std::string& what, const char* name) {
  return "<div class=\"card\"><b" + (*name == 0 ? "" : " class=\"" + std::string(name) + "\"") +
         ">" + escape(value) + "</b><span>" + escape(what) + "</span></div>\n";
}

std::string source_head(const SourceText& file, const std::vector<std::string>& columns) {
  std::string out = "<h3>" + escape(file.path) + "</h3>\n";
  if (!file.whole)
    out += paragraph("The file is not here (or is another version): these are the lines that the "
                     "object carries.",
                     "soft");
  out += "<div class=\"scroll\"><table class=\"source\">\n<thead><tr><th></th>";
  for (const std::string& column : columns)
    out += "<th class=\"n\">" + escape(column) + "</th>";
  return out + "<th>C</th></tr></thead>\n<tbody>\n";
}

namespace {

std::string plot(const std::string& svg) { return "<div class=\"plot\">" + svg + "</div>\n"; }

std::string count(std::uint64_t n) { return std::to_string(n); }

double nanoseconds(const ReportFigures& f, std::uint64_t clocks) {
  return double(clocks) * 1000 / f.pipeline->clock_mhz;
}

double pipeline_mpps(const ReportFigures& f) {
  return f.throughput ? f.throughput->packets_per_clock * f.pipeline->clock_mhz : 0;
}

std::string latency_card(const ReportFigures& f) {
  if (!f.latency)
    return "";
  return card(fixed(nanoseconds(f, f.latency->min), 0) + " ns",
              "through the pipeline: " + count(f.latency->min) + " clocks at " +
                  fixed(f.pipeline->clock_mhz, 0) + " MHz");
}

std::string throughput_card(const ReportFigures& f) {
  if (!f.throughput)
    return "";
  return card(fixed(f.throughput->packets_per_clock, 3) + " a clock",
              rate_text(pipeline_mpps(f)) + " Mpps: 64 bytes back to back; the bus allows " +
                  fixed(f.throughput->bound, 3));
}

std::string lossless_card(const ReportFigures& f) {
  const auto& l = f.estimate.lossless;
  if (!l)
    return "";
  return card(fixed(l->mpps, 2) + " Mpps", "without loss on a port of " +
                                               count(f.estimate.port_gbps) + " Gb/s, " +
                                               (l->line_rate ? "line rate" : "limit: " + l->limit));
}

std::string card_verdict(const CardVerdict& v) {
  const std::string words = v.words ? count(*v.words) + " words" : "";
  if (v.accepted)
    return card("accepted", "by a Netronome card" + (v.words ? ", " + words : ""), "good");
  if (v.words) // a product of ours runs, though the object doesn't
    return card("not as it is", "a Netronome card's driver refuses the object (" + v.reason +
                                    "); compile --target nfp makes " + words + " of it");
  return card("not accepted", "by a Netronome card: " + v.reason, "bad");
}

std::string cards(const ReportFigures& f) {
  const std::string nfp = card_verdict(f.card);
  if (f.words)
    return "<div class=\"cards\">\n" + nfp + word_card(f) + lossless_card(f) + "</div>\n";
  return "<div class=\"cards\">\n" +
         card("accepted", "as a pipeline for " + std::string(f.device.name), "good") +
         card(count(f.pipeline->stages) + (f.pipeline->stages == 1 ? " stage" : " stages"),
              "from " + count(f.instructions) + " instructions") +
         latency_card(f) + throughput_card(f) + lossless_card(f) + nfp + "</div>\n";
}

std::string pipeline_hardware(const pipeline::Pipeline& p) {
  return p.device + " at " + fixed(p.clock_mhz, 1) + " MHz, bus of " + count(p.bus_bytes * 8) +
         " bits, window of " + count(p.window_bytes) + " bytes, " + count(p.regions.size()) +
         (p.regions.size() == 1 ? " region, " : " regions, ") + count(p.register_bits) +
         " register bits";
}

std::string summary(const ReportFigures& f) {
  HtmlTable t({"", ""});
  t.row({text("object"), text(f.object)});
  t.row({text("SHA-256"), {"<code>" + escape(f.estimate.object_sha256) + "</code>"}});
  t.row({text("hardware"), text(f.words ? card_hardware(f) : pipeline_hardware(*f.pipeline))});
  t.row({text("network card"),
         text((f.estimate.card_file.empty() ? "" : f.estimate.card_file + ", ") + "port of " +
              count(f.estimate.port_gbps) + " Gb/s, PCIe " + f.estimate.pcie + ", " +
              count(f.estimate.queues) + " queues")});
  t.row({text("traffic"), text(f.estimate.traffic + ", seed " + count(f.estimate.seed))});
  if (!f.maps.empty() || !f.card_maps.empty())
    t.row(
        {text("maps"), text(f.maps_file.empty() ? "as the object has them: what the host fills is "
                                                  "empty (--maps gives contents)"
                                                : "filled from " + f.maps_file)});
  if (!f.estimate.bottleneck_text.empty())
    t.row({text("bottleneck"), text(f.estimate.bottleneck_text)});
  return section("summary", "Summary", cards(f) + t.html());
}

std::string stage_table(const ReportFigures& f) {
  HtmlTable t({"stage", "bits behind it", "matches", "does", "C lines"});
  for (const StageText& s : f.stages) {
    std::vector<std::string> lines;
    for (const SourceLocation& l : s.lines)
      lines.push_back(l.file.substr(l.file.find_last_of('/') + 1) + ":" + count(l.line));
    const bool waits = s.match.empty() && s.actions.empty();
    t.row({number(count(s.stage)), number(count(s.register_bits)), list(s.match),
           waits ? text("waits for a memory or a lookup that an earlier stage began")
                 : list(s.actions),
           list(lines)});
  }
  return "<details><summary>The same as a table, with every match and action (... is what lies "
         "deeper in an expression)</summary>\n" +
         t.html() + "</details>\n";
}

std::string key(const ReportFigures& f) {
  const bool waits = std::ranges::any_of(f.maps, [](auto& m) { return !m.use.waits.empty(); });
  std::string out = "<p class=\"key soft\">The width of a connection is that of the values that "
                    "packets carry on.";
  if (!f.maps.empty())
    out += " Maps: <i class=\"f\">look-up</i>, <i class=\"r\">read</i>, <i "
           "class=\"w\">write</i>.";
  if (waits)
    out += " <i class=\"a\">Interlocks</i>: packets wait at the upper end of an arc.";
  return out + "</p>\n";
}

std::string picture(const ReportFigures& f) {
  return section("pipeline", "Pipeline",
                 key(f) + "<div class=\"scroll\">" + pipeline_picture(f) + "</div>\n" +
                     stage_table(f));
}

std::string stages_text(const LineCost& c) {
  std::string out;
  for (auto at = c.stages.begin(); at != c.stages.end();) {
    const unsigned first = *at;
    unsigned last = first;
    while (++at != c.stages.end() && *at == last + 1)
      last = *at;
    out += (out.empty() ? "" : ", ") + count(first) + (last == first ? "" : "-" + count(last));
  }
  return out;
}

std::string source_row(const SourceLine& l) {
  const std::string cost = l.cost ? "<td class=\"n\">" + stages_text(*l.cost) +
                                        "</td><td class=\"n\">" + count(l.cost->operations) +
                                        "</td><td class=\"n\">" + count(l.cost->register_bits) +
                                        "</td>"
                                  : "<td></td><td></td><td></td>";
  return std::string("<tr") + (l.cost ? " class=\"costs\"" : "") + "><td>" + count(l.number) +
         "</td>" + cost + "<td>" + escape(l.text) + "</td></tr>\n";
}

std::string source(const SourceText& file) {
  std::string out = source_head(file, {"stages", "operations", "register bits"});
  for (const SourceLine& l : file.lines)
    out += source_row(l);
  return out + "</tbody></table></div>\n";
}

std::string sources(const ReportFigures& f) {
  std::string out =
      f.words
          ? paragraph("Of each line: the words that come from it, and their share of those of "
                      "all lines of the file.",
                      "soft")
          : paragraph(
                "Of each line: the stages in which its operations begin, how many there are, and "
                "the bits of its results times the stage borders that they cross. A line without "
                "figures costs nothing: it is constant, was joined with others, or is not needed.",
                "soft");
  for (const SourceText& file : f.sources)
    out += f.words ? word_source(file) : source(file);
  if (f.sources.empty())
    out += paragraph("The object has no line information (compile with -g).");
  return section("source", "C source", out);
}

std::string throughput(const ReportFigures& f) {
  HtmlTable t({"frame, bytes", "line rate, Mpps", "carried, Mpps", "carried, Gb/s", "lost",
               "latency p50, ns", "p99, ns"});
  for (const SizeFigures& s : f.sizes)
    t.row({number(count(s.bytes)), number(rate_text(s.line_mpps)),
           number(rate_text(s.carried_mpps)), number(fixed(s.carried_gbps, 3)),
           number(share_text(s.lost_share)), number(time_text(s.p50_ns)),
           number(time_text(s.p99_ns))});
  return section(
      "throughput", "Throughput over frame size",
      paragraph("Frames of one size at the line rate of the port, through the simulated "
                "card. Sizes count the FCS, Gb/s also preamble and gap." +
                    std::string(f.words ? ""
                                        : " Without --sizes, one of them is the worst for the "
                                          "bus: the shortest frame that takes a beat more."),
                "soft") +
          plot(throughput_plot(f.sizes)) + t.html());
}

std::string verdicts(const nic::RunFigures& run) {
  HtmlTable t({"verdict", "packets", "min, ns", "p50", "p99", "p99.9", "max"});
  const auto add = [&](const std::string& name, std::uint64_t frames,
                       const nic::LatencyFigures& l) {
    std::vector<Cell> cells = {text(name), number(count(frames))};
    for (const double ns : {l.least_ns, l.p50_ns, l.p99_ns, l.p999_ns, l.most_ns})
      cells.push_back(number(l.frames == 0 ? "-" : time_text(ns)));
    t.row(cells);
  };
  for (const nic::VerdictFigures& v : run.verdicts)
    if (v.frames != 0)
      add(v.verdict, v.frames, v.latency);
  add("all", run.latency.frames, run.latency);
  return t.html();
}

std::string latency(const ReportFigures& f) {
  const nic::RunFigures& run = f.estimate.run;
  HtmlTable bins({"from, ns", "below, ns", "packets"});
  for (const nic::LatencyBin& b : run.latency.bins)
    bins.row(
        {number(time_text(b.from_ns)), number(time_text(b.below_ns)), number(count(b.frames))});
  std::string losses =
      run.lost == 0 ? "Nothing was lost." : count(run.lost) + " packets were lost:";
  for (const nic::LossFigures& l : run.losses)
    losses += " " + count(l.frames) + " at the " + l.place + ".";
  return section(
      "latency", "Latency",
      paragraph("From the last bit of a frame on the wire to the end that its verdict leads to: " +
                    f.estimate.traffic + ". Offered " + rate_text(run.offered.mpps) +
                    " Mpps, carried " + rate_text(run.carried.mpps) + " Mpps. " + losses,
                "soft") +
          plot(latency_plot(run.latency)) + verdicts(run) +
          "<details><summary>The intervals of the histogram</summary>\n" + bins.html() +
          "</details>\n");
}

std::string components(const ReportFigures& f) {
  HtmlTable t({"component", "busy", "packets", "mean wait, ns", "its queue at most", "of", "", ""});
  for (const nic::ComponentFigures& c : f.estimate.run.components) {
    const bool queue = c.capacity != 0;
    t.row({text(c.name), number(c.name == "receive buffer" ? "-" : share_text(c.utilisation)),
           number(count(c.frames)), number(queue ? time_text(c.mean_wait_ns) : "-"),
           number(queue ? fixed(c.most_level, 0) : "-"), number(queue ? fixed(c.capacity, 0) : "-"),
           text(queue ? c.unit : ""), text(c.why)});
  }
  return section("components", "What the card does", t.html());
}

std::string blocks_table(const ReportFigures& f) {
  HtmlTable t({"block", "BRAM36", "URAM288", "stage registers", "LUTs as memory",
               "LUTs of comparators", "what it is"});
  for (const BlockFigures& b : f.blocks)
    t.row({text(b.name), number(count(b.blocks)), number(count(b.ultra)),
           number(count(b.flip_flops)), number(count(b.luts)), number(count(b.logic)),
           text(b.what)});
  return t.html();
}

// As a word of a shell's command line.
std::string quoted(const std::string& word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("/._-+,:@%").find(char(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, plain))
    return word;
  std::string out = "'";
  for (const char c : word)
    out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string resources(const ReportFigures& f) {
  HtmlTable shares({"together", "taken", "of", "share"});
  for (const Share& s : shares_of(f))
    shares.row(
        {text(s.name), number(count(s.taken)), number(count(s.of)), number(share_text(s.share()))});
  return section(
      "resources", "Resources",
      paragraph("What the compiler knows before synthesis: memories and the registers between the "
                "stages, and what compares prefixes that packets change. It does not know the "
                "LUTs and flip-flops of other logic, which need synthesis. Each memory counts in "
                "whole blocks; synthesis, which halves some, "
                "mostly takes a few less:",
                "soft") +
          "<pre>pipewright synth " + escape(quoted(f.object)) + " --device " + f.device.name +
          "</pre>\n" + plot(resource_plot(f)) + shares.html() + blocks_table(f));
}

std::string access_text(const MapUse& use) {
  const std::string all = text_of(use);
  return all.substr(0, all.find("; packets wait"));
}

std::string wait_text(const MapWait& w) {
  return "in front of stage " + count(w.stage) + ", for " +
         (w.keyed ? "a packet of the same entry" : "any other packet") + ": up to " +
         count(w.distance) + (w.distance == 1 ? " clock" : " clocks") +
         (w.when_full ? ", while nearly full" : "");
}

std::string maps(const ReportFigures& f) {
  if (f.maps.empty())
    return section("maps", "Maps", paragraph("The program has none."));
  HtmlTable t({"map", "kind", "access", "packets wait", "BRAM36", "URAM288", "LUTs as memory",
               "LUTs of comparators", "flip-flops"});
  for (const MapFigures& m : f.maps) {
    std::vector<std::string> waits;
    for (const MapWait& w : m.use.waits)
      waits.push_back(wait_text(w));
    if (waits.empty())
      waits.emplace_back("never");
    t.row({text(m.map->name), text(m.text), text(access_text(m.use)), list(waits),
           number(count(m.demand.blocks)), number(count(m.demand.ultra)),
           number(count(m.demand.luts)), number(count(m.demand.logic)),
           number(count(m.demand.flip_flops))});
  }
  return section("maps", "Maps", t.html());
}

std::string diagnostics(const ReportFigures& f) {
  if (f.warnings.empty())
    return section("diagnostics", "Diagnostics", paragraph("No warnings."));
  HtmlTable t({"code", "message", "where", "what would help"});
  for (const Diagnostic& d : f.warnings)
    t.row({text(d.code), text(d.message),
           text(d.location.known() ? d.location.file + ":" + count(d.location.line) : ""),
           text(d.remedy)});
  return section("diagnostics", "Diagnostics", t.html());
}

std::vector<Cell> pipeline_peer(const ReportFigures& f) {
  return {
      text("this program"),
      text("pipeline for " + std::string(f.device.name) + ", " + fixed(f.pipeline->clock_mhz, 0) +
           " MHz"),
      text(rate_text(pipeline_mpps(f)) + " Mpps, 64 bytes, back to back"),
      text(f.latency ? fixed(nanoseconds(f, f.latency->min), 0) + " ns, the pipeline alone" : ""),
      text("memories: " + share_text(shares_of(f)[0].share()) + " of the BRAM36"),
      text("not published: simulated here")};
}

std::vector<Cell> card_peer(const ReportFigures& f) {
  return {
      text("this program"),
      text(f.estimate.card->card),
      text(f.estimate.lossless ? rate_text(f.estimate.lossless->mpps) + " Mpps without loss" : ""),
      text(time_text(f.estimate.run.latency.p50_ns) + " ns (p50) in the card"),
      text(count(f.words->words) + " words"),
      text("not published: simulated here")};
}

std::string peers(const ReportFigures& f) {
  if (f.peers.empty())
    return "";
  HtmlTable t({"", "on", "packets a second", "latency", "takes", "published in"});
  t.row(f.words ? card_peer(f) : pipeline_peer(f));
  for (const PeerFigures& p : f.peers)
    t.row({text(p.name), text(p.hardware), text(p.rate), text(p.latency), text(p.area),
           text(p.where)});
  return section(
      "peers", "Beside the peers",
      paragraph("Chosen by the program's name: programs of the same task, not of the same "
                "text. Their figures are measured on hardware, ours simulated with the traffic and "
                "the maps above.",
                "soft") +
          t.html());
}

std::string head(const ReportFigures& f) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
         "name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta "
         "name=\"color-scheme\" content=\"light dark\"/>\n<title>" +
         escape(f.estimate.program) + " - Pipewright</title>\n<style>" + style_sheet() +
         "</style>\n</head>\n<body>\n<h1>" + escape(f.estimate.program) +
         "</h1>\n<p class=\"soft\">Report of Pipewright " + escape(f.version) + "</p>\n";
}

std::string contents(const ReportFigures& f) {
  std::string out = "<nav><a href=\"#summary\">Summary</a> ";
  for (const auto& [id, title] :
       {f.words ? std::pair{"engines", "Micro-engines"} : std::pair{"pipeline", "Pipeline"},
        {"source", "C source"},
        {"throughput", "Throughput"},
        {"latency", "Latency"},
        {"components", "Card"},
        {"resources", f.words ? "Code store" : "Resources"},
        {"maps", "Maps"},
        {"diagnostics", "Diagnostics"}})
    out += "<a href=\"#" + std::string(id) + "\">" + title + "</a> ";
  return out + (f.peers.empty() ? "" : "<a href=\"#peers\">Peers</a>") + "</nav>\n";
}

} // namespace

std::string page(const ReportFigures& f) {
  const std::string hardware = f.words ? engines_section(f) : picture(f);
  const std::string costs =
      f.words ? words_section(f) + card_maps_section(f) : resources(f) + maps(f);
  return head(f) + contents(f) + summary(f) + hardware + sources(f) + throughput(f) + latency(f) +
         components(f) + costs + diagnostics(f) + peers(f) + "</body>\n</html>\n";
}

} // namespace pw::cli::report
