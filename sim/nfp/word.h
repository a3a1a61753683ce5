// One word of a micro-engine 2.8 (NFP-4000/6000) taken apart, for executing it. This decoder shares
// nothing with the encoder in backends/nfp/isa, so that a mistake there can't hide here.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace pw::me {

inline constexpr unsigned code_bits = 45; // 44:0 instruction, 51:45 ECC, 63:52 zero
inline constexpr unsigned contexts_per_engine = 4;
inline constexpr unsigned registers_per_bank = 32; // of a context in four-context mode
inline constexpr unsigned transfers = 32;          // of a context and direction

// What an operand field names. As a source Transfer is the file that reads fill, as a destination
// the one that writes take from.
struct Place {
  enum class Kind : std::uint8_t { None, Register, Absolute, Transfer, Local, Constant };
  Kind kind = Kind::None;
  std::uint8_t bank = 0;  // Register, Absolute: 0 A, 1 B
  std::uint8_t index = 0; // Local: ActLMAddr0..3
  std::int8_t step = 0;   // Local: words by which the address moves afterwards
  std::uint16_t value =
      0; // number of the register; Local: word ORed into the address; the constant
};

enum class Class : std::uint8_t {
  Command,
  Shift,
  Alu,
  Immed,
  LdField,
  Arbitrate,
  Csr,
  Branch,
  BranchByte,
  BranchBit,
  Return,
  Multiply,
};

enum class ShiftMode : std::uint8_t { Rotate, Right, Left, Double };

struct Word {
  Class kind = Class::Immed;
  Place left, right; // sources as the operation sees them, the exchange by the swap bit done
  Place dst;
  bool swapped = false;
  bool both = false;       // dst is written in both banks
  bool conditions = false; // writes N, Z, C, V
  bool predicated = false; // runs only if ... : no known use

  std::uint8_t op = 0; // Alu, Shift: operation; Branch: condition; Multiply: step
  ShiftMode shift = ShiftMode::Rotate;
  std::uint8_t amount = 0; // 0..31, the left shift's complement undone
  bool indirect = false;   // Shift, LdField: the amount; Command: the override

  std::uint32_t immediate = 0;                    // Immed: shifted into its place, not inverted
  std::uint32_t byte_mask = 0;                    // Immed, LdField: bits that are written
  bool invert = false;                            // Immed
  bool zero_others = false;                       // LdField
  std::uint16_t csr = 0;                          // byte address
  bool write = false;                             // Csr
  std::uint8_t multiply = 0;                      // 0 start, 1 24x8, 2 16x16, 3 32x32
  std::uint8_t bit = 0, byte = 0, byte_value = 0; // BranchBit, BranchByte
  bool set = false;                               // BranchBit: if set; BranchByte: if equal

  std::uint8_t target = 0, token = 0, mode = 0, count = 0, signal = 0; // Command; count from 1
  std::uint8_t transfer = 0;
  bool swap_out = false; // Command: the context waits
  std::uint16_t events = 0;
  bool any_event = false, resume = false; // Arbitrate

  std::uint16_t address = 0; // Branch*
  std::uint8_t defer = 0;
};

// A word that the hardware would not accept, or whose effect is not known; what() says why.
struct BadWord : std::runtime_error {
  BadWord(const std::string& why, bool known = true) : std::runtime_error(why), illegal(known) {}
  bool illegal; // false: legal perhaps, but not simulated
};

// ECC of the low 45 bits, in bits 6:0.
unsigned check_bits(std::uint64_t word);
std::uint64_t with_check_bits(std::uint64_t word); // bits 63:45 made anew

// Throws BadWord.
Word decode(std::uint64_t word);

// As the assembler writes it. Address of branches in code store words.
std::string to_text(const Word&);

} // namespace pw::me
