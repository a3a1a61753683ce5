// What a pipeline means, packet by packet: its operations one after another, maps as plain arrays.
// Knows nothing of stages, so that any schedule must give what this gives.
#pragma once

#include "ir/pipeline.h"

#include "llvm/ADT/APInt.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace pw::test {

struct Outcome {
  std::uint32_t retval = 0;
  std::vector<std::uint8_t> bytes;
  std::uint8_t trap = 0;
  bool operator==(const Outcome&) const = default;
};

class Evaluator {
public:
  explicit Evaluator(const pipeline::Pipeline&);
  Outcome run(const std::vector<std::uint8_t>& packet);
  // Words of a column, by slot * count + index.
  std::vector<llvm::APInt>& column(unsigned map, unsigned column) { return words_[map][column]; }
  // Hash, present and table maps: what a lookup of a key finds.
  std::map<std::vector<std::uint8_t>, std::uint64_t>& slots(unsigned map) { return slots_[map]; }

private:
  llvm::APInt compute(const pipeline::Operation&, const std::vector<std::uint8_t>& packet);
  void effect(const pipeline::Operation&);
  llvm::APInt field(const pipeline::Operation&, const std::vector<std::uint8_t>& packet,
                    unsigned width);
  llvm::APInt input(pipeline::Input, unsigned width, std::size_t length);
  llvm::APInt find(const pipeline::Operation&, unsigned width);
  llvm::APInt access(const pipeline::Operation&, unsigned width);
  std::optional<std::uint64_t> take(const pipeline::Operation&);
  void evict(const pipeline::Operation&);
  std::size_t word(const pipeline::Operation&, std::size_t index_operand);
  Outcome leave(const std::vector<std::uint8_t>& packet);
  const llvm::APInt& in(const pipeline::Operation& op, std::size_t n) const {
    return values_[op.operands[n]];
  }

  const pipeline::Pipeline& pipeline_;
  std::vector<llvm::APInt> values_;
  std::map<int, std::uint8_t> written_;
  std::vector<std::vector<std::vector<llvm::APInt>>> words_;
  std::vector<std::map<std::vector<std::uint8_t>, std::uint64_t>> slots_;
  // Tables, by map: free slots in the order in which they became free; the lowest never used; when
  // slots were used last; where the next victim is looked for.
  std::map<unsigned, std::vector<std::uint64_t>> free_;
  std::map<unsigned, std::uint64_t> next_, hands_;
  std::map<unsigned, std::map<std::uint64_t, std::uint64_t>> stamps_;
  std::uint32_t packets_ = 0;
};

} // namespace pw::test
