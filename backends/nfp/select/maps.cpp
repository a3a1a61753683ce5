// Helper calls and atomic additions; the card's convention is in the backend's README, "Helpers".
#include "backends/nfp/select/selector.h"

namespace pw::nfp {

using namespace llvm;

namespace {
constexpr unsigned lookup_helper = 1, delete_helper = 3;
constexpr std::uint16_t local_address_2 = 0x94; // CSR ActLMAddr2
constexpr unsigned value_offset = 64; // of an update's value from the stack's base: aligned to 64
constexpr unsigned delay = 3;         // until a new local memory address counts
} // namespace

void Selector::call(CallInst& i) {
  const StringRef name = i.getCalledFunction()->getName();
  const auto is_exit = [](const User* u) {
    const auto* c = dyn_cast<CallInst>(u);
    return c && c->getCalledFunction()->getName() == "pw.exit";
  };
  if (name == "pw.length" && all_of(i.users(), is_exit))
    return; // stays as it is
  if (name == "pw.length")
    return set(&i, {word_of(length(), ~Word32{0x3fff})});
  if (name == "pw.exit")
    return exit(i);
  if (name == "pw.random")
    return set(&i, {word_of(random())});
  if (name == "pw.queue")
    return choose_queue(words(i.getArgOperand(0)));
  if (name.starts_with("llvm.bswap"))
    return set(&i, byte_swapped(words(i.getArgOperand(0)), i.getType()->getIntegerBitWidth()));
  if (name.starts_with("llvm.fshl") || name.starts_with("llvm.fshr")) {
    const unsigned bits = i.getType()->getIntegerBitWidth();
    const auto n = unsigned(llvm::cast<ConstantInt>(i.getArgOperand(2))->getZExtValue() % bits);
    const bool left = name.starts_with("llvm.fshl");
    const Words x = words(i.getArgOperand(0)), y = words(i.getArgOperand(1));
    const unsigned up = left ? n : (bits - n) % bits;
    if (i.getArgOperand(0) == i.getArgOperand(1))
      return set(&i, rotate_left(x, up, bits));
    if (n == 0)
      return set(&i, left ? x : y);
    return set(&i,
               logic(llvm::Instruction::Or, shift_by_constant(llvm::Instruction::Shl, x, up, bits),
                     shift_by_constant(llvm::Instruction::LShr, y, bits - up, bits), bits));
  }
  flush_stores();
  const unsigned map = *map_of(name);
  if (name.starts_with("pw.event.") || name.starts_with("pw.sample."))
    return event(i, map);
  if (name.starts_with("pw.map.find"))
    return find(i, map);
  if (name.starts_with("pw.map.update"))
    return update(i, map);
  if (name.starts_with("pw.map.delete"))
    return erase(i, map);
  first_value(i, map);
}

void Selector::put_key(const Words& key, unsigned bytes) {
  for (unsigned i = 0; i < key.size(); ++i)
    e_.put(local(0, std::uint8_t(i)), key[i], low_bits(8 * std::min(4u, bytes - 4 * i)));
  unsigned& used = e_.function().stack_bytes;
  used = std::max(used, unsigned(key.size()) * 4);
}

void Selector::call_helper(unsigned helper, unsigned map) {
  Instruction call;
  call.op = Op::Call;
  call.helper = helper;
  call.value = tables_.table(map).id;
  e_.push(std::move(call));
}

Operand Selector::result(unsigned number) {
  const Operand dst = e_.fresh();
  e_.move(dst, register_of(Bank::Both, number));
  return dst;
}

void Selector::find(CallInst& i, unsigned map) {
  put_key(words(i.getArgOperand(0)), object_.maps[map].key_size);
  call_helper(lookup_helper, map);
  const Operand low = result(0);
  values_[&i] = {word_of(low), word_of(result(1))};
}

void Selector::first_value(CallInst& i, unsigned map) {
  put_key({constant_word(0)}, 4);
  call_helper(lookup_helper, map);
  const Operand low = result(0);
  values_[&i] = {word_of(low), word_of(result(1))};
}

void Selector::erase(CallInst& i, unsigned map) {
  put_key(words(i.getArgOperand(0)), object_.maps[map].key_size);
  call_helper(delete_helper, map);
  const Operand low = result(0);
  set(&i, {word_of(low), word_of(result(1))});
}

// The value stands behind *l$index2, on the stack behind the key. The key is written while the
// address takes effect.
void Selector::update(CallInst& i, unsigned map) {
  const Words key = words(i.getArgOperand(0));
  Words value = words(i.getArgOperand(1));
  for (unsigned w = 0; w < value.size(); ++w)
    if (tables_.counter(map, 4 * w))
      value[w] = byte_swapped({value[w]}, 32)[0];
  const Operand there = e_.alu(AluOp::Add, register_of(Bank::A, 22), constant(value_offset));
  Instruction csr;
  csr.op = Op::CsrWrite;
  csr.csr = local_address_2;
  csr.a = there;
  e_.push(std::move(csr));
  const std::size_t from = e_.function().blocks[e_.here()].body.size();
  put_key(key, object_.maps[map].key_size);
  e_.put(register_of(Bank::Both, update_flags_low), clean(i.getArgOperand(2)));
  e_.load_into(register_of(Bank::Both, update_flags_high), 0); // other flags are dealt with before
  while (e_.function().blocks[e_.here()].body.size() < from + delay)
    e_.push({});
  for (unsigned w = 0; w < value.size(); ++w)
    e_.put(local(2, std::uint8_t(w)), value[w],
           low_bits(std::min(32u, 8 * object_.maps[map].value_size - 32 * w)));
  unsigned& used = e_.function().stack_bytes;
  used = std::max(used, value_offset + unsigned(value.size()) * 4);
  call_helper(update_helper, map);
  const Operand low = result(0);
  set(&i, {word_of(low), word_of(result(1))});
}

void Selector::atomic_add(AtomicRMWInst& i) {
  flush_stores();
  const auto place = *place_of(i.getPointerOperand());
  const Words by = words(i.getValOperand());
  const auto [high, low] = address(place.base, place.offset);
  const unsigned group = e_.group(unsigned(by.size()), true);
  for (unsigned w = 0; w < by.size(); ++w)
    e_.put(transfer(group, std::uint16_t(w)), by[w]);
  Instruction add;
  add.op = Op::Command;
  add.memory = Memory::Add;
  add.mode = AddressMode::Shift8A;
  add.a = high;
  add.b = low;
  add.count = 1;
  add.wide = by.size() == 2;
  add.data = transfer(group, 0);
  e_.push(std::move(add));
}

} // namespace pw::nfp
