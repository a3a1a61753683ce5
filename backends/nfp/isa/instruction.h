// One micro-engine instruction (NFP-4000/6000, micro-engine 2.8, four-context mode) in plain
// fields: what the code generator makes, the encoder turns into a word and the listing prints.
// Before allocation operands may be virtual; rules about operands (sources of different kinds,
// restricted fields, ...) are README.md, "Operands".
#pragma once

#include "support/diagnostic.h"

#include <cstdint>
#include <optional>

namespace pw::nfp {

using BlockId = unsigned;
using Word32 = std::uint32_t;

enum class Bank : std::uint8_t { A, B, Both }; // Both: a destination written in both banks

struct Operand {
  enum class Kind : std::uint8_t {
    None,     // no source, no destination ("--")
    Virtual,  // a 32-bit value that still needs a register: number
    Register, // general purpose register of this context: number 0..31 and bank
    Transfer, // transfer register: as a source the one that reads fill, as a destination the one
              // that writes take. group/word before allocation, number 0..31 after it
    Local,    // *l$index[offset]: word `offset` (0..15; restricted fields 0..7) behind ActLMAddr
              // `number` (0..3)
    Constant, // number 0..255 (0..127 in the address fields of commands)
  };
  enum class Step : std::uint8_t {
    None,
    Increment,
    Decrement
  }; // of the local memory index afterwards

  Kind kind = Kind::None;
  Bank bank = Bank::Both;  // Register only; a source names A or B (Both: whichever serves)
  Step step = Step::None;  // Local only
  std::uint8_t offset = 0; // Local only, words
  std::uint16_t word = 0;  // Transfer before allocation: word within the group
  std::uint32_t number =
      0; // of the virtual value, register, transfer group or register, index, or the constant
  bool grouped = false; // Transfer: `number` is a group (before allocation)

