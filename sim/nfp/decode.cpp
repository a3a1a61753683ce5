// Classes are told apart by masks, the first that fits wins; then each takes its fields.
#include "sim/nfp/word.h"

#include <array>
#include <bit>

namespace pw::me {

namespace {

constexpr std::array<std::uint64_t, 7> parity_masks = {
    0x0ff800007fff, 0x11f801ff801f, 0x1e387e0781e1, 0x17cb8e388e22,
    0x1af5b2c93244, 0x1f56d5525488, 0x0daf69a46910};
constexpr std::uint64_t code_mask = (std::uint64_t{1} << code_bits) - 1;

unsigned field(std::uint64_t word, unsigned high, unsigned low) {
  return static_cast<unsigned>((word >> low) & ((std::uint64_t{1} << (high - low + 1)) - 1));
}
bool flag(std::uint64_t word, unsigned at) { return ((word >> at) & 1) != 0; }

void demand(bool fine, const char* why) {
  if (!fine)
    throw BadWord(why);
}
void known(bool fine, const char* why) {
  if (!fine)
    throw BadWord(why, false);
}

struct Extensions {
  bool source = false, destination = false; // of the local memory index
};

Extensions extensions(std::uint64_t w) { return {flag(w, 42), flag(w, 43)}; }

Place constant(unsigned value) {
  return {.kind = Place::Kind::Constant, .value = static_cast<std::uint16_t>(value)};
}
Place transfer(unsigned n) {
  demand(n < transfers, "a transfer register that four-context mode has not");
  return {.kind = Place::Kind::Transfer, .value = static_cast<std::uint16_t>(n)};
}
Place reg(unsigned n, unsigned bank) {
  demand(n < registers_per_bank, "a register that four-context mode has not");
  return {.kind = Place::Kind::Register,
          .bank = static_cast<std::uint8_t>(bank),
          .value = static_cast<std::uint16_t>(n)};
}
Place local(unsigned index, bool extended, unsigned offset, int step) {
  return {.kind = Place::Kind::Local,
          .index = static_cast<std::uint8_t>(index + (extended ? 2 : 0)),
          .step = static_cast<std::int8_t>(step),
          .value = static_cast<std::uint16_t>(offset)};
}

Place wide_local(unsigned v, bool extended) {
  demand(v < 0x240, "an operand of a reserved kind");
  const unsigned index = (v >> 5) & 1;
  if (!flag(v, 4))
    return local(index, extended, v & 15, 0);
  demand((v & 15) < 2, "a step of a local memory address that there is not");
  return local(index, extended, 0, (v & 1) != 0 ? -1 : 1);
}

// Unrestricted, 10 bits.
Place wide(unsigned v, unsigned bank, bool extended) {
  if (v >= 0x300)
    return constant(v & 0xff);
  if (v >= 0x280)
    throw BadWord("next-neighbour registers are not simulated", false);
  if (v >= 0x200)
    return wide_local(v, extended);
  if (v >= 0x180)
    return transfer(v & 0x7f);
  if (v >= 0x100)
    throw BadWord("transfer registers by index are not simulated", false);
  if (v < 0x80)
    return reg(v, bank);
  return {.kind = Place::Kind::Absolute,
          .bank = static_cast<std::uint8_t>(bank),
          .value = static_cast<std::uint16_t>(v & 0x7f)};
}

// Restricted, 8 bits; `high` is bit 7 of a constant.
Place narrow(unsigned v, unsigned bank, bool extended, bool high) {
  if (flag(v, 5))
    return constant((v & 0x1f) | ((v >> 6) & 3) << 5 | (high ? 0x80U : 0U));
  if (v < 0x20)
    return reg(v, bank);
  demand(v < 0xc0, "an operand of a reserved kind");
  if (v >= 0x80)
    return transfer(v & 0x7f);
  known(v >= 0x50, "transfer registers by index are not simulated");
  demand(v < 0x60, "an operand of a reserved kind");
  return local((v >> 3) & 1, extended, v & 7, 0);
}

Place destination(const Place& p) {
  if (p.kind != Place::Kind::Constant)
    return p;
  demand(p.value == 0, "a constant as the destination");
  return {};
}
Place wide_destination(unsigned v, unsigned bank, bool extended) {
  return destination(wide(v, bank, extended));
}
Place narrow_destination(unsigned v, unsigned bank, bool extended) {
  return destination(narrow(v, bank, extended, false));
}

void demand_different(const Place& a, const Place& b) {
  const bool one_port = a.kind == Place::Kind::Constant || a.kind == Place::Kind::Transfer ||
                        a.kind == Place::Kind::Local;
  demand(a.kind != b.kind || !one_port, "two sources of the same kind");
}

// Sources in the fields A and B become the operation's left and right.
void take_sources(Word& w, const Place& a, const Place& b, bool swapped) {
  demand_different(a, b);
  w.swapped = swapped;
  w.left = swapped ? b : a;
  w.right = swapped ? a : b;
}

void take_wide_sources(Word& out, std::uint64_t w, bool swapped) {
  const bool extended = extensions(w).source;
  take_sources(out, wide(field(w, 9, 0), 0, extended), wide(field(w, 19, 10), 1, extended),
               swapped);
}

void take_shift(Word& out, unsigned control, unsigned amount) {
  out.shift = static_cast<ShiftMode>(control);
  out.amount = static_cast<std::uint8_t>(amount);
  out.indirect = control != 0 && amount == 0;
  if (out.shift == ShiftMode::Left && !out.indirect)
    out.amount = static_cast<std::uint8_t>(32 - amount);
}

std::uint16_t branch_address(std::uint64_t w) {
  return static_cast<std::uint16_t>(field(w, 34, 22) | field(w, 40, 40) << 13);
}

Word decode_command(std::uint64_t w) {
  Word out;
  out.kind = Class::Command;
  const bool high = flag(w, 40);
  demand(!high, "a transfer register that four-context mode has not");
  take_sources(out, narrow(field(w, 7, 0), 0, false, false),
               narrow(field(w, 17, 10), 1, false, false), false);
  const unsigned context = field(w, 9, 8);
  out.swap_out = context != 3;
  out.defer = static_cast<std::uint8_t>(out.swap_out ? context : 0);
  out.token = static_cast<std::uint8_t>(field(w, 19, 18));
  out.transfer = static_cast<std::uint8_t>(field(w, 24, 20));
  out.count = static_cast<std::uint8_t>(field(w, 27, 25) + 1);
  out.signal = static_cast<std::uint8_t>(field(w, 31, 28));
  out.target = static_cast<std::uint8_t>(field(w, 38, 32));
  out.indirect = flag(w, 41);
  out.mode = static_cast<std::uint8_t>(field(w, 44, 42));
  demand(!out.swap_out || out.signal != 0, "a wait for a command without a signal");
  return out;
}

Word decode_shift(std::uint64_t w) {
  Word out;
  out.kind = Class::Shift;
  const Extensions ext = extensions(w);
  take_sources(out, narrow(field(w, 7, 0), 0, ext.source, flag(w, 18)),
               narrow(field(w, 17, 10), 1, ext.source, flag(w, 18)), flag(w, 19));
  out.dst = narrow_destination(field(w, 27, 20), field(w, 36, 36), ext.destination);
  out.op = static_cast<std::uint8_t>(field(w, 35, 33));
  take_shift(out, field(w, 9, 8), field(w, 32, 28));
  out.conditions = !flag(w, 40);
  out.both = flag(w, 41);
  out.predicated = flag(w, 44);
  if (out.shift == ShiftMode::Double)
    demand(out.op == 0, "a double shift with an operation");
  if (out.op == 6)
    demand(out.shift == ShiftMode::Right, "an arithmetic shift that is not one to the right");
  known(out.op != 7, "byte_align is not simulated");
  return out;
}

bool alu_operation(unsigned op) {
  constexpr std::uint32_t simulated = 1U << 0 | 1U << 1 | 1U << 4 | 1U << 8 | 1U << 0xc |
                                      1U << 0xd | 1U << 0xe | 1U << 0x10 | 1U << 0x11 | 1U << 0x14 |
                                      1U << 0x15 | 1U << 0x18 | 1U << 0x19;
  constexpr std::uint32_t reserved =
      1U << 2 | 1U << 0xa | 1U << 0x16 | 1U << 0x1a | 1U << 0x1c | 1U << 0x1d | 1U << 0x1e;
  demand((reserved >> op & 1) == 0, "a reserved operation");
  return (simulated >> op & 1) != 0;
}

Word decode_alu(std::uint64_t w) {
  Word out;
  out.kind = Class::Alu;
  take_wide_sources(out, w, flag(w, 30));
  out.dst = wide_destination(field(w, 29, 20), field(w, 36, 36), extensions(w).destination);
  out.op = static_cast<std::uint8_t>(field(w, 35, 31));
  known(alu_operation(out.op), "this operation is not simulated");
  out.conditions = !flag(w, 40);
  out.both = flag(w, 41);
  out.predicated = flag(w, 44);
  return out;
}

// The low byte of the constant stands in the field that is not the destination.
unsigned immed_low(Word& out, std::uint64_t w) {
  const unsigned a = field(w, 9, 0), b = field(w, 19, 10);
  const bool extended = extensions(w).destination;
  if (b >= 0x300 && (a < 0x300 || a == 0x300)) {
    out.dst = wide_destination(a, 0, extended);
    return b & 0xff;
  }
  demand(a >= 0x300, "an immediate without a constant");
  out.dst = wide_destination(b, 1, extended);
  return a & 0xff;
}

Word decode_immed(std::uint64_t w) {
  Word out;
  out.kind = Class::Immed;
  demand(!flag(w, 28) && !flag(w, 44), "reserved bits that are set");
  const unsigned low = immed_low(out, w), width = field(w, 30, 29), shift = 8 * field(w, 34, 33);
  demand(width != 3, "a reserved width");
  demand(width == 1 || shift != 24, "a reserved byte shift");
  const std::uint32_t value = low | field(w, 27, 20) << 8;
  demand(width != 2 || shift != 8, "a reserved byte shift");
  out.immediate = value << shift;
  constexpr std::array<std::uint32_t, 3> masks = {0xffffffff, 0xff, 0xffff};
  out.byte_mask = width == 0 ? masks[0] : masks.at(width) << shift;
  out.immediate &= out.byte_mask;
  out.invert = flag(w, 31);
  out.both = flag(w, 41);
  return out;
}

Word decode_ld_field(std::uint64_t w) {
  Word out;
  out.kind = Class::LdField;
  const Extensions ext = extensions(w);
  const bool swapped = flag(w, 19);
  const auto operand = [&](unsigned v, unsigned bank, bool is_destination) {
    return narrow(v, bank, is_destination ? ext.destination : ext.source, flag(w, 18));
  };
  const Place a = operand(field(w, 7, 0), 0, !swapped), b = operand(field(w, 17, 10), 1, swapped);
  take_sources(out, a, b, swapped);
  out.dst = out.left;
  if (out.dst.kind == Place::Kind::Constant)
    out.dst = {};
  for (unsigned byte = 0; byte < 4; ++byte)
    if (flag(w, 24 + byte))
      out.byte_mask |= 0xffU << (8 * byte);
  take_shift(out, field(w, 9, 8), field(w, 32, 28));
  demand(out.shift != ShiftMode::Double, "a double shift in ld_field");
  out.zero_others = flag(w, 20);
  out.conditions = flag(w, 34);
  out.both = flag(w, 41);
  out.predicated = flag(w, 44);
  return out;
}

Word decode_arbitrate(std::uint64_t w) {
  Word out;
  out.kind = Class::Arbitrate;
  out.events = static_cast<std::uint16_t>(field(w, 15, 0));
  out.any_event = flag(w, 16);
  known(!flag(w, 17), "breakpoints are not simulated");
  out.resume = flag(w, 18);
  out.defer = static_cast<std::uint8_t>(field(w, 21, 20));
  out.address = branch_address(w);
  return out;
}

Word decode_csr(std::uint64_t w) {
  Word out;
  out.kind = Class::Csr;
  demand(!flag(w, 41) && !flag(w, 44), "reserved bits that are set");
  out.csr = static_cast<std::uint16_t>(4 * field(w, 32, 22));
  out.write = flag(w, 21);
  if (!out.write)
    return out;
  const bool extended = extensions(w).source;
  const Place a = wide(field(w, 9, 0), 0, extended), b = wide(field(w, 19, 10), 1, extended);
  const bool in_b = a.kind == Place::Kind::Constant && b.kind != Place::Kind::Constant;
  out.left = in_b ? b : a;
  return out;
}

Word decode_branch(std::uint64_t w) {
  Word out;
  out.kind = Class::Branch;
  demand(field(w, 44, 41) == 0, "reserved bits that are set");
  out.op = static_cast<std::uint8_t>(field(w, 4, 0));
  demand(out.op < 12 || (out.op >= 16 && out.op <= 24), "a reserved condition");
  known(out.op < 12 || out.op == 24, "branches on contexts and signals are not simulated");
  out.defer = static_cast<std::uint8_t>(field(w, 21, 20));
  demand(out.defer < 3, "three defer slots behind a branch on conditions");
  out.address = branch_address(w);
  return out;
}

// One operand is the register, the other a constant.
unsigned take_tested(Word& out, std::uint64_t w, bool high) {
  const bool extended = flag(w, 42);
  const Place a = narrow(field(w, 7, 0), 0, extended, high);
  const Place b = narrow(field(w, 17, 10), 1, extended, high);
  demand((a.kind == Place::Kind::Constant) != (b.kind == Place::Kind::Constant),
         "a branch that needs one register and one constant");
  const bool a_is_constant = a.kind == Place::Kind::Constant;
  out.left = a_is_constant ? b : a;
  out.defer = static_cast<std::uint8_t>(field(w, 21, 20));
  out.address = branch_address(w);
  demand(!flag(w, 41) && field(w, 44, 43) == 0, "reserved bits that are set");
  return a_is_constant ? a.value : b.value;
}

Word decode_branch_bit(std::uint64_t w) {
  Word out;
  out.kind = Class::BranchBit;
  const unsigned rotation = take_tested(out, w, false);
  demand(rotation >= 1 && rotation <= 32, "a bit that a register has not");
  out.bit = static_cast<std::uint8_t>(rotation - 1);
  out.set = flag(w, 18);
  return out;
}

Word decode_branch_byte(std::uint64_t w) {
  Word out;
  out.kind = Class::BranchByte;
  out.byte_value = static_cast<std::uint8_t>(take_tested(out, w, flag(w, 18)));
  out.byte = static_cast<std::uint8_t>(field(w, 9, 8));
  out.set = flag(w, 19);
  return out;
}

Word decode_return(std::uint64_t w) {
  Word out;
  out.kind = Class::Return;
  const bool extended = flag(w, 42);
  const Place a = wide(field(w, 9, 0), 0, extended), b = wide(field(w, 19, 10), 1, extended);
  const bool a_is_constant = a.kind == Place::Kind::Constant;
  demand(a_is_constant != (b.kind == Place::Kind::Constant), "a return without an address");
  known((a_is_constant ? a : b).value == 0 && field(w, 30, 22) == 0,
        "jump tables are not simulated");
  demand(field(w, 41, 40) == 0 && field(w, 44, 43) == 0, "reserved bits that are set");
  out.left = a_is_constant ? b : a;
  out.defer = static_cast<std::uint8_t>(field(w, 21, 20));
  return out;
}

Word decode_multiply(std::uint64_t w) {
  Word out;
  out.kind = Class::Multiply;
  out.op = static_cast<std::uint8_t>(field(w, 22, 20));
  out.multiply = static_cast<std::uint8_t>(field(w, 32, 31));
  demand(out.op < 6, "a reserved multiplication step");
  out.both = flag(w, 41);
  out.conditions = !flag(w, 40);
  demand(!flag(w, 44), "reserved bits that are set");
  if (out.op >= 4)
    out.dst = wide_destination(field(w, 9, 0), field(w, 23, 23), extensions(w).destination);
  else
    take_wide_sources(out, w, flag(w, 30));
  return out;
}

struct Decoder {
  std::uint64_t mask, value;
  Word (*decode)(std::uint64_t);
};
constexpr std::array<Decoder, 12> decoders = {{
    {0x008000000000, 0x000000000000, decode_command},
    {0x00e000000000, 0x008000000000, decode_shift},
    {0x00e000000000, 0x00a000000000, decode_alu},
    {0x01f900000000, 0x00f000000000, decode_immed},
    {0x01fa00e00000, 0x00c000000000, decode_ld_field},
    {0x00f800000000, 0x00e000000000, decode_arbitrate},
    {0x01fe00100000, 0x00fc00000000, decode_csr},
    {0x00f8000c3ce0, 0x00d800000020, decode_branch},
    {0x00f800000000, 0x00c800000000, decode_branch_byte},
    {0x00f800080300, 0x00d000000000, decode_branch_bit},
    {0x00ff80000000, 0x00e800000000, decode_return},
    {0x00fe3f000000, 0x00f800000000, decode_multiply},
}};

} // namespace

unsigned check_bits(std::uint64_t word) {
  unsigned ecc = 0;
  for (unsigned i = 0; i < parity_masks.size(); ++i)
    ecc |= (static_cast<unsigned>(std::popcount(word & parity_masks.at(i))) & 1U) << i;
  return ecc;
}

std::uint64_t with_check_bits(std::uint64_t word) {
  word &= code_mask;
  return word | std::uint64_t{check_bits(word)} << code_bits;
}

Word decode(std::uint64_t word) {
  demand(word >> (code_bits + 7) == 0, "bits 63:52 are not zero");
  demand(with_check_bits(word) == word, "the ECC is wrong");
  for (const Decoder& d : decoders)
    if ((word & d.mask) == d.value) {
      Word out = d.decode(word);
      known(!out.predicated, "predicated instructions are not simulated");
      return out;
    }
  throw BadWord("no class of instructions has this pattern");
}

} // namespace pw::me
