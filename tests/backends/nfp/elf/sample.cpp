#include "tests/backends/nfp/elf/sample.h"

#include "backends/nfp/isa/encode.h"

namespace pw::nfp {
namespace {

Instruction immed(Operand dst, std::uint16_t value) {
  return {.op = Op::Immed, .dst = dst, .immediate = value};
}

Instruction to(Target target, std::uint8_t defer) {
  return {.op = Op::Branch, .target = target, .defer = defer};
}

SourceLocation line(unsigned n, const char* text) {
  return {.file = "prog.bpf.c", .line = n, .column = 3, .text = text};
}

} // namespace

Image sample_image() {
  const Operand a0 = register_of(Bank::A, 0), b0 = register_of(Bank::B, 0);
  Image image;
  image.program = "count";
  image.instructions = {
      to({.kind = Target::Kind::Helper, .number = 1}, 2), // 0
      immed(a0, 1),
      immed(b0, 3), // the address behind
      {.op = Op::Branch,
       .condition = Condition::Equal,
       .target = {.kind = Target::Kind::Address, .number = 0}}, // 3
      to({.kind = Target::Kind::Done}, 1),
      immed(a0, 0x11),
  };
  image.instructions[0].where = line(42, "\tvalue = bpf_map_lookup_elem(&counts, &key);");
  image.instructions[3].where = line(43, "\tif (!value)");
  image.instructions[4].where = line(7, "\treturn XDP_PASS;");
  image.instructions.resize(14); // the nops of the prefetch window
  for (const Instruction& i : image.instructions)
    image.words.push_back(with_ecc(encode(i)));
  image.relocations = {{0, RelocationKind::Helper, 1},
                       {2, RelocationKind::Immediate, 0},
                       {3, RelocationKind::Branch, 0},
                       {4, RelocationKind::NextPacket, 0}};
  image.symbols = {{"count", 0}, {"block_1", 0}, {"block_2", 3}};
  image.tables = {{.map = 1,
                   .id = 1,
                   .words = {WordUse::Value, WordUse::Counter, WordUse::None, WordUse::Counter,
                             WordUse::Value}}};
  image.stack_bytes = 64;
  return image;
}

Object sample_object() {
  Object object;
  object.path = "prog.bpf.o";
  object.maps.resize(2);
  object.maps[0].name = "unused";
  MapDefinition& counts = object.maps[1];
  counts.name = "counts";
  counts.type = BPF_MAP_TYPE_HASH;
  counts.key_size = 4;
  counts.value_size = 20;
  counts.max_entries = 256;
  counts.flags = 1;
  return object;
}

} // namespace pw::nfp