  bool operator==(const Operand&) const = default;
};

inline Operand none() { return {}; }
inline Operand virtual_value(std::uint32_t n) {
  return {.kind = Operand::Kind::Virtual, .number = n};
}
inline Operand constant(std::uint32_t n) { return {.kind = Operand::Kind::Constant, .number = n}; }
inline Operand register_of(Bank bank, std::uint32_t n) {
  return {.kind = Operand::Kind::Register, .bank = bank, .number = n};
}
inline Operand transfer(std::uint32_t group, std::uint16_t word) {
  return {.kind = Operand::Kind::Transfer, .word = word, .number = group, .grouped = true};
}
inline Operand local(std::uint32_t index, std::uint8_t offset) {
  return {.kind = Operand::Kind::Local, .offset = offset, .number = index};
}

enum class Op : std::uint8_t {
  Nop,
  Alu,     // dst = a alu b
  Shift,   // dst = a shift_op (b shifted); the class alu_shf
  Immed,   // dst = immediate, placed by width, byte shift and inversion
  LdField, // the bytes of dst named by byte_mask = those of b rotated right by `amount`; the others
           // stay, or 0
  CsrRead, // the value comes with the next instruction, which must be Immed [dst, 0]
  CsrWrite,   // csr = a
  Multiply,   // one step of a multiplication
  Command,    // a memory command
  Branch,     // by condition codes, or always
  BranchBit,  // if bit `bit` of a is as `bit_set` says
  BranchByte, // if byte `byte` of a is (not) `byte_value`
  Return,     // to the address in a
  Arbitrate,  // ctx_arb: lets other contexts run
  LoadValue,  // pseudo: dst = value (32 bits); becomes one or two Immed, or a cheaper form
  LoadLabel,  // pseudo until linked: dst = code address of `target` (relocation Immediate)
  Call,       // pseudo: calls firmware helper `helper`; README.md, "Helpers"
};

enum class AluOp : std::uint8_t { // encodings as in the word
  B = 0,
  Add = 1,
  NotB = 4,
  Add16 = 5,
  Popcount1 = 6,
  Popcount2 = 7,
  Popcount3 = 3,
  And = 8,
  Add8 = 9,
  NotAAndB = 0xc,
  SubtractCarry = 0xd,
  FindFirstSet = 0xe,
  AAndNotB = 0x10,
  AddCarry = 0x11,
  Crc = 0x12,
  Or = 0x14,
  Subtract = 0x15,
  Xor = 0x18,
  ReverseSubtract = 0x19,
};

enum class ShiftOp : std::uint8_t {
  B = 0,
  NotB = 1,
  And = 2,
  NotAAndB = 3,
  AAndNotB = 4,
  Or = 5,
  Arithmetic = 6,
  ByteAlign = 7
};
enum class ShiftKind : std::uint8_t {
  Rotate = 0,
  Right = 1,
  Left = 2,
  Double = 3
}; // Rotate by 0 = not at all

enum class Condition : std::uint8_t {
  Equal = 0,
  NotEqual = 1,
  Negative = 2,
  Positive = 3,
  CarrySet = 4 /* unsigned >= */,
  CarryClear = 5 /* < */,
  OverflowSet = 6,
  OverflowClear = 7,
  GreaterEqual = 8,
  Less = 9,
  LessEqual = 10,
  Greater = 11,
  Always = 24,
};

enum class MultiplyKind : std::uint8_t { Start = 0, M24x8 = 1, M16x16 = 2, M32x32 = 3 };
enum class MultiplyStep : std::uint8_t {
  Step1 = 0,
  Step2 = 1,
  Step3 = 2,
  Step4 = 3,
  Last = 4,
  Last2 = 5
};

// Memory commands by their (target and action, token) pair; which byte order a transfer register
// shows is README.md, "Memory".
enum class Memory : std::uint8_t {
  Read8,
  Read32,
  Read32Le,
  Read32Swap,
  ReadLe,
  ReadSwapLe,
  Write8Swap,
  Write32Swap,
  Add,
  AddImmediate,
};
enum class AddressMode : std::uint8_t {
  Shift8A = 0 /* (A<<8)+B */,
  Shift8B = 1 /* (B<<8)+A */,
  Sum32 = 4 /* A+B */
};

// Where a branch or a loaded address leads.
struct Target {
  enum class Kind : std::uint8_t {
    None,
    Block,
    Done /* the firmware's next packet */,
    Helper,
    Address
  };
  Kind kind = Kind::None;
  unsigned number = 0; // block, helper's function id, or word address within the program
  bool operator==(const Target&) const = default;
};

struct Instruction {
  Op op = Op::Nop;
  Operand dst = {}, a = {}, b = {};
  AluOp alu = AluOp::B;
  ShiftOp shift_op = ShiftOp::B;
  ShiftKind shift = ShiftKind::Rotate;
  std::uint8_t amount = 0; // of a shift or rotation, 0..31
  bool indirect = false; // Shift: amount from the previous instruction's A operand; Command: length
                         // from its result
  bool set_conditions = true; // Alu and Shift write N, Z, C, V unless this is false (bit 40)

  std::uint16_t immediate = 0;      // Immed
  std::uint8_t immediate_width = 0; // 0 all bytes, 1 byte, 2 word
  std::uint8_t byte_shift = 0;      // Immed: 0, 1 or 2 bytes to the left
  bool invert = false;              // Immed
  std::uint8_t byte_mask = 0;       // LdField
  bool zero_others = false;         // LdField
  std::uint16_t csr = 0;            // byte address
  MultiplyKind multiply = MultiplyKind::Start;
  MultiplyStep step = MultiplyStep::Step1;

  Memory memory = Memory::Read32;
  AddressMode mode = AddressMode::Sum32;
  std::uint8_t count =
      0; // of words (32-bit commands) or bytes (8-bit ones), 1..32; above 8 with `indirect`
  bool wide = false;        // Add, AddImmediate: 64 bits
  bool swap_context = true; // the context waits until the command is done
  Operand data = {};        // Command: first transfer register (reads fill it, writes take from it)

  Condition condition = Condition::Always;
  Target target = {};
  std::uint8_t bit = 0, byte = 0, byte_value = 0;
  bool bit_set = false, byte_equal = false;
  std::uint8_t defer =
      0; // instructions behind it that run before the branch takes effect, or the swap

  unsigned helper = 0;     // Call
  std::uint32_t value = 0; // LoadValue
  bool follows = false; // must stand directly behind the instruction before it (indirect amounts,
                        // overrides, CSR reads, multiplication steps)
  SourceLocation where = {}; // the user's C line
};

} // namespace pw::nfp
