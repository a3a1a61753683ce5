// alu[d, --, B, s] with d and s never alive together: one node, and the move becomes nothing.
#include "backends/nfp/allocate/interference.h"

#include <algorithm>
#include <map>

namespace pw::nfp {
namespace {

// Registers that nothing takes while the node lives; as the other has to be taken along, too.
unsigned room(const Interference& graph, Node a, Node b) {
  constexpr Registers own = (Registers(1) << 23) - 1;
  const Registers taken = graph.taken(a) | graph.taken(b);
  return unsigned(__builtin_popcountll((own | own << bank_registers) & ~taken));
}

} // namespace

void coalesce(const Function& f, Interference& graph) {
  std::map<std::pair<unsigned, unsigned>, unsigned> count;
  for (const Block& b : f.blocks)
    for (const Instruction& i : b.body)
      if (is_move(i) && i.dst.kind == Operand::Kind::Virtual && i.b.kind == Operand::Kind::Virtual)
        ++count[std::minmax(i.dst.number, i.b.number)];
  std::vector<std::pair<unsigned, std::pair<unsigned, unsigned>>> moves;
  for (const auto& [pair, n] : count)
    moves.push_back({n, pair});
  std::stable_sort(moves.begin(), moves.end(),
                   [](const auto& x, const auto& y) { return x.first > y.first; });
  for (const auto& [n, pair] : moves) {
    const Node a = graph.node(pair.first), b = graph.node(pair.second);
    if (a != b && !graph.clash(a, b) && room(graph, a, b) >= 2)
      graph.join(a, b);
  }
}

} // namespace pw::nfp
