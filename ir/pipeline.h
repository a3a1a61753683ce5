// The scheduled program as plain data: all that simulators, backends and reports need, without
// MLIR.
//
// A pipeline is a straight line of stages. In every clock each stage may hold one packet. A value
// is a bundle of bits of one packet; it exists from the stage that defines it to the last stage
// that uses it, in a register at each stage border in between. An operation of latency 0 is
// combinational logic within its stage; an operation of latency n takes its operands in stage s and
// delivers in stage s + n.
//
// Stages are grouped into regions. Inside a region everything moves on each clock (rigid); in front
// of each region stands a FIFO, and its entrance may be held by interlocks and by the credit of the
// FIFO behind it.
#pragma once

#include "support/diagnostic.h"
#include "support/skb.h"

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw::pipeline {

using ValueId = std::uint32_t;
inline constexpr ValueId no_value = ~ValueId{0};

// An integer constant of any width; word 0 is least significant; bits above width are zero.
struct Bits {
  unsigned width = 0;
  std::vector<std::uint64_t> words;
};

enum class OpKind : std::uint8_t {
  Constant, // () -> attribute `constant`
  Input,    // () -> attribute `input`
  // () -> bytes [offset, offset + width/8) of the packet as received, lowest address in bits 7:0;
  // bytes behind the end of the frame are zero. offset >= 0
  PacketField,
  Add,
  Sub,
  Mul,
  And,
  Or,
  Xor,
  // (x, amount), widths equal; an amount >= width gives 0, 0, all sign bits
  Shl,
  Lshr,
  Ashr,
  Compare, // (a, b) -> i1, attribute `compare`
  Select,  // (c, t, f)
  // (c0, v0, c1, v1, ...): v of the one ci that is 1; zero if none is. Never two at once
  Mux,
  Zext,
  Sext,
  Trunc,
  Extract, // (x) -> bits [offset, offset + width)
  Concat,  // (low, ..., high)
  MapFind, // (enable, key) -> handle; kinds Present, Hash, Lpm (the key without its length)
  // (enable, key, insert, remove[, stamp]) -> {found, handle}: bits [0, handle_bits) are the
  // handle, bit handle_bits tells whether the key was there before. Kind Table only. Looks the key
  // up; if it is there and `remove` is 1 it is gone for later accesses, if it is not there and
  // `insert` is 1 it gets a slot. The handle is that of the entry found (also of one just removed)
  // or inserted; zero if there is none: with `insert` that means that the map is full. `stamp` (32
  // bits, the packet's index): LRU maps only, at every port. All accesses of one map stand in one
  // region. Attribute `port`: 0 for the access port; several accesses of it are at least one stage
  // apart, and an interlock without handles keeps two packets from being between the first and the
  // last. Keys of prefixes are wider than those of their map: ir/prefixes.h. Above 0 for a look-up
  // at a port of its own, which sees what accesses of earlier clocks decided: insert = 0, and
  // remove = 0 but at port 1. In an LRU map it has a stamp, too: it stamps what it finds, and takes
  // one clock more than Map::find_latency (access_latency, ir/table_reserve.h).
  MapAccess,
  MapRead, // (enable, handle[, index]) -> one word of a column
  // (enable, handle, data[, index]); attribute `byte_enables`: only those bytes of the word change
  MapWrite,
  // (enable, data); bytes [offset, offset + n) of the packet; offset may be negative. In the order
  // of operations, a later one wins
  PacketWrite,
  // (enable, at) -> bytes [at, at + width/8) of the packet as received, at: 16 bits, signed, any
  // coordinate; bytes in front of and behind the frame, and all if not enabled, are zero
  PacketRead,
  Trace, // (enable, a, b, c: 64 bits each); attribute `format`
  // (enable, length, data[, copied, head, byte...]): an event for the host; always in the last
  // stage, in the order of the program. Its bytes are the first `length` (16 bits) of `data` (at
  // least a byte) and, if the operands are there, `copied` (16 bits) bytes of the packet from
  // coordinate `head` (16 bits, signed) on: as received, zeros outside of the frame; but where
  // attribute `coordinates` names a byte that operand (8 bits). Attribute `map`: index into
  // Pipeline::event_maps
  Event,
};

inline constexpr unsigned packet_read_latency = 4;

// A handle is {slot, hit}: bit 0 = found, the bits above = slot; all zero if not found.

enum class Compare : std::uint8_t { Eq, Ne, Ult, Ule, Slt, Sle };
enum class Input : std::uint8_t {
  Length,      // 16 bits, bytes of the frame as received
  Ifindex,     // 32
  RxQueue,     // 32
  Cpu,         // 32
  Time,        // 64, ns
  Seed,        // 32, constant for a run
  PacketIndex, // 32, counts from 0
  // What comes with a packet of a tc program (support/skb.h), by SkbField
  Mark,     // 32
  Priority, // 32
  Tstamp,   // 64
  Cb0,      // 32, and the next four
  Cb1,
  Cb2,
  Cb3,
  Cb4,
};

struct Operation {
  OpKind kind = OpKind::Constant;
  std::vector<ValueId> operands;
  ValueId result = no_value;
  unsigned stage = 0;   // in which operands are taken
  unsigned latency = 0; // result is defined in stage + latency
  SourceLocation location;
  // attributes; which ones count depends on kind
  Bits constant;
  Input input = Input::Length;
  Compare compare = Compare::Eq;
  int offset = 0;
  unsigned map = 0;    // MapFind/Read/Write: index into Pipeline::maps
  unsigned column = 0; // MapRead/Write: index into Map::columns
  unsigned port = 0;   // MapAccess
  std::vector<bool> byte_enables;
  unsigned format = 0;
  std::vector<int> coordinates; // Event: of the operands behind `head`, ascending
};

struct Value {
  unsigned width = 0; // bits
  // Stage in which it becomes available (as wire for latency 0, as register otherwise).
  unsigned defined = 0;
  unsigned last_use = 0; // last stage that reads it
  std::string hint;      // for names in the emitted text; may be empty
};

enum class Memory : std::uint8_t {
  Distributed, // LUT RAM or registers
  Block,       // BRAM36
  Ultra,       // URAM288
};

// A piece of a map's value that the program touches: a memory of its own with slots * count words.
// The address of a word is slot * count + index. Bytes of the value in no column never change in
// the data path.
struct Column {
  unsigned offset = 0; // first byte within the value
  unsigned bytes = 0;  // of a word
  // Words of one value (> 1: the program computes an index; word i is at offset + i * bytes).
  unsigned count = 1;
  bool written = false; // by the data path
  Memory memory = Memory::Distributed;
  unsigned read_latency = 1; // 1: Distributed, 2: Block and Ultra
};

enum class MapKind : std::uint8_t {
  Array,   // every key below max_entries is there; slot = key
  Present, // an array with a presence bit for each slot (devmap, cpumap, xskmap)
  // Filled by the host only: `ways` tables of 2^row_bits rows; way w hashes with support/hash.h;
  // slot = w << row_bits | row
  Hash,
  // Keys come and go with packets: `ways` tables of 2^row_bits rows of `places` entries {key,
  // slot}, and a stash. A key keeps its slot while its entry moves; slots are 0 .. max_entries - 1
  // (backends/verilog/README.md, "Tables")
  Table,
  Lpm, // longest prefix match, filled by the host; slot = number of the prefix
};

struct Map {
  unsigned object_index = 0; // into Object::maps
  std::string name;
  bpf_map_type type = BPF_MAP_TYPE_UNSPEC;
  MapKind kind = MapKind::Array;
  unsigned key_bytes = 0, value_bytes = 0, max_entries = 0;
  unsigned slots = 0; // Array, Present, Table, Lpm: max_entries; Hash: ways << row_bits
  unsigned ways = 0, row_bits = 0;
  unsigned places = 0;       // Table: entries of a row
  unsigned stash = 0;        // Table: entries of the stash
  bool lru = false;          // Table: a full map evicts instead of refusing
  unsigned handle_bits = 0;  // 1 + bits of a slot number
  unsigned find_latency = 0; // 0 Array, 1, 2 Present, 3 Hash, 4 Table, Lpm: support/lpm.h
  std::vector<Column> columns;
};

// A packet may enter the region only when every earlier packet that entered within the last
// `distance` clocks and has one of the same handles (hit bit set, slots equal) is gone from that
// window.
struct Interlock {
  unsigned map = 0;
  unsigned distance = 0; // clocks; packets of the same slot enter at least distance + 1 apart
  // Known at the entrance; empty: any two conflict. {slot, hit}; or {key, accessed} (look_handles).
  std::vector<ValueId> handles;
  // Counts only in clocks in which the Table could be full before a packet that enters gets there
  // (table_margin in ir/table_reserve.h).
  bool when_full = false;
};

struct Region {
  unsigned first_stage = 0, last_stage = 0;
  // Of the FIFO in front; a power of two; 0 for the first region (the ingress unit stands there).
  unsigned fifo_depth = 0;
  std::vector<Interlock> interlocks;
};

// A perf event array or a ring buffer. Events leave in the order of packets, and within a packet in
// that of the program.
struct EventMap {
  unsigned object_index = 0; // into Object::maps
  std::string name;
  bpf_map_type type = BPF_MAP_TYPE_UNSPEC;
};

// What the deparser is told in the last stage. Every value is always there (a Constant where the
// program never changes it).
struct Result {
  ValueId retval = no_value; // 32 bits; above 4 is XDP_ABORTED with the raw value kept (not in tc)
  ValueId head = no_value;   // 16 bits, signed coordinate of the first byte out
  ValueId tail = no_value;   // 16 bits, signed coordinate behind the last byte out
  ValueId fill = no_value;   // 16 bits; received bytes at coordinates >= fill are replaced by zeros
  ValueId trap = no_value;   // 8 bits
  ValueId redirect_map = no_value;     // 8 bits: object map index + 1, 0 none
  ValueId redirect_key = no_value;     // 32 bits
  ValueId redirect_ifindex = no_value; // 32 bits
  ValueId redirect_flags = no_value;   // 64 bits
  // tc programs: fields of the packet's metadata that the program may change, ascending, and what
  // they are in the end
  struct Field {
    SkbField field;
    ValueId value;
  };
  std::vector<Field> skb;
};

struct Pipeline {
  std::string name;   // the program's
  bool tc = false;    // verdicts are TC_ACT_* (drops: SHOT, STOLEN, TRAP); a trap gives TC_ACT_SHOT
  std::string device; // "xcu50"
  double clock_mhz = 250;
  unsigned bus_bytes = 64;
  unsigned window_bytes = 0;         // header bytes [0, window) that PacketField may read
  std::vector<Operation> operations; // in dependence order; effects in program order
  std::vector<Value> values;
  unsigned stages = 0;
  std::vector<Region> regions; // cover 0 .. stages - 1 without gaps
  std::vector<Map> maps;
  std::vector<EventMap> event_maps;
  std::vector<std::string> trace_formats;
  Result result;

  // Derived, filled by ir/export:
  std::vector<int> written_bytes; // coordinates that PacketWrite may change, ascending
  bool moves_head = false;        // head is not constantly 0
  bool moves_tail = false;        // tail is not constantly the length
  unsigned register_bits = 0; // bits in stage registers (all values over all borders they cross)
};

} // namespace pw::pipeline
