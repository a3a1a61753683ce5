#include "cli/report/card_page.h"

#include "cli/report/draw.h"
#include "cli/report/html.h"

#include <bpf/libbpf.h>

namespace pw::cli::report {

namespace {

std::string count(std::uint64_t n) { return std::to_string(n); }

std::string map_type(const MapDefinition& map) {
  const char* name = libbpf_bpf_map_type_str(map.type);
  return name == nullptr ? count(map.type) : name;
}

// Words of all lines together, so that a line's share can be told.
unsigned words_of(const SourceText& file) {
  unsigned words = 0;
  for (const SourceLine& l : file.lines)
    words += l.cost ? l.cost->words : 0;
  return words;
}

std::string line_row(const SourceLine& l, unsigned words) {
  const std::string cost =
      l.cost ? "<td class=\"n\">" + count(l.cost->words) + "</td><td class=\"n\">" +
                   share_text(double(l.cost->words) / std::max(words, 1U)) + "</td>"
             : "<td></td><td></td>";
  return std::string("<tr") + (l.cost ? " class=\"costs\"" : "") + "><td>" + count(l.number) +
         "</td>" + cost + "<td>" + escape(l.text) + "</td></tr>\n";
}

} // namespace

std::string card_hardware(const ReportFigures& f) {
  const nic::CardFigures& c = *f.estimate.card;
  return c.card + ": " + count(c.engines) + " engines of " + count(c.contexts) + " contexts at " +
         fixed(c.clock_mhz, 0) + " MHz";
}

std::string word_card(const ReportFigures& f) {
  return card(count(f.words->words) + " words",
              "from " + count(f.instructions) + " instructions of eBPF");
}

std::string engines_section(const ReportFigures& f) {
  const nic::CardFigures& c = *f.estimate.card;
  HtmlTable t({"of a packet", "clocks", "ns"});
  const auto row = [&](const char* what, double clocks) {
    t.row({text(what), number(fixed(clocks, 1)), number(time_text(clocks * 1000 / c.clock_mhz))});
  };
  row("instructions of the program", c.program_clocks);
  row("instructions of the firmware", c.firmware_clocks);
  row("its context waits for memory", c.wait_clocks);
  row("its commands wait in front of memory units", c.queue_clocks);
  return section("engines", "Micro-engines",
                 paragraph("Engines were busy " + share_text(c.busy) +
                               " of the time; packets waited for "
                               "memory " +
                               share_text(c.waiting) +
                               " of the time that they spent in a context. " + "Means over " +
                               f.estimate.traffic + ".",
                           "soft") +
                     t.html());
}

std::string word_source(const SourceText& file) {
  std::string out = source_head(file, {"words", "share"});
  for (const SourceLine& l : file.lines)
    out += line_row(l, words_of(file));
  return out + "</tbody></table></div>\n";
}

std::string words_section(const ReportFigures& f) {
  const WordFigures& w = *f.words;
  HtmlTable t({"words", "taken", "of", "share"});
  t.row({text("program"), number(count(w.words)), number(count(w.most)),
         number(share_text(double(w.words) / std::max(w.most, 1U)))});
  const auto part = [&](const char* what, unsigned words) {
    t.row({text(what), number(count(words)), number(count(w.words)),
           number(share_text(double(words) / std::max(w.words, 1U)))});
  };
  part("commands to memory, among them", w.commands);
  part("branches", w.branches);
  part("words that do nothing", w.nops);
  return section("resources", "Code store",
                 paragraph("Every engine holds the same program; the firmware says how many words "
                           "it may have.",
                           "soft") +
                     t.html());
}

std::string card_maps_section(const ReportFigures& f) {
  if (f.card_maps.empty())
    return section("maps", "Maps", paragraph("The program has none."));
  HtmlTable t({"map", "kind", "key, bytes", "value, bytes", "entries"});
  for (const MapDefinition& m : f.card_maps)
    t.row({text(m.name), text(map_type(m)), number(count(m.key_size)), number(count(m.value_size)),
           number(count(m.max_entries))});
  return section(
      "maps", "Maps",
      paragraph("In the card's external memory, shared by all engines. A look-up is a call of the "
                "firmware's; a counter is added to where it lies.",
                "soft") +
          t.html());
}

} // namespace pw::cli::report
