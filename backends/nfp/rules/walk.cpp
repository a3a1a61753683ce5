#include "backends/nfp/rules/walk.h"

#include <map>

namespace pw::nfp::rules {

using verify::Block;
using verify::Node;

Walk::Walk(const Object& object, const Program& program)
    : object_(object), end_(unsigned(program.insns.size())),
      linked_(std::make_unique<verify::Linked>(object, program)) {
  VerifyOptions options;
  options.micro_engine = true;
  verify::Report report(*linked_);
  try {
    explored_ = verify::explore(object, *linked_, options, report, true);
    complaints_ = report.take();
    if (explored_.code.empty()) // refused before it was looked at
      explored_.code = isa::decode(linked_->whole.insns);
  } catch (const Failure& failure) { // of decoding
    complaints_ = failure.diagnostics();
  }
  if (!explored_.graph && !explored_.code.empty())
    explored_.graph = std::make_unique<verify::Graph>(explored_.code, linked_->whole);
  note_reached();
}

void Walk::note_reached() {
  if (!explored_.complete)
    return;
  reached_.assign(linked_->whole.insns.size(), false);
  for (unsigned n : explored_.order) {
    const Node& node = explored_.nodes[n];
    const Block& block = explored_.contexts[node.context].function->blocks[node.block];
    for (unsigned i = block.first; i <= block.last; ++i)
      reached_[i] = true;
  }
}

void Walk::walk_node(unsigned n, Shadow& shadow,
                     const std::function<void(const Visit&)>& visit) const {
  const Node& node = explored_.nodes[n];
  const Block& block = explored_.contexts[node.context].function->blocks[node.block];
  if (node.loop_step || block.first >= end_)
    return;
  verify::Report silent(*linked_);
  verify::Transfer transfer(object_, linked_->whole, explored_.code, silent, true);
  transfer.next_id() = 1u << 31; // never one of the exploration's
  verify::State state = node.entry;
  for (unsigned i = block.first; i <= block.last; ++i) {
    if (!explored_.code[i])
      continue;
    visit({i, *explored_.code[i], state, shadow});
    step(shadow, state, *explored_.code[i]);
    if (i < block.last)
      transfer.step(state, i);
  }
}

void Walk::each(const std::function<void(const Visit&)>& visit) const {
  std::map<unsigned, Shadow> waiting; // by node
  for (unsigned n : explored_.order) {
    Shadow shadow;
    if (const auto found = waiting.find(n); found != waiting.end()) {
      shadow = std::move(found->second);
      waiting.erase(found);
    }
    shadow.frames.resize(explored_.nodes[n].entry.frames.size());
    walk_node(n, shadow, visit);
    for (const verify::Edge& edge : explored_.nodes[n].edges) {
      Shadow next = shadow;
      follow(next, edge.kind, explored_.nodes[edge.to].entry.frames.size());
      const auto [there, fresh] = waiting.try_emplace(edge.to, next);
      if (!fresh)
        join_into(there->second, next);
    }
  }
}

} // namespace pw::nfp::rules
