// The pipeline as a picture: stages from top to bottom, arcs of interlocks on their left, maps on
// their right.
#include "cli/report/draw.h"
#include "cli/report/html.h"
#include "cli/report/svg.h"

#include <algorithm>
#include <map>

namespace pw::cli::report {

using pipeline::OpKind;

namespace {

constexpr double box_width = 600, map_width = 210, map_height = 78;
constexpr double arc_room = 165, map_room = 110; // on both sides of the stages
constexpr double head = 24, row = 16, foot = 8;  // of a stage's box
constexpr double gap = 30, fifo_gap = 54;        // behind it
constexpr double widest = 64;                    // connection
constexpr std::size_t most_rows = 3;             // of each kind
constexpr std::size_t characters = 80;           // of a row, in the narrowest usual font

struct Row {
  std::string text;
  const char* name; // class
};

struct Place {
  double top = 0, bottom = 0;
  double middle() const { return (top + bottom) / 2; }
};

void add_rows(std::vector<Row>& rows, const std::vector<std::string>& texts, const char* name) {
  for (std::size_t i = 0; i < std::min(texts.size(), most_rows); ++i)
    rows.push_back({shortened(texts[i], characters), name});
  if (texts.size() > most_rows)
    rows.push_back({"and " + std::to_string(texts.size() - most_rows) + " more", "wait"});
}

std::vector<Row> rows_of(const StageText& s) {
  std::vector<Row> rows;
  add_rows(rows, s.match, "match");
  add_rows(rows, s.actions, "do");
  if (rows.empty())
    rows.push_back({"waits for a memory or a look-up that an earlier stage began", "wait"});
  return rows;
}

// How a stage accesses a map; the last of these that it does gives the colour.
enum class Access { Find, Read, Write };

constexpr const char* access_class(Access a) {
  return a == Access::Find ? "find" : a == Access::Read ? "read" : "write";
}

std::optional<Access> access_of(OpKind kind) {
  switch (kind) {
  case OpKind::MapFind:
  case OpKind::MapAccess:
    return Access::Find;
  case OpKind::MapRead:
    return Access::Read;
  case OpKind::MapWrite:
    return Access::Write;
  default:
    return std::nullopt;
  }
}

class Picture {
public:
  explicit Picture(const ReportFigures& f) : f_(f), p_(*f.pipeline) {
    const bool waits = std::ranges::any_of(f.maps, [](auto& m) { return !m.use.waits.empty(); });
    left_ = waits ? arc_room : 4;
    right_ = left_ + box_width;
    maps_ = right_ + map_room;
    place_stages();
    find_accesses();
    place_maps();
  }

  std::string html() {
    Svg svg(p_.maps.empty() ? right_ + 4 : maps_ + map_width + 4, bottom_,
            "The pipeline of " + p_.name);
    ends(svg);
    connections(svg);
    accesses(svg);
    for (const StageText& s : f_.stages)
      stage(svg, s);
    for (unsigned m = 0; m < p_.maps.size(); ++m)
      map(svg, m);
    arcs(svg);
    return svg.html();
  }

private:
  bool begins_region(unsigned stage) const {
    return stage != 0 && f_.stages[stage].region != f_.stages[stage - 1].region;
  }

  void place_stages() {
    double y = 34 + gap;
    for (const StageText& s : f_.stages) {
      if (begins_region(s.stage))
        y += fifo_gap - gap;
      rows_.push_back(rows_of(s));
      places_.push_back({y, y + head + row * double(rows_.back().size()) + foot});
      y = places_.back().bottom + gap;
    }
    end_ = y;
    bottom_ = y + 36;
  }

  void find_accesses() {
    for (const pipeline::Operation& op : p_.operations)
      if (const auto access = access_of(op.kind); access && op.stage < places_.size()) {
        Access& a = accesses_[{op.map, op.stage}];
        a = std::max(a, *access);
      }
  }

  // Beside the stages that access them, but never one over the other.
  void place_maps() {
    std::vector<std::pair<double, unsigned>> wanted;
    for (unsigned m = 0; m < p_.maps.size(); ++m) {
      double sum = 0, count = 0;
      for (const auto& [key, access] : accesses_)
        if (key.first == m) {
          sum += places_[key.second].middle();
          ++count;
        }
      wanted.emplace_back(count == 0 ? end_ : sum / count, m);
    }
    std::ranges::sort(wanted);
    map_top_.resize(p_.maps.size());
    double free = 8;
    for (const auto& [middle, m] : wanted) {
      map_top_[m] = std::max(free, middle - map_height / 2);
      free = map_top_[m] + map_height + 14;
    }
    bottom_ = std::max(bottom_, free + 4);
  }

  void ends(Svg& svg) const {
    svg.rect(left_, 4, box_width, 30, "end");
    svg.text(left_ + 10, 24,
             "frames in: bus of " + std::to_string(p_.bus_bytes * 8) + " bits, headers of up to " +
                 std::to_string(p_.window_bytes) + " bytes",
             "title");
    svg.rect(left_, end_, box_width, 30, "end");
    svg.text(left_ + 10, end_ + 20, "frames out, with the verdict", "title");
  }

  double width_of(std::uint64_t bits) const {
    std::uint64_t most = p_.window_bytes * 8;
    for (const StageText& s : f_.stages)
      most = std::max<std::uint64_t>(most, s.register_bits);
    return most == 0 ? 3 : 3 + widest * double(bits) / double(most);
  }

