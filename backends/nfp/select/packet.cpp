// Loads, from the packet and from maps' values.
#include "backends/nfp/select/selector.h"

#include <algorithm>

namespace pw::nfp {

using namespace llvm;

namespace {
constexpr unsigned direct = 8; // words or bytes of a command without an override
constexpr std::int64_t address_limit = 127;
constexpr std::uint8_t packet_address = 2; // word of the packet vector
} // namespace

void Selector::transfer_bytes(Memory memory, const Operand& a, const Operand& b, AddressMode mode,
                              unsigned group, unsigned count, bool bytes) {
  Instruction command;
  command.op = Op::Command;
  command.memory = memory;
  command.mode = mode;
  command.a = a;
  command.b = b;
  command.count = std::uint8_t(count);
  command.data = transfer(group, 0);
  if (count > direct) { // the length comes from the result before
    Instruction length;
    length.op = Op::Immed;
    length.immediate = std::uint16_t((count - 1) << 8 | 0x80);
    e_.push(std::move(length));
    command.indirect = command.follows = true;
  }
  e_.push(std::move(command));
}

Operand Selector::packet_offset(const Value* base, std::int64_t coordinate) {
  const auto place = Word32(coordinate);
  if (base)
    return e_.operand(sum(clean(base), constant_word(place), ~Word32{0}));
  if (coordinate >= 0 && coordinate <= address_limit)
    return constant(place);
  const Operand offset = e_.fresh();
  e_.load_into(offset, place);
  return offset;
}

bool Selector::waits_for_store(const Read& r) const {
  return std::any_of(pending_.begin(), pending_.end(), [&](const Store& s) {
    const bool apart = s.place.base == r.base && (s.place.offset >= r.first + 4 * r.words ||
                                                  s.place.offset + s.bytes <= r.first);
    return s.place.packet == r.packet && !apart;
  });
}

void Selector::emit_reads(const llvm::Instruction& before) {
  const auto found = reads_.find(&before);
  if (found == reads_.end())
    return;
  for (const Read& r : found->second) {
    if (waits_for_store(r))
      flush_stores();
    emit_read(r);
  }
}

void Selector::emit_read(const Read& r) {
  const unsigned group = e_.group(r.words, false);
  if (r.packet) {
    const Operand offset = packet_offset(r.base, r.first);
    transfer_bytes(Memory::Read32Swap, local(1, packet_address), offset, AddressMode::Sum32, group,
                   r.words, false);
  } else {
    const auto [high, low] = address(r.base, r.first);
    transfer_bytes(r.counters ? Memory::Read32 : Memory::Read32Swap, high, low,
                   AddressMode::Shift8A, group, r.words, false);
  }
  for (const LoadInst* l : r.loads)
    loads_[l] = {group, r.first};
}

// `bytes` (1..4) bytes at the place `at`.
Word Selector::loaded(const LoadInst& l, std::int64_t at, unsigned bytes) {
  const Source& s = loads_.at(&l);
  const auto place = std::uint64_t(at - s.first);
  const unsigned shift = unsigned(place % 4) * 8;
  const Word low = word_of(transfer(s.group, std::uint16_t(place / 4)));
  const Word32 mask = low_bits(8 * bytes);
  if (shift + 8 * bytes <= 32)
    return masked(shifted_right(low, shift), mask);
  const Word high = word_of(transfer(s.group, std::uint16_t(place / 4 + 1)));
  if (bytes == 4)
    return funnel(high, low, shift);
  return e_.combine(shifted_right(low, shift), masked(shifted_left(high, 32 - shift), mask), mask);
}

void Selector::load(LoadInst& l) {
  const auto place = place_of(l.getPointerOperand());
  if (!place)
    throw Failure(diagnose("PW-NFP-249", "a load from constant data is not selected"));
  Words w;
  const unsigned bytes = bytes_of(l.getType());
  for (unsigned done = 0; done < bytes; done += 4)
    w.push_back(loaded(l, place->offset + done, std::min(4u, bytes - done)));
  set(&l, std::move(w));
}

// ---- addresses in maps: {high word, low word} of 40 bits ----

std::pair<Operand, Operand> Selector::address(const Value* base, std::int64_t offset) {
  const Words w = words(base);
  return {e_.operand(w[1]), e_.operand(sum(w[0], constant_word(Word32(offset)), ~Word32{0}))};
}

void Selector::pointer(GetElementPtrInst& gep) {
  const Value* from = gep.getPointerOperand();
  if (isa<GlobalVariable>(from))
    return; // the packet, constant data: part of the access
  const Words w = words(from);
  const Words by = words(gep.getOperand(1));
  values_[&gep] = {sum(w[0], by[0], ~Word32{0}), w[1]};
}

} // namespace pw::nfp
