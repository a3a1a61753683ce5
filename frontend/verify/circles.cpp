#include "frontend/verify/circles.h"

#include <algorithm>

namespace pw::verify {

namespace {

bool is_loop_head(const Exploration& e, const Node& node) {
  const Function& f = *e.contexts[node.context].function;
  const Block& b = f.blocks[node.block];
  return !node.loop_step && !b.components.empty() &&
         f.components[b.components.back()].head == node.block;
}

bool same_states(const Exploration& e, const std::vector<unsigned>& a, std::vector<unsigned> b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](unsigned x) {
    const auto match = std::ranges::find_if(
        b, [&](unsigned y) { return same_knowledge(e.nodes[x].entry, e.nodes[y].entry); });
    if (match == b.end())
      return false;
    b.erase(match);
    return true;
  });
}

// Is b in a later round of the same loop, nothing around it having gone on?
bool follows(const Node& a, const Node& b) {
  return std::equal(a.iterations.begin(), a.iterations.end() - 1, b.iterations.begin(),
                    b.iterations.end() - 1) &&
         a.iterations.back() < b.iterations.back();
}

} // namespace

bool Circles::closed(const Exploration& e, const std::vector<unsigned>& here) {
  const Node& node = e.nodes[here.front()];
  if (!is_loop_head(e, node))
    return false;
  Anchor& anchor = anchors_[{node.context, node.block}];
  if (anchor.nodes.empty() || !follows(e.nodes[anchor.nodes.front()], node)) {
    anchor = {here, 0, 1};
    return false;
  }
  if (same_states(e, anchor.nodes, here))
    return true;
  if (++anchor.rounds == anchor.patience)
    anchor = {here, 0, 2 * anchor.patience};
  return false;
}

} // namespace pw::verify