  void connection(Svg& svg, double from, double to, std::uint64_t bits) const {
    const double w = width_of(bits), x = left_ + box_width / 2;
    svg.rect(x - w / 2, from, w, to - from, "flow");
    svg.text(x + w / 2 + 8, from + gap / 2 + 4, std::to_string(bits) + " bits", "tick");
  }

  void connections(Svg& svg) const {
    const double x = left_ + box_width / 2;
    svg.line(x, 34, x, places_.empty() ? end_ : places_[0].top, "link");
    for (std::size_t s = 0; s + 1 < places_.size(); ++s) {
      connection(svg, places_[s].bottom, places_[s + 1].top, f_.stages[s].register_bits);
      if (begins_region(unsigned(s + 1)))
        fifo(svg, p_.regions[f_.stages[s + 1].region], places_[s + 1].top - 26);
    }
    if (!places_.empty())
      svg.line(x, places_.back().bottom, x, end_, "link");
  }

  void fifo(Svg& svg, const pipeline::Region& region, double y) const {
    const double x = left_ + box_width / 2 - 90;
    svg.rect(x, y, 180, 20, "fifo");
    svg.text(x + 90, y + 14, "FIFO of " + std::to_string(region.fifo_depth) + " packets", "tick",
             "middle");
  }

  void stage(Svg& svg, const StageText& s) const {
    const Place& at = places_[s.stage];
    svg.rect(left_, at.top, box_width, at.bottom - at.top, "stage");
    svg.text(left_ + 10, at.top + 17, "stage " + std::to_string(s.stage), "title");
    if (p_.regions.size() > 1)
      svg.text(right_ - 10, at.top + 17, "region " + std::to_string(s.region), "tick", "end");
    double y = at.top + head + 11;
    for (const Row& r : rows_[s.stage]) {
      svg.text(left_ + 10, y, r.text, r.name);
      y += row;
    }
  }

  void accesses(Svg& svg) const {
    for (const auto& [key, access] : accesses_) {
      const double from = places_[key.second].middle();
      const double to = map_top_[key.first] + map_height / 2;
      const double bend = (right_ + maps_) / 2;
      svg.path("M" + coordinate(right_) + " " + coordinate(from) + " C" + coordinate(bend) + " " +
                   coordinate(from) + " " + coordinate(bend) + " " + coordinate(to) + " " +
                   coordinate(maps_) + " " + coordinate(to),
               access_class(access));
    }
  }

  void map(Svg& svg, unsigned m) const {
    const MapFigures& figures = f_.maps[m];
    const pipeline::Map& map = p_.maps[m];
    const double y = map_top_[m], x = maps_ + 10;
    svg.rect(maps_, y, map_width, map_height, "map", "rx=\"6\"", figures.text);
    svg.text(x, y + 19, shortened(map.name, 24), "title");
    svg.text(x, y + 36, shortened(figures.text.substr(0, figures.text.find(',')), 30), "tick");
    svg.text(x, y + 52,
             std::to_string(map.max_entries) + " x (" + std::to_string(map.key_bytes) + " + " +
                 std::to_string(map.value_bytes) + " bytes)",
             "tick");
    const MemoryDemand& d = figures.demand;
    svg.text(x, y + 68,
             d.logic != 0 ? std::to_string(d.logic) + " LUTs, " + std::to_string(d.flip_flops) +
                                " flip-flops"
             : d.ultra + d.blocks == 0
                 ? std::to_string(d.luts) + " LUTs as memory"
                 : std::to_string(d.blocks) + " BRAM36, " + std::to_string(d.ultra) + " URAM288",
             "tick");
  }

  // From the entrance where packets wait to the last stage of the packets that they wait for.
  void arcs(Svg& svg) const {
    unsigned count = 0;
    for (const MapFigures& m : f_.maps)
      for (const MapWait& w : m.use.waits)
        if (w.stage < places_.size())
          arc(svg, m, w, count++);
  }

  void arc(Svg& svg, const MapFigures& m, const MapWait& w, unsigned index) const {
    const std::size_t last = std::min<std::size_t>(w.stage + w.distance, places_.size() - 1);
    const double from = places_[w.stage].top + 6 + 8 * double(index % 3);
    const double to = places_[last].bottom - 6 - 8 * double(index % 3);
    const double bend = left_ - 40 - 22 * double(index % 3);
    const std::string left = coordinate(bend) + " ";
    svg.path("M" + coordinate(left_) + " " + coordinate(from) + " C" + left + coordinate(from) +
                 " " + left + coordinate(to) + " " + coordinate(left_) + " " + coordinate(to),
             "arc", m.map->name + ": " + text_of(m.use));
    const double y = (from + to) / 2 - 10 + 44 * double(index % 3);
    svg.text(6, y, shortened(m.map->name, 14), "arctext");
    svg.text(6, y + 14, "up to " + std::to_string(w.distance) + " clk", "arctext");
    svg.text(6, y + 28,
             w.when_full ? "if nearly full"
             : w.keyed   ? "same entry"
                         : "any packet",
             "arctext");
  }

  const ReportFigures& f_;
  const pipeline::Pipeline& p_;
  std::vector<std::vector<Row>> rows_;
  std::vector<Place> places_;
  std::map<std::pair<unsigned, unsigned>, Access> accesses_; // by map and stage
  std::vector<double> map_top_;
  double left_ = 0, right_ = 0, maps_ = 0; // edges of the stages, left edge of the maps
  double end_ = 0, bottom_ = 0;
};

} // namespace

std::string pipeline_picture(const ReportFigures& f) { return Picture(f).html(); }

} // namespace pw::cli::report
