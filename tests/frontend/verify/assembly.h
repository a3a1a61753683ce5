// Hand-assembled programs: one function an instruction form.
#pragma once

#include "frontend/frontend.h"

#include <cstdint>
#include <string>
#include <vector>

namespace pw::assembly {

using Insns = std::vector<bpf_insn>;

inline bpf_insn make(int code, int dst, int src, int off, std::int32_t imm) {
  bpf_insn i{};
  i.code = std::uint8_t(code);
  i.dst_reg = std::uint8_t(dst & 15);
  i.src_reg = std::uint8_t(src & 15);
  i.off = std::int16_t(off);
  i.imm = imm;
  return i;
}
inline bpf_insn alu(int op, int dst, std::int32_t imm) {
  return make(BPF_ALU64 | op | BPF_K, dst, 0, 0, imm);
}
inline bpf_insn alu_r(int op, int dst, int src) {
  return make(BPF_ALU64 | op | BPF_X, dst, src, 0, 0);
}
inline bpf_insn alu32_r(int op, int dst, int src) {
  return make(BPF_ALU | op | BPF_X, dst, src, 0, 0);
}
inline bpf_insn mov(int dst, std::int32_t imm) { return alu(BPF_MOV, dst, imm); }
inline bpf_insn mov_r(int dst, int src) { return alu_r(BPF_MOV, dst, src); }
inline bpf_insn add(int dst, std::int32_t imm) { return alu(BPF_ADD, dst, imm); }
inline bpf_insn load(int size, int dst, int base, int off) {
  return make(BPF_LDX | size | BPF_MEM, dst, base, off, 0);
}
inline bpf_insn store(int size, int base, int off, int src) {
  return make(BPF_STX | size | BPF_MEM, base, src, off, 0);
}
inline bpf_insn store_k(int size, int base, int off, std::int32_t imm) {
  return make(BPF_ST | size | BPF_MEM, base, 0, off, imm);
}
inline bpf_insn atomic_add(int base, int off, int src) {
  return make(BPF_STX | BPF_DW | BPF_ATOMIC, base, src, off, BPF_ADD);
}
inline bpf_insn jump(int off) { return make(BPF_JMP | BPF_JA, 0, 0, off, 0); }
inline bpf_insn jump_if(int op, int dst, std::int32_t imm, int off) {
  return make(BPF_JMP | op | BPF_K, dst, 0, off, imm);
}
inline bpf_insn jump_if_r(int op, int dst, int src, int off) {
  return make(BPF_JMP | op | BPF_X, dst, src, off, 0);
}
inline bpf_insn call(std::int32_t helper) { return make(BPF_JMP | BPF_CALL, 0, 0, 0, helper); }
inline bpf_insn call_local(std::int32_t distance) {
  return make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, distance);
}
inline bpf_insn call_kfunc(std::int32_t id) {
  return make(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id);
}
inline bpf_insn leave() { return make(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }
inline Insns wide(int dst, int src, std::int32_t low, std::int32_t high = 0) {
  return {make(BPF_LD | BPF_DW | BPF_IMM, dst, src, 0, low), make(0, 0, 0, 0, high)};
}
inline Insns map(int dst, int index) { return wide(dst, BPF_PSEUDO_MAP_IDX, index); }
inline Insns map_value(int dst, int index, int offset) {
  return wide(dst, BPF_PSEUDO_MAP_IDX_VALUE, index, offset);
}
inline Insns callback(int dst, std::int32_t distance) {
  return wide(dst, BPF_PSEUDO_FUNC, distance);
}

// Joins instructions and lists of them.
struct Code : Insns {
  Code& operator<<(const bpf_insn& i) {
    push_back(i);
    return *this;
  }
  Code& operator<<(const Insns& all) {
    insert(end(), all.begin(), all.end());
    return *this;
  }
};

// r0 = value of entry 0 of map `index`, or NULL. Leaves the key at r10 - 4.
inline Insns lookup(int index) {
  Code c;
  c << store_k(BPF_W, 10, -4, 0) << map(1, index) << mov_r(2, 10) << add(2, -4)
    << call(BPF_FUNC_map_lookup_elem);
  return c;
}

// Maps 0: hash of 8-byte values, 1: array of 16 bytes, 2: xskmap, 3: sockmap, 4: cpumap, 5:
// constants, 6: devmap, 7: LRU hash, 8: LPM trie, 9: hash of 16 bytes with a lock at byte 4.
inline Object object_of(const Insns& insns, std::vector<unsigned> subprograms = {}) {
  Object o;
  const auto add_map = [&](const char* name, bpf_map_type type, unsigned value) {
    MapDefinition m;
    m.name = name;
    m.type = type;
    m.key_size = 4;
    m.value_size = value;
    m.max_entries = 4;
    o.maps.push_back(m);
  };
  add_map("hash", BPF_MAP_TYPE_HASH, 8);
  add_map("array", BPF_MAP_TYPE_ARRAY, 16);
  add_map("sockets", BPF_MAP_TYPE_XSKMAP, 4);
  add_map("connections", BPF_MAP_TYPE_SOCKMAP, 4);
  add_map("cpus", BPF_MAP_TYPE_CPUMAP, 4);
  add_map(".rodata", BPF_MAP_TYPE_ARRAY, 8);
  o.maps.back().max_entries = 1;
  o.maps.back().global = GlobalData::Rodata;
  o.maps.back().initial = {'x', '=', '%', 's', 0, 0, 0, 0};
  add_map("devices", BPF_MAP_TYPE_DEVMAP, 4);
  add_map("lru", BPF_MAP_TYPE_LRU_HASH, 8);
  add_map("prefixes", BPF_MAP_TYPE_LPM_TRIE, 8);
  o.maps.back().key_size = 8;
  add_map("locked", BPF_MAP_TYPE_HASH, 16);
  o.maps.back().spin_lock = 4;
  Program p;
  p.name = "test";
  p.section = "xdp";
  p.type = ProgramType::Xdp;
  p.type_name = "xdp";
  p.insns = insns;
  p.subprograms.push_back({0, "test"});
  for (unsigned s : subprograms)
    p.subprograms.push_back({s, "sub" + std::to_string(s)});
  LineInfo line;
  line.location = {"test.c", 7, 1, "source"};
  p.lines.push_back(line);
  o.programs.push_back(p);
  return o;
}

} // namespace pw::assembly
