// Stores wait for their neighbours until something else happens to memory; then each run of bytes
// is written by one command.
#include "backends/nfp/select/selector.h"

#include <algorithm>

namespace pw::nfp {

using namespace llvm;

namespace {
constexpr std::uint8_t packet_address = 2; // word of the packet vector
constexpr std::int64_t most_bytes = 32;    // of a command
} // namespace

void Selector::store(StoreInst& s) {
  const auto place = place_of(s.getPointerOperand());
  const unsigned bytes = bytes_of(s.getValueOperand()->getType());
  const bool fits = std::all_of(pending_.begin(), pending_.end(), [&](const Store& o) {
    const bool overlap =
        o.place.offset < place->offset + bytes && place->offset < o.place.offset + o.bytes;
    return o.place.packet == place->packet && o.place.base == place->base && !overlap;
  });
  if (!fits)
    flush_stores();
  pending_.push_back({&s, *place, bytes});
}

void Selector::flush_stores() {
  std::vector<Store> all = std::move(pending_);
  pending_.clear();
  std::sort(all.begin(), all.end(),
            [](const Store& a, const Store& b) { return a.place.offset < b.place.offset; });
  std::vector<Store> run;
  for (const Store& s : all) {
    const bool joins = !run.empty() &&
                       run.back().place.offset + run.back().bytes == s.place.offset &&
                       s.place.offset + s.bytes - run.front().place.offset <= most_bytes;
    if (!run.empty() && !joins) {
      write_run(run);
      run.clear();
    }
    run.push_back(s);
  }
  if (!run.empty())
    write_run(run);
}

// What the stores put into the bytes [at, at + bytes), as a word.
Word Selector::piece(const std::vector<Store>& run, std::int64_t at, unsigned bytes) {
  const Word32 care = low_bits(8 * bytes);
  Word all = constant_word(0);
  for (const Store& s : run) {
    const std::int64_t distance = s.place.offset - at;
    if (distance >= std::int64_t(bytes) || distance + s.bytes <= 0)
      continue;
    Words value = words(s.instruction->getValueOperand());
    value.back() = masked(value.back(), low_bits(8 * s.bytes - 32 * unsigned(value.size() - 1)));
    const auto word = [&](std::size_t i) { return i < value.size() ? value[i] : constant_word(0); };
    Word part;
    if (distance >= 0) {
      part = shifted_left(word(0), unsigned(distance) * 8);
    } else {
      const auto skipped = std::size_t(-distance);
      const unsigned right = unsigned(skipped % 4) * 8;
      part =
          right == 0 ? word(skipped / 4) : funnel(word(skipped / 4 + 1), word(skipped / 4), right);
    }
    all = e_.combine(all, masked(part, care), care);
  }
  return all;
}

void Selector::write_run(const std::vector<Store>& run) {
  const Place& start = run.front().place;
  const auto bytes = unsigned(run.back().place.offset + run.back().bytes - start.offset);
  e_.where = location_of(*run.front().instruction, program_);
  const unsigned words = (bytes + 3) / 4;
  std::vector<Word> parts;
  for (unsigned i = 0; i < words; ++i) {
    Word w = piece(run, start.offset + 4 * i, std::min(4u, bytes - 4 * i));
    if (!start.packet && tables_.counter(start.base, start.offset + 4 * i))
      w = byte_swapped({w}, 32)[0]; // kept big-endian
    parts.push_back(w);
  }
  const auto [high, low] =
      start.packet ? std::pair{local(1, packet_address), packet_offset(start.base, start.offset)}
                   : address(start.base, start.offset);
  const unsigned group = e_.group(words, true);
  for (unsigned i = 0; i < words; ++i)
    e_.put(transfer(group, std::uint16_t(i)), parts[i], low_bits(8 * std::min(4u, bytes - 4 * i)));
  const bool whole = bytes % 4 == 0;
  transfer_bytes(whole ? Memory::Write32Swap : Memory::Write8Swap, high, low,
                 start.packet ? AddressMode::Sum32 : AddressMode::Shift8A, group,
                 whole ? words : bytes, !whole);
}

} // namespace pw::nfp
