// Lookups, and what can be done with a value.
#include "tests/random/builder.h"

namespace pw::random {

// A lookup, the test for null, and a block in which the value is at hand.
void Builder::map_statement() {
  std::optional<unsigned> pointer = pick(Kind::MapValue);
  if (pointer && bits_.percent(50))
    return value_access(*pointer);
  std::optional<unsigned> chosen = pick_map(
      {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH,
       BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH, BPF_MAP_TYPE_LPM_TRIE});
  if (chosen && options_.changes && (frozen_ & 0x3f) == 0 && bits_.percent(50))
    return map_change(*chosen);
  if (!chosen || depth_ >= 4)
    return alu_statement();
  const MapDefinition& definition = map(*chosen);
  if ((frozen_ & 0x3f) != 0) // a call would lose what must stay
    return alu_statement();

  int key = -int(data_bytes) + int(bits_.below(4)) * 32;
  write_key(definition, key);
  emit_.load_map(1, *chosen);
  emit_.move(2, 10);
  emit_.alu_imm(true, BPF_ADD, 2, key);
  emit_.call(BPF_FUNC_map_lookup_elem);
  frame_.forget_call_registers();

  Label missing = emit_.label(), out = emit_.label();
  emit_.jump_imm(true, BPF_JEQ, 0, 0, missing);
  Frame absent = frame_;
  unsigned value = 0;
  if (bits_.percent(70)) {
    value = fresh({0});
    emit_.move(value, 0);
  }
  frame_.regs[value] = {Kind::MapValue, *chosen, definition.value_size, 0, false};
  unsigned frozen_before = frozen_;
  if (bits_.percent(mix_.freeze) && value >= 6)
    frozen_ |= 1u << value;
  ++depth_;
  value_access(value);
  block(bits_.below(5));
  frozen_ = frozen_before;
  Frame present = frame_;
  frame_ = absent;
  emit_.jump(out);
  emit_.place(missing);
  if (bits_.percent(mix_.else_branch / 2))
    block(bits_.between(1, 3));
  --depth_;
  emit_.place(out);
  frame_ = Frame::join(present, frame_);
}

// ---- changes ----

void Builder::map_change(unsigned chosen) {
  const MapDefinition& definition = map(chosen);
  int key = -int(data_bytes) + int(bits_.below(2)) * 32;
  write_key(definition, key);
  const bool update = bits_.percent(70);
  if (update) {
    value_argument(definition);
    flags_argument();
  }
  emit_.load_map(1, chosen);
  emit_.move(2, 10);
  emit_.alu_imm(true, BPF_ADD, 2, key);
  call_scalar(update ? BPF_FUNC_map_update_elem : BPF_FUNC_map_delete_elem);
  after_change(chosen, update);
}

// r3 = memory that holds a value: what a pointer points to, or the stack behind the key.
void Builder::value_argument(const MapDefinition& definition) {
  const std::optional<unsigned> pointer = pick(bits_.percent(50) ? Kind::Packet : Kind::MapValue);
  if (pointer && frame_.regs[*pointer].bytes >= definition.value_size && bits_.percent(50)) {
    if (*pointer != 3)
      emit_.move(3, *pointer);
  } else {
    const unsigned at = 64 + 8 * bits_.below(3);
    for (unsigned i = 0; i < definition.value_size; i += 8) {
      fill(at + i, bits_.percent(50));
      if (bits_.percent(40))
        emit_.store(8, 10, int(at + i) - int(data_bytes), scalar());
    }
    emit_.move(3, 10);
    emit_.alu_imm(true, BPF_ADD, 3, int(at) - int(data_bytes));
  }
  frame_.regs[3] = {};
}

void Builder::flags_argument() {
  if (bits_.percent(60)) {
    emit_.set(4, bits_.percent(80) ? bits_.of({BPF_ANY, BPF_ANY, BPF_NOEXIST, BPF_EXIST})
                                   : std::int32_t(bits_.below(8)));
    return;
  }
  const unsigned flags = scalar({3});
  if (flags != 4)
    emit_.move(4, flags);
  if (bits_.percent(90))
    mask(4, bits_.of({2u, 4u, 8u}));
}

// What lookups gave before: in place in arrays, and for updates of per-CPU values. Otherwise it may
// have become an element without a key, which the next change may put to new use.
void Builder::after_change(unsigned chosen, bool update) {
  const bpf_map_type type = map(chosen).type;
  const bool array = type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
  const bool per_cpu = type == BPF_MAP_TYPE_PERCPU_HASH;
  if (array || (update && per_cpu && bits_.percent(50)))
    return;
  const bool keep = bits_.percent(options_.held);
  frame_.for_each_value([&](Content& content) {
    if (content.map == chosen && (content.changed || !keep))
      content = {};
    else if (content.map == chosen)
      content.changed = true;
  });
}

// That of a whole key, mostly; or a shorter one, or what the packet says.
void Builder::write_length(int at, unsigned bits) {
  const bool whole = !options_.changes || bits_.percent(50);
  if (whole || bits_.percent(50)) {
    const unsigned length = whole ? bits : bits_.between(0, bits + 1);
    for (unsigned i = 0; i < 4; ++i)
      emit_.store_imm(1, 10, at + int(i), std::int32_t(length >> 8 * i & 0xff));
    return;
  }
  const unsigned from = scalar(), length = fresh({from});
  emit_.move(length, from);
  mask(length, bits_.of({4u, 8u, 16u, 32u, 64u}));
  for (unsigned i = 0; i < 4; ++i) {
    emit_.store(1, 10, at + int(i), length);
    emit_.alu_imm(true, BPF_RSH, length, 8);
  }
  frame_.scalar(length);
}

// Few different keys, so that lookups succeed and packets meet.
void Builder::write_key(const MapDefinition& definition, int at) {
  unsigned first = unsigned(at + int(data_bytes));
  unsigned size = definition.key_size;
  bool array =
      definition.type == BPF_MAP_TYPE_ARRAY || definition.type == BPF_MAP_TYPE_PERCPU_ARRAY;
  for (unsigned i = 0; i < size; ++i)
    frame_.written.set(first + i);
  if (definition.type == BPF_MAP_TYPE_LPM_TRIE) {
    write_length(at, 8 * (size - 4));
    at += 4;
    size -= 4;
  }
  if (bits_.percent(30)) {
    for (unsigned i = 0; i < size; ++i)
      emit_.store_imm(1, 10, at + int(i), i == 0 ? std::int32_t(bits_.below(8)) : 0);
    return;
  }
  for (unsigned i = array ? 4 : 1; i < size; ++i)
    emit_.store_imm(1, 10, at + int(i), 0);
  unsigned index = scalar(), key = fresh({index});
  emit_.move(key, index);
  mask(key, bits_.of({2u, 4u, 8u, 16u}));
  emit_.store(array ? 4 : 1, 10, at, key);
  frame_.scalar(key);
  if (!array && size > 1 && bits_.percent(30)) // the last byte counts as well
    emit_.store(1, 10, at + int(size) - 1, key);
}

void Builder::value_access(unsigned pointer) {
  unsigned bytes = frame_.regs[pointer].bytes;
  switch (bits_.below(6)) {
  case 0:
    return value_modify(pointer);
  case 1:
    return bytes >= 4 ? value_atomic(pointer) : value_modify(pointer);
  case 2:
    return bits_.percent(mix_.variable) ? value_indexed(pointer) : value_modify(pointer);
  case 3: {
    unsigned size = access_size(bytes);
    int offset = int(bits_.below(bytes - size + 1));
    if (bits_.percent(30))
      return emit_.store_imm(size, pointer, offset, bits_.interesting());
    if (std::optional<unsigned> source = pick(Kind::Scalar))
      emit_.store(size, pointer, offset, *source);
    return;
  }
  default: {
    unsigned size = access_size(bytes);
    int offset = int(bits_.below(bytes - size + 1));
    unsigned dst = fresh({pointer});
    emit_.load(size, dst, pointer, offset, size < 8 && bits_.percent(mix_.modern));
    frame_.scalar(dst);
  }
  }
}

// Read, change, write back: to the same place, mostly.
void Builder::value_modify(unsigned pointer) {
  unsigned bytes = frame_.regs[pointer].bytes;
  unsigned size = access_size(bytes);
  int offset = int(bits_.below(bytes / size) * size);
  unsigned value = fresh({pointer});
  emit_.load(size, value, pointer, offset);
  frame_.scalar(value);
  for (unsigned count = bits_.between(1, 2); count > 0; --count)
    alu(value, bits_.percent(mix_.wide));
  emit_.store(size, pointer, bits_.percent(90) ? offset : int(bits_.below(bytes / size) * size),
              value);
}

void Builder::value_atomic(unsigned pointer) {
  unsigned bytes = frame_.regs[pointer].bytes;
  unsigned size = bytes >= 8 && bits_.percent(50) ? 8 : 4;
  int offset = int(bits_.below(bytes / size) * size);
  std::optional<unsigned> source = pick(Kind::Scalar);
  if (!source || frozen(*source))
    return;
  std::int32_t op = bits_.of({BPF_ADD, BPF_ADD, BPF_ADD, BPF_OR, BPF_AND, BPF_XOR});
  if (bits_.percent(60))
    return emit_.atomic(size, op, pointer, offset, *source);
  switch (bits_.below(3)) {
  case 0:
    return emit_.atomic(size, op | BPF_FETCH, pointer, offset, *source);
  case 1:
    return emit_.atomic(size, BPF_XCHG, pointer, offset, *source);
  default:
    if (pointer == 0 || frozen(0))
      return;
    emit_.set(0, std::int32_t(bits_.below(4)));
    frame_.scalar(0);
    emit_.atomic(size, BPF_CMPXCHG, pointer, offset, *source);
  }
}

void Builder::value_indexed(unsigned pointer) {
  unsigned bytes = frame_.regs[pointer].bytes;
  unsigned size = access_size(bytes);
  unsigned words = 1;
  while (words * 2 * size <= bytes)
    words *= 2;
  unsigned index = scalar({pointer}), offset = fresh({index, pointer}),
           at = fresh({index, pointer, offset});
  emit_.move(offset, index);
  mask(offset, words);
  if (size > 1)
    emit_.alu_imm(true, BPF_LSH, offset, size == 2 ? 1 : size == 4 ? 2 : 3);
  emit_.move(at, pointer);
  emit_.alu_reg(true, BPF_ADD, at, offset);
  unsigned value = fresh({pointer, at});
  emit_.load(size, value, at, 0);
  frame_.scalar(value);
  if (bits_.percent(60)) {
    alu(value, bits_.percent(mix_.wide));
    emit_.store(size, at, 0, value);
  }
}

// .bss and .rodata: no lookup, the address is in the instruction.
void Builder::global_statement() {
  std::vector<unsigned> found;
  for (unsigned index = 0; index < object_.maps.size(); ++index)
    if (map(index).global != GlobalData::None)
      found.push_back(index);
  if (found.empty())
    return alu_statement();
  unsigned chosen = bits_.of(found);
  unsigned offset = bits_.below(map(chosen).value_size / 8) * 8;
  unsigned pointer = fresh();
  emit_.load_map_value(pointer, chosen, offset);
  frame_.regs[pointer] = {Kind::MapValue, chosen, map(chosen).value_size - offset, 0, false};
  if (map(chosen).global != GlobalData::Rodata)
    return value_access(pointer);
  unsigned size = access_size(frame_.regs[pointer].bytes), dst = fresh({pointer});
  emit_.load(size, dst, pointer, 0);
  frame_.scalar(dst);
  frame_.regs[pointer] = {}; // so that nothing writes there
}

} // namespace pw::random
