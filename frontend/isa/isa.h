// eBPF instructions as values (RFC 9669): one small struct a kind, decoded from struct bpf_insn and
// printed as the kernel's disassembler does ("r1 = *(u32 *)(r2 + 4)").
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace pw::isa {

using Register = std::uint8_t; // 0..10

// Second operand: a register, or an immediate already sign-extended to 64 bits.
struct Operand {
  std::optional<Register> reg;
  std::int64_t imm = 0;
  bool operator==(const Operand&) const = default;
};

enum class AluOp { Add, Sub, Mul, Div, Sdiv, Or, And, Lsh, Rsh, Neg, Mod, Smod, Xor, Mov, Arsh };
struct Alu {
  AluOp op;
  bool is64; // false: 32-bit operation, upper half of dst becomes zero
  Register dst;
  Operand src;        // unused for Neg
  unsigned movsx = 0; // Mov only: sign-extend from 8, 16 or 32 bits; 0 = plain move
};
struct ByteSwap {
  enum Kind { ToLittle, ToBig, Unconditional } kind; // the host is little-endian
  unsigned bits;                                     // 16, 32, 64; upper bits of dst become zero
  Register dst;
};
struct LoadImmediate { // ld_imm64 of a plain constant
  Register dst;
  std::uint64_t value;
};
struct LoadMap { // the map itself, as helpers take it
  Register dst;
  unsigned map; // index into Object::maps
};
struct LoadMapValue { // address of byte `offset` of the first value of a global data map
  Register dst;
  unsigned map;
  std::uint32_t offset;
};
struct LoadFunction { // address of a callback
  Register dst;
  unsigned target; // absolute instruction index
};
struct Load {
  unsigned bytes; // 1, 2, 4, 8
  bool sign_extend;
  Register dst, base;
  std::int16_t offset;
};
struct Store {
  unsigned bytes;
  Register base;
  std::int16_t offset;
  Operand src;
};
enum class AtomicOp { Add, Or, And, Xor, Xchg, CmpXchg };
struct Atomic {
  AtomicOp op;
  unsigned bytes; // 4 or 8
  bool fetch;     // old value into src (r0 for CmpXchg)
  Register base, src;
  std::int16_t offset;
};
enum class Condition { Always, Eq, Ne, Gt, Ge, Lt, Le, Set, Sgt, Sge, Slt, Sle };
struct Jump {
  Condition condition;
  bool is64;
  Register dst; // unused for Always
  Operand src;
  unsigned target; // absolute instruction index
};
struct CallHelper {
  std::uint32_t id; // BPF_FUNC_*
};
struct CallLocal {
  unsigned target; // absolute instruction index
};
struct CallKfunc {
  std::int32_t btf_id;
};
struct Exit {};
struct LoadPacket { // legacy LD_ABS / LD_IND (tc)
  unsigned bytes;
  std::optional<Register> index;
  std::int32_t offset;
};

using Instruction =
    std::variant<Alu, ByteSwap, LoadImmediate, LoadMap, LoadMapValue, LoadFunction, Load, Store,
                 Atomic, Jump, CallHelper, CallLocal, CallKfunc, Exit, LoadPacket>;

// What stands at each index; the second half of an ld_imm64 holds std::nullopt.
using Code = std::vector<std::optional<Instruction>>;

// Throws Failure with PW-VER-001 (unknown encoding), PW-VER-002 (jump out of range or into an
// ld_imm64), all of them at once.
Code decode(std::span<const bpf_insn>);
std::string to_string(const Instruction&);

} // namespace pw::isa
