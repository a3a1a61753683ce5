// immed[gprA_1, 5] where gprA_1 holds 5 already, whichever way led there: gone.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"
#include "backends/nfp/allocate/values.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;
using Known = std::map<Place, std::uint32_t>;

class KnownConstants {
public:
  explicit KnownConstants(Function& f) : f_(f), places_(f), at_begin_(f.blocks.size()) {}

  void run() {
    at_begin_[0] = Known{};
    const auto before = predecessors(f_);
    std::vector<bool> visited(f_.blocks.size());
    for (BlockId b : reverse_post_order(f_)) {
      const bool loops = std::ranges::any_of(before[b], [&](BlockId p) { return !visited[p]; });
      Known known = loops ? Known{} : *at_begin_[b]; // what a loop changes isn't known yet
      visited[b] = true;
      std::vector<Instruction> body;
      for (std::size_t n = 0; n < f_.blocks[b].body.size(); ++n)
        if (!redundant(f_.blocks[b].body, n, known))
          body.push_back(std::move(f_.blocks[b].body[n]));
      f_.blocks[b].body = std::move(body);
      for (BlockId s : successors(f_.blocks[b]))
        at_begin_[s] = at_begin_[s] ? common(*at_begin_[s], known) : known;
    }
  }

private:
  static Known common(const Known& x, const Known& y) {
    Known both;
    std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::inserter(both, both.end()));
    return both;
  }

  static bool holds(const Known& known, const std::vector<Place>& places, std::uint32_t value) {
    return std::all_of(places.begin(), places.end(), [&](Place p) {
      const auto held = known.find(p);
      return held != known.end() && held->second == value;
    });
  }

  bool redundant(const std::vector<Instruction>& body, std::size_t n, Known& known) {
    const Instruction& i = body[n];
    effects(i, places_, effects_);
    const bool bundled = i.follows || (n + 1 < body.size() && body[n + 1].follows);
    const auto value = loaded_constant(i);
    if (!value || i.dst.kind == Kind::Local) {
      for (Place p : effects_.writes)
        known.erase(p);
      return false;
    }
    if (!bundled && holds(known, effects_.writes, *value))
      return true;
    for (Place p : effects_.writes)
      known[p] = *value;
    return false;
  }

  Function& f_;
  Places places_;
  Effects effects_;
  std::vector<std::optional<Known>> at_begin_;
};

} // namespace

void drop_known_constants(Function& f) { KnownConstants(f).run(); }

} // namespace pw::nfp
