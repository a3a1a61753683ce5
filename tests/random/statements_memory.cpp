// Packet and stack.
#include "tests/random/builder.h"

#include <algorithm>

namespace pw::random {

void Builder::packet_statement() {
  std::optional<unsigned> pointer = pick(Kind::Packet);
  if (!pointer || bits_.percent(15))
    return depth_ < 4 ? packet_block() : alu_statement();
  if (bits_.percent(15))
    return advance_pointer(*pointer);
  for (unsigned count = bits_.between(1, 4); count > 0 && frame_.is(*pointer, Kind::Packet);
       --count)
    bits_.percent(60) ? load_packet(*pointer) : store_packet(*pointer);
}

// if (data [+ variable] + bytes <= data_end) { block } else { maybe another }
void Builder::packet_block() {
  bool meta = bits_.percent(mix_.meta);
  bool variable = !meta && bits_.percent(mix_.variable);
  unsigned index = variable ? scalar() : 0;
  unsigned pointer = variable ? fresh({index}) : fresh();
  unsigned end = variable ? fresh({index, pointer}) : fresh({pointer});
  unsigned limit = variable ? fresh({index, pointer, end}) : fresh({pointer, end});
  unsigned bytes = bits_.percent(80) ? bits_.between(1, 64) : bits_.between(1, 128);
  if (meta)
    bytes = bits_.between(1, 12);

  const int data = options_.tc ? int(offsetof(__sk_buff, data)) : int(offsetof(xdp_md, data));
  const int last =
      options_.tc ? int(offsetof(__sk_buff, data_end)) : int(offsetof(xdp_md, data_end));
  emit_.load(4, pointer, 6, meta ? int(offsetof(xdp_md, data_meta)) : data);
  emit_.load(4, end, 6, meta ? data : last);
  if (variable) {
    emit_.move(limit, index);
    mask(limit, bits_.of({4u, 8u, 16u, 32u, 64u}));
    if (bits_.percent(50))
      emit_.alu_imm(true, BPF_LSH, limit, std::int32_t(bits_.below(3)));
    emit_.alu_reg(true, BPF_ADD, pointer, limit);
    if (bits_.percent(50))
      emit_.alu_imm(true, BPF_ADD, pointer, std::int32_t(bits_.below(20)));
  }
  emit_.move(limit, pointer);
  emit_.alu_imm(true, BPF_ADD, limit, std::int32_t(bytes));
  Label out = emit_.label(), otherwise = emit_.label();
  if (bits_.percent(50))
    emit_.jump_reg(true, BPF_JGT, limit, end, otherwise);
  else
    emit_.jump_reg(true, BPF_JLT, end, limit, otherwise);

  Frame before = frame_;
  unsigned frozen_before = frozen_;
  frame_.regs[pointer] = {Kind::Packet, 0, bytes, 0};
  if (bits_.percent(mix_.freeze))
    frozen_ |= 1u << pointer;
  ++depth_;
  bits_.percent(80) ? load_packet(pointer) : store_packet(pointer);
  block(bits_.between(1, 6));
  frozen_ = frozen_before;
  Frame then = frame_;
  frame_ = before;
  emit_.jump(out);
  emit_.place(otherwise);
  if (bits_.percent(mix_.else_branch / 3))
    block(bits_.between(1, 2));
  --depth_;
  emit_.place(out);
  frame_ = Frame::join(then, frame_);
}

// A second pointer further on in what has been checked: the bytes behind it have negative offsets.
void Builder::advance_pointer(unsigned pointer) {
  const Content& content = frame_.regs[pointer];
  unsigned by = bits_.below(content.bytes);
  Content moved{Kind::Packet, 0, content.bytes - by, content.before + by};
  unsigned dst = fresh({pointer});
  emit_.move(dst, pointer);
  emit_.alu_imm(true, BPF_ADD, dst, std::int32_t(by));
  frame_.regs[dst] = moved;
}

int Builder::packet_offset(unsigned pointer, unsigned size) {
  const Content& content = frame_.regs[pointer];
  return int(bits_.below(content.before + content.bytes - size + 1)) - int(content.before);
}

void Builder::load_packet(unsigned pointer) {
  unsigned size = access_size(frame_.regs[pointer].bytes);
  bool sign = size < 8 && bits_.percent(mix_.modern);
  int offset = packet_offset(pointer, size);
  unsigned dst = bits_.percent(90) ? fresh({pointer}) : fresh();
  emit_.load(size, dst, pointer, offset, sign);
  frame_.scalar(dst);
}

void Builder::store_packet(unsigned pointer) {
  unsigned size = access_size(frame_.regs[pointer].bytes);
  int offset = packet_offset(pointer, size);
  if (bits_.percent(25))
    return emit_.store_imm(size, pointer, offset, bits_.interesting());
  std::optional<unsigned> source = pick(Kind::Scalar);
  if (source)
    emit_.store(size, pointer, offset, *source);
}

// Through the pointer that a callback gets: what the caller put on its stack.
void Builder::memory_access(unsigned pointer) {
  unsigned bytes = frame_.regs[pointer].bytes;
  unsigned size = access_size(bytes);
  int offset = int(bits_.below(bytes / size) * size);
  unsigned value = fresh({pointer});
  emit_.load(size, value, pointer, offset);
  frame_.scalar(value);
  if (bits_.percent(70)) {
    alu(value, bits_.percent(mix_.wide));
    emit_.store(size, pointer, offset, value);
  }
}

void Builder::stack_statement() {
  if (bits_.percent(mix_.variable / 2))
    return stack_indexed();
  bits_.percent(50) || frame_.written.none() ? stack_store() : stack_load();
}

void Builder::stack_store() {
  unsigned size = bits_.of({1u, 2u, 4u, 8u});
  unsigned at = bits_.below(data_bytes / size) * size;
  int offset = int(at) - int(data_bytes);
  if (bits_.percent(30))
    emit_.store_imm(size, 10, offset, bits_.interesting());
  else
    emit_.store(size, 10, offset, scalar());
  for (unsigned i = 0; i < size; ++i)
    frame_.written.set(at + i);
}

// Sizes and places need not be those of the stores before.
void Builder::stack_load() {
  std::vector<std::pair<unsigned, unsigned>> choices; // place, size
  for (unsigned size : {1u, 2u, 4u, 8u})
    for (unsigned at = 0; at + size <= data_bytes; at += size) {
      bool readable = true;
      for (unsigned i = 0; i < size; ++i)
        readable = readable && frame_.written.test(at + i);
      if (readable)
        choices.push_back({at, size});
    }
  if (choices.empty())
    return stack_store();
  auto [at, size] = bits_.of(choices);
  unsigned dst = fresh();
  emit_.load(size, dst, 10, int(at) - int(data_bytes), size < 8 && bits_.percent(mix_.modern));
  frame_.scalar(dst);
}

// Writes the bytes of an 8-byte word that are not written yet, or all of it.
void Builder::fill(unsigned at, bool all) {
  int offset = int(at) - int(data_bytes);
  bool none = true;
  for (unsigned i = 0; i < 8; ++i)
    none = none && !frame_.written.test(at + i);
  if (none || all)
    emit_.store_imm(8, 10, offset, bits_.interesting());
  for (unsigned i = 0; i < 8; ++i) {
    if (!none && !all && !frame_.written.test(at + i))
      emit_.store_imm(1, 10, offset + int(i), bits_.interesting());
    frame_.written.set(at + i);
  }
}

// A small array on the stack with an index known only at run time.
void Builder::stack_indexed() {
  constexpr unsigned length = 16;
  unsigned at = bits_.below(data_bytes / length) * length;
  int base = int(at) - int(data_bytes);
  for (unsigned i = 0; i < length; i += 8)
    fill(at + i, bits_.percent(30));

  unsigned size = bits_.of({1u, 1u, 2u, 4u, 8u});
  unsigned index = scalar(), pointer = fresh({index}), offset = fresh({index, pointer});
  emit_.move(offset, index);
  mask(offset, length / size);
  if (size > 1)
    emit_.alu_imm(true, BPF_LSH, offset, size == 2 ? 1 : size == 4 ? 2 : 3);
  emit_.move(pointer, 10);
  emit_.alu_imm(true, BPF_ADD, pointer, base);
  emit_.alu_reg(true, BPF_ADD, pointer, offset);
  if (bits_.percent(60))
    emit_.store(size, pointer, 0, scalar());
  unsigned dst = fresh({pointer});
  emit_.load(size, dst, pointer, 0);
  frame_.scalar(dst);
}

// A pointer goes to the stack, or comes back.
void Builder::spill_statement() {
  unsigned slot = bits_.below(spill_slots);
  if (frame_.spills[slot].kind != Kind::Unset && bits_.percent(60)) {
    unsigned dst = fresh();
    emit_.load(8, dst, 10, spill_offset(slot));
    frame_.regs[dst] = frame_.spills[slot];
    return;
  }
  std::optional<unsigned> pointer = pick(bits_.of({Kind::Packet, Kind::MapValue, Kind::Scalar}));
  if (!pointer)
    return;
  emit_.store(8, 10, spill_offset(slot), *pointer);
  frame_.spills[slot] = frame_.regs[*pointer];
}

} // namespace pw::random
