// Weak topological order (Bourdoncle 1993): a list of blocks and components (loops, irreducible
// ones included), in which every edge that goes backwards leads to the head of a component that it
// starts in. Counting the passes through each head makes a proper order of the unrolled program.
//
//   visit(v): number v; follow its edges; if nothing below v reaches above it, v is done: alone,
//   or, if something
//             reaches v itself, as the head of a component whose inside is ordered again without v.
#include "frontend/verify/cfg.h"

#include <algorithm>
#include <limits>
#include <memory>

namespace pw::verify {
namespace {

struct Element {
  unsigned block = 0;
  bool is_component = false;
  std::vector<Element> inside; // behind the head
};

class Order {
public:
  explicit Order(Function& f) : f_(f), number_(f.blocks.size(), 0) {}

  void run() {
    std::vector<Element> all;
    visit(0, all);
    std::reverse(all.begin(), all.end());
    place(all, {}, {});
  }

private:
  static constexpr unsigned finished = std::numeric_limits<unsigned>::max();

  unsigned visit(unsigned v, std::vector<Element>& out) {
    stack_.push_back(v);
    number_[v] = ++count_;
    unsigned head = number_[v];
    bool loop = false;
    for (unsigned w : f_.blocks[v].successors) {
      const unsigned reached = number_[w] == 0 ? visit(w, out) : number_[w];
      if (reached <= head) {
        head = reached;
        loop = true;
      }
    }
    if (head == number_[v])
      finish(v, loop, out);
    return head;
  }

  void finish(unsigned v, bool loop, std::vector<Element>& out) {
    number_[v] = finished;
    Element e{v, loop, {}};
    while (stack_.back() != v) {
      number_[stack_.back()] = 0;
      stack_.pop_back();
    }
    stack_.pop_back();
    if (loop) {
      for (unsigned w : f_.blocks[v].successors)
        if (number_[w] == 0)
          visit(w, e.inside);
      std::reverse(e.inside.begin(), e.inside.end());
    }
    out.push_back(std::move(e));
  }

  void place(const std::vector<Element>& list, std::vector<unsigned> components,
             std::vector<std::uint32_t> positions) {
    positions.push_back(0);
    for (const Element& e : list) {
      if (!e.is_component)
        settle(e.block, components, positions);
      else
        place_component(e, components, positions);
      ++positions.back();
    }
  }

  void place_component(const Element& e, std::vector<unsigned> components,
                       std::vector<std::uint32_t> positions) {
    components.push_back(unsigned(f_.components.size()));
    f_.components.push_back({e.block});
    Element head{e.block, false, {}};
    std::vector<Element> list{head};
    list.insert(list.end(), e.inside.begin(), e.inside.end());
    place(list, components, positions);
  }

  void settle(unsigned block, const std::vector<unsigned>& components,
              const std::vector<std::uint32_t>& positions) {
    f_.blocks[block].components = components;
    f_.blocks[block].positions = positions;
  }

  Function& f_;
  std::vector<unsigned> number_, stack_;
  unsigned count_ = 0;
};

} // namespace

void order_blocks(Function& f) { Order(f).run(); }

} // namespace pw::verify
