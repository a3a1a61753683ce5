// Blocks that go on in the same way and end with the same instructions share them:
//   b1: x; y; z -> s      b2: w; y; z -> s      =>   b1: x -> m   b2: w -> m   m: y; z -> s
#include "backends/nfp/allocate/fingerprint.h"
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace pw::nfp {
namespace {

constexpr BlockId leaves = ~0u; // the next packet

class TailMerger {
public:
  explicit TailMerger(Function& f) : f_(f) {}

  bool run() {
    bool any = false;
    while (round()) {
      simplify_flow(f_);
      any = true;
    }
    return any;
  }

private:
  // How a block goes on: its branch and where both ways lead; then its last bundle.
  using Key = std::tuple<Fingerprint, BlockId, BlockId, Fingerprint>;

  bool round() {
    prints_.clear();
    std::map<Key, std::vector<BlockId>> groups;
    for (BlockId b = 0; b < f_.blocks.size(); ++b) {
      prints_.push_back(bundles(f_.blocks[b].body));
      if (!prints_[b].empty())
        groups[key(b)].push_back(b);
    }
    bool any = false; // groups have no block in common: all can be merged
    for (auto& [key, members] : groups)
      if (members.size() > 1) {
        merge(members);
        any = true;
      }
    return any;
  }

  Key key(BlockId b) const {
    const Block& block = f_.blocks[b];
    Fingerprint branch;
    if (block.branch) {
      Instruction untargeted = *block.branch;
      untargeted.target = {}; // the blocks say where it leads
      append_fingerprint(untargeted, branch);
    }
    return {branch, block.taken.value_or(leaves), block.next.value_or(leaves), prints_[b].back()};
  }

  static std::vector<Fingerprint> bundles(const std::vector<Instruction>& body) {
    std::vector<Fingerprint> out;
    for (std::size_t i = 0; i < body.size(); ++i) {
      if (!body[i].follows || out.empty())
        out.emplace_back();
      append_fingerprint(body[i], out.back());
    }
    return out;
  }

  // Bundles that the ends of all have in common.
  std::size_t common(const std::vector<BlockId>& members) const {
    const auto& first = prints_[members[0]];
    for (std::size_t n = 1;; ++n)
      for (BlockId b : members)
        if (prints_[b].size() <= n || first.size() <= n ||
            prints_[b][prints_[b].size() - 1 - n] != first[first.size() - 1 - n])
          return n;
  }

  void merge(const std::vector<BlockId>& members) {
    const std::size_t n = common(members);
    Block shared = f_.blocks[members[0]];
    const std::size_t first = first_of_last(shared.body, n);
    shared.body.erase(shared.body.begin(), shared.body.begin() + long(first));
    const BlockId id = BlockId(f_.blocks.size());
    for (BlockId b : members) {
      Block& block = f_.blocks[b];
      block.body.resize(first_of_last(block.body, n));
      block.branch.reset();
      block.taken.reset();
      block.next = id;
    }
    f_.blocks.push_back(std::move(shared));
  }

  // Index of the first instruction of the last n bundles.
  static std::size_t first_of_last(const std::vector<Instruction>& body, std::size_t n) {
    std::size_t i = body.size();
    for (; n > 0; --n) {
      --i;
      while (body[i].follows && i > 0)
        --i;
    }
    return i;
  }

  Function& f_;
  std::vector<std::vector<Fingerprint>> prints_; // by block, by bundle
};

} // namespace

bool merge_tails(Function& f) { return TailMerger(f).run(); }

} // namespace pw::nfp
