// Words as the assembler writes them, for messages.
#include "sim/nfp/word.h"

#include <array>
#include <cstdio>

namespace pw::me {

namespace {

constexpr std::array<const char*, 8> shift_operations = {"B",    "~B", "AND", "~AND",
                                                         "AND~", "OR", "asr", "byte_align"};
constexpr std::array<const char*, 32> alu_operations = {
    "B",    "+",      "?",   "pop_count3",      "~B",   "+16",    "pop_count1", "pop_count2",
    "AND",  "+8",     "?",   "cam_clear",       "~AND", "-carry", "ffs",        "cam_read_tag",
    "AND~", "+carry", "CRC", "cam_write",       "OR",   "-",      "?",          "cam_lookup",
    "XOR",  "B-A",    "?",   "cam_write_state", "?",    "?",      "?",          "cam_read_state"};
constexpr std::array<const char*, 12> conditions = {"beq", "bne", "bmi", "bpl", "bhs", "blo",
                                                    "bvs", "bvc", "bge", "blt", "ble", "bgt"};

std::string hex(std::uint32_t v) {
  std::array<char, 12> text{};
  std::snprintf(text.data(), text.size(), "0x%x", v);
  return text.data();
}

std::string local_text(const Place& p) {
  const std::string name = "*l$index" + std::to_string(p.index);
  if (p.step != 0)
    return name + (p.step > 0 ? "++" : "--");
  return p.value == 0 ? name : name + "[" + std::to_string(p.value) + "]";
}

std::string text_of(const Place& p) {
  switch (p.kind) {
  case Place::Kind::None:
    return "--";
  case Place::Kind::Register:
    return (p.bank == 0 ? "gprA_" : "gprB_") + std::to_string(p.value);
  case Place::Kind::Absolute:
    return (p.bank == 0 ? "@gprA_" : "@gprB_") + std::to_string(p.value);
  case Place::Kind::Transfer:
    return "$xfer_" + std::to_string(p.value);
  case Place::Kind::Local:
    return local_text(p);
  case Place::Kind::Constant:
    return hex(p.value);
  }
  return "?";
}

std::string shift_text(const Word& w) {
  if (w.shift == ShiftMode::Rotate)
    return w.amount == 0 ? "" : ", >>rot" + std::to_string(w.amount);
  const std::string arrow = w.shift == ShiftMode::Left ? ", <<" : ", >>";
  return arrow + (w.indirect ? "indirect" : std::to_string(w.amount));
}

bool only_right(const Word& w) {
  if (w.kind == Class::Alu)
    return w.op == 0 || w.op == 4 || w.op == 0xe;
  return (w.op < 2 || w.op == 6) && w.shift != ShiftMode::Double;
}

std::string operation_text(const Word& w, const std::string& name, const std::string& op) {
  const std::string left = only_right(w) ? "--" : text_of(w.left);
  return name + "[" + text_of(w.dst) + ", " + left + ", " + op + ", " + text_of(w.right) +
         (w.kind == Class::Shift ? shift_text(w) : "") + "]";
}

std::string immed_text(const Word& w) {
  if (w.dst.kind == Place::Kind::None && w.immediate == 0 && !w.invert)
    return "nop";
  return "immed[" + text_of(w.dst) + ", " + hex(w.invert ? ~w.immediate : w.immediate) + "]";
}

std::string ld_field_text(const Word& w) {
  std::string mask;
  for (int byte = 3; byte >= 0; --byte)
    mask += (w.byte_mask >> (8 * byte) & 1) != 0 ? '1' : '0';
  return std::string(w.zero_others ? "ld_field_w_clr[" : "ld_field[") + text_of(w.dst) + ", " +
         mask + ", " + text_of(w.right) + shift_text(w) + "]";
}

std::string csr_text(const Word& w) {
  return w.write ? "local_csr_wr[" + hex(w.csr) + ", " + text_of(w.left) + "]"
                 : "local_csr_rd[" + hex(w.csr) + "]";
}

std::string command_text(const Word& w) {
  const std::string swap = w.swap_out ? ", ctx_swap[" + std::to_string(w.signal) + "]" : "";
  return "mem[" + hex(w.target) + "." + std::to_string(w.token) + ", $xfer_" +
         std::to_string(w.transfer) + ", " + text_of(w.left) + ", " + text_of(w.right) + ", mode " +
         std::to_string(w.mode) + ", " + std::to_string(w.count) + "]" + swap +
         (w.indirect ? ", indirect_ref" : "");
}

std::string multiply_text(const Word& w) {
  constexpr std::array<const char*, 4> kinds = {"start", "24x8", "16x16", "32x32"};
  const std::string kind = kinds.at(w.multiply);
  if (w.op >= 4)
    return "mul_step[" + text_of(w.dst) + ", --], " + kind + (w.op == 4 ? "_last" : "_last2");
  return "mul_step[" + text_of(w.left) + ", " + text_of(w.right) + "], " + kind +
         (w.multiply == 0 ? "" : "_step" + std::to_string(w.op + 1));
}

std::string tested_text(const Word& w) {
  const std::string where = ", ." + std::to_string(w.address) + "]";
  if (w.kind == Class::BranchBit)
    return (w.set ? "br_bset[" : "br_bclr[") + text_of(w.left) + ", " + std::to_string(w.bit) +
           where;
  return (w.set ? "br=byte[" : "br!=byte[") + text_of(w.left) + ", " + std::to_string(w.byte) +
         ", " + hex(w.byte_value) + where;
}

std::string body_text(const Word& w) {
  switch (w.kind) {
  case Class::Command:
    return command_text(w);
  case Class::Shift:
    return operation_text(w, w.shift == ShiftMode::Double ? "dbl_shf" : "alu_shf",
                          shift_operations.at(w.op));
  case Class::Alu:
    return operation_text(w, "alu", alu_operations.at(w.op));
  case Class::Immed:
    return immed_text(w);
  case Class::LdField:
    return ld_field_text(w);
  case Class::Arbitrate:
    return "ctx_arb[" + hex(w.events) + "]";
  case Class::Csr:
    return csr_text(w);
  case Class::Branch:
    return std::string(w.op < conditions.size() ? conditions.at(w.op) : "br") + "[." +
           std::to_string(w.address) + "]";
  case Class::BranchByte:
  case Class::BranchBit:
    return tested_text(w);
  case Class::Return:
    return "rtn[" + text_of(w.left) + "]";
  case Class::Multiply:
    return multiply_text(w);
  }
  return "?";
}

} // namespace

std::string to_text(const Word& w) {
  return body_text(w) + (w.both ? ", gpr_wrboth" : "") +
         (w.defer != 0 ? ", defer[" + std::to_string(w.defer) + "]" : "");
}

} // namespace pw::me
