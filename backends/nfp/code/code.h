// The program between instruction selection and the words: basic blocks of micro-engine
// instructions. Selection leaves virtual operands and pseudo instructions; each later pass takes
// some of them away (README.md, "Passes").
#pragma once

#include "backends/nfp/isa/instruction.h"

#include <optional>
#include <string>
#include <vector>

namespace pw::nfp {

// Consecutive transfer registers that one command fills or takes from.
struct TransferGroup {
  unsigned words = 1;
  bool out =
      false; // taken by writes; the two files are separate, though their numbers are the same
};

// A block runs its body; then, if it has a branch, goes to `taken` where the branch is taken; else
// to `next`. `next` is empty where the program ends: the firmware's next packet, with the verdict
// in A0. Where branch->defer is n, the last n instructions of the body stand behind the branch in
// the words: they run whichever way it goes.
struct Block {
  std::vector<Instruction> body;
  std::optional<Instruction> branch; // Branch, BranchBit or BranchByte; its target is `taken`
  std::optional<BlockId> taken, next;
};

// Virtual values are 32 bits wide and may be written at several places (the copies for LLVM's
// phis).
struct Function {
  std::string name;
  std::vector<Block> blocks; // [0] is the entry; the order is the layout
  unsigned values = 0;       // virtual values are 0..values-1
  std::vector<TransferGroup> transfers;
  unsigned stack_bytes = 0; // local memory behind the stack base that selection uses (keys,
                            // values); spills come behind it
};

// Where the update helper finds its flags: eBPF register Rn is the pair 2n (low word), 2n + 1 (high
// word) of both banks.
inline constexpr unsigned update_helper = 2, update_flags_low = 8, update_flags_high = 9;
// The event helper takes R2 to R5 (map, flags, address, length) in these registers of both banks,
// and in A1 which memory the address is of; those who call it need one of them.
inline constexpr unsigned event_helper = 25, event_first = 4, event_end = 12;
inline constexpr unsigned event_of_nothing = 1, event_of_stack = 6;

// What 4 bytes of a map's value are used for. A counter is kept big-endian in the card's memory,
// since atomic additions work so; the host's driver swaps it.
enum class WordUse : std::uint8_t { None, Value, Counter };

struct Table {
  unsigned map = 0;           // index into Object::maps
  std::uint32_t id = 0;       // what the program passes to helpers in A0
  std::vector<WordUse> words; // of the value, by 4 bytes
};

enum class RelocationKind : std::uint8_t { // the numbers of the ABI
  Branch = 1, // word address within the program: + start of the program
  Out = 2,    // branch to the program's exit sequence
  Abort = 3,  // branch to the program's abort sequence
  PushRegisters = 4,
  PopRegisters = 5, // branch to the routine that saves or restores the callee's registers
  NextPacket = 6,   // branch to the firmware's next packet
  Helper = 7,       // branch to the firmware's helper `value`
  Immediate = 8,    // immediate that is a word address: + start
};

struct Relocation {
  unsigned word = 0; // index
  RelocationKind kind = RelocationKind::Branch;
  unsigned value = 0; // Helper: function id; else 0
};

struct Symbol {
  std::string name;
  unsigned word = 0;
};

// The linked program: what goes into NAME.nfp.elf.
struct Image {
  std::string program;
  std::vector<std::uint64_t> words;      // with ECC; branches relative to word 0
  std::vector<Instruction> instructions; // the same ones, for the listing and for tests
  std::vector<Relocation> relocations;
  std::vector<Symbol> symbols;
  std::vector<Table> tables;
  unsigned stack_bytes = 0; // local memory that a packet needs
  bool tc = false;          // else XDP: whose verdicts it gives
};

} // namespace pw::nfp
