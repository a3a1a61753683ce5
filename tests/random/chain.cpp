#include "tests/random/chain.h"

#include "sim/maps/contents.h"
#include "tests/random/builder.h"

namespace pw::random {

namespace {

constexpr unsigned slots = 6;
constexpr unsigned context = 6, saved = 7, data = 2, data_end = 3, scratch = 4, index_register = 3;

void check_bounds(Emitter& e, int bytes, Label too_short) {
  e.load(4, data, context, offsetof(xdp_md, data));
  e.load(4, data_end, context, offsetof(xdp_md, data_end));
  e.move(scratch, data);
  e.alu_imm(true, BPF_ADD, scratch, bytes);
  e.jump_reg(true, BPF_JGT, scratch, data_end, too_short);
}

// What the next program must find as this one left it.
void lasting_effect(Emitter& e, Bits& bits) {
  switch (bits.below(5)) {
  case 0:
    e.store_imm(bits.of({1u, 2u, 4u}), data, int(bits.below(12)), bits.interesting());
    break;
  case 1:
    e.move(1, context);
    e.set(2, bits.of({-4, 4, -14, 8}));
    e.call(BPF_FUNC_xdp_adjust_head);
    break;
  case 2:
    e.set(1, 1 + std::int32_t(bits.below(4)));
    e.set(2, 0);
    e.call(BPF_FUNC_redirect);
    break;
  case 3:
    e.call(BPF_FUNC_get_prandom_u32);
    break;
  default:
    break;
  }
}

// Tail-calls by a byte of the packet: any slot, some of them empty, some out of range. Leaves the
// context in r1 for what stands behind.
std::vector<bpf_insn> beginning(Bits& bits, unsigned array) {
  Emitter e;
  const Label skip = e.label();
  e.move(context, 1);
  check_bounds(e, 20, skip);
  e.load(1, saved, data, int(bits.below(16)));
  lasting_effect(e, bits);
  e.move(index_register, saved);
  e.alu_imm(true, BPF_AND, index_register, bits.of({3, 7, 7, 255}));
  if (bits.percent(30))
    e.set(index_register, std::int32_t(bits.below(slots + 1)));
  e.move(1, context);
  e.load_map(2, array);
  e.call(BPF_FUNC_tail_call);
  e.place(skip);
  e.move(1, context);
  return e.finish();
}

void put_in_front(Program& p, const std::vector<bpf_insn>& insns) {
  p.insns.insert(p.insns.begin(), insns.begin(), insns.end());
  for (LineInfo& line : p.lines)
    line.insn += unsigned(insns.size());
  for (Subprogram& s : p.subprograms)
    if (s.insn != 0)
      s.insn += unsigned(insns.size());
}

Program draw_program(const Object& object, Bits& bits, const GenerateOptions& options,
                     unsigned number) {
  Object own = object; // the builder fills the one program of an object
  own.programs = {object.programs.front()};
  own.programs.front().insns.clear();
  own.programs.front().subprograms.clear();
  own.programs.front().lines.clear();
  Builder(own, bits, options).build();
  own.programs.front().name = "random" + std::to_string(number);
  return own.programs.front();
}

MapDefinition draw_array(Bits& bits, unsigned number, unsigned programs) {
  MapDefinition array;
  array.name = "jumps" + std::to_string(number);
  array.type = BPF_MAP_TYPE_PROG_ARRAY;
  array.key_size = array.value_size = 4;
  array.max_entries = slots;
  for (unsigned slot = 0; slot < slots; ++slot)
    if (bits.percent(70))
      array.initial_programs[slot] =
          "random" + std::to_string(bits.between(number + 1, programs - 1));
  return array;
}

} // namespace

Case generate_chain(std::uint64_t seed, const GenerateOptions& options) {
  Case c = generate_case(seed, options);
  Bits bits(seed ^ 0x7a11ca11);
  const unsigned programs = bits.between(2, 4);
  c.object.programs.front().name = "random0";
  for (unsigned number = 1; number < programs; ++number)
    c.object.programs.push_back(draw_program(c.object, bits, options, number));
  for (unsigned number = 0; number + 1 < programs; ++number) {
    c.object.maps.push_back(draw_array(bits, number, programs));
    put_in_front(c.object.programs[number], beginning(bits, unsigned(c.object.maps.size()) - 1));
    if (bits.percent(80))
      continue;
    MapContents left = initial_contents(c.object.maps.back());
    std::erase_if(left, [&](const auto&) { return bits.percent(50); });
    c.maps[c.object.maps.back().name] = left;
  }
  return c;
}

} // namespace pw::random
