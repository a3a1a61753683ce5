// The lifter's working state: one LLVM function, a basic block for each node of the exploration,
// and a memory cell for each register. What each register holds is known at every place (verify/),
// and with it how an instruction is lifted:
//
//   number            i64, cell `number`
//   packet pointer    i32 coordinate, cell `coordinate`; data_end and metadata pointers, too
//   stack pointer     nothing where its offset is constant, else i32 offset from r10 in
//   `coordinate` map value         ptr, cell `pointer`
//   map               cell `number`: which of joined inner maps; context, ... nothing
//
// Cells become SSA values at once (mem2reg). The stack is cut into pieces at the borders of all
// accesses, so that few of them need more than one piece.
#pragma once

#include "frontend/frontend.h"
#include "frontend/lift/stack_layout.h"
#include "frontend/verify/explore.h"
#include "frontend/verify/skb.h"
#include "support/fib.h"

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace pw::lift {

using verify::Kind;
using verify::State;
using Abstract = verify::Value;

struct Cell {
  llvm::AllocaInst* number = nullptr;
  llvm::AllocaInst* coordinate = nullptr;
  llvm::AllocaInst* pointer = nullptr;
};

// A value as it is at run time; which member counts depends on its kind.
struct Lifted {
  llvm::Value* number = nullptr;
  llvm::Value* coordinate = nullptr;
  llvm::Value* pointer = nullptr;
};

// Records of ring buffers are kept as stack frames are, behind those; byte 0 stands here.
constexpr int record_place(std::int64_t byte) { return int(byte) - int(verify::max_record_bytes); }

// What bpf_fib_lookup accesses of its struct: offsets and bytes.
inline constexpr std::array<std::pair<unsigned, unsigned>, 16> fib_fields{{{0, 1},
                                                                           {6, 2},
                                                                           {8, 4},
                                                                           {12, 4},
                                                                           {16, 4},
                                                                           {20, 4},
                                                                           {24, 4},
                                                                           {28, 4},
                                                                           {32, 4},
                                                                           {36, 4},
                                                                           {40, 4},
                                                                           {44, 4},
                                                                           {48, 4},
                                                                           {52, 4},
                                                                           {56, 4},
                                                                           {60, 4}}};

// The largest power of two up to 8 that is aligned at `offset` and ends before `end`.
unsigned natural_bytes(unsigned offset, unsigned end);

class Lifter {
public:
  Lifter(const Object&, const Program&, verify::Exploration&, const LiftOptions&, LiftedProgram&);
  void run();

private:
  // lift.cpp: frame of the function, nodes and edges
  void declare_environment();
  void create_cells();
  void create_exit();
  void lay_out_stack();
  void lift_node(unsigned n);
  void lift_step(const State&, unsigned insn);
  void finish_node(const verify::Node&, State&);
  void finish_jump(const verify::Node&, State&, unsigned insn, const isa::Jump&);
  void finish_call(const verify::Node&, const State&);
  void finish_return(const verify::Node&, State&);
  void give_element(const verify::Node&);
  void finish_round(const verify::Node&, bool walks);
  void finish_program(const State&);
  void finish_tail(const verify::Node&, const State&);   // lift_tail.cpp
  void finish_choice(const verify::Node&, const State&); // lift_inner.cpp
  llvm::Value* one_of(llvm::Value* index, const std::vector<std::uint32_t>& slots);
  void clear_stack(unsigned frame);
  llvm::BasicBlock* block_of(unsigned node) { return blocks_.at(node); }
  llvm::BasicBlock* edge_block(const char* name);
  void clear_nulls(const State&, const Abstract& null);
  void locate(unsigned insn);
  llvm::AllocaInst* cell(llvm::Type*, const std::string& name);

  // values
  unsigned top(const State& s) const { return unsigned(s.frames.size()) - 1; }
  llvm::Value* number(const State&, isa::Register);
  llvm::Value* number(const State&, const isa::Operand&);
  llvm::Value* number(const Abstract&, const Cell&);
  llvm::Value* low32(const State&, isa::Register);
  llvm::Value* coordinate(const Abstract&, const Cell&);
  llvm::Value* pointer(const Cell&);
  Lifted get(const Abstract&, const Cell&);
  void put(const Abstract&, const Cell&, const Lifted&);
  void set_number(const State&, isa::Register, llvm::Value*); // i64 or narrower, zero-extended
  Cell& reg(const State& s, isa::Register r) { return cells_[top(s)][r]; }
  Cell& spill(unsigned frame, int offset);

  // lift_alu.cpp
  void lift(const State&, const State& after, const isa::Alu&);
  void lift(const State&, const State& after, const isa::ByteSwap&);
  void lift_move(const State&, const State& after, const isa::Alu&);
  void lift_pointer_alu(const State&, const State& after, const isa::Alu&);
  llvm::Value* arithmetic(isa::AluOp, llvm::Value* a, llvm::Value* b, bool nonzero);
  llvm::Value* condition(const State&, const isa::Jump&);
  llvm::Value* compare(isa::Condition, llvm::Value* a, llvm::Value* b);

  // lift_memory.cpp
  void lift(const State&, const State& after, const isa::Load&);
  void lift(const State&, const State& after, const isa::Store&);
  void lift(const State&, const State& after, const isa::Atomic&);
  void lift_context(const State&, const isa::Load&);
  void check_packet(const State&, const Abstract&, llvm::Value* first, std::int64_t offset,
                    std::int64_t bytes);
  llvm::Value* read(const State&, const Abstract&, const Cell&, std::int64_t offset,
                    unsigned bytes);
  void write(const State&, const Abstract&, const Cell&, std::int64_t offset, unsigned bytes,
             llvm::Value*);
  Abstract in_frame(const Abstract& record) const;
  llvm::Value* read_stack(unsigned frame, int first, unsigned bytes);
  void write_stack(unsigned frame, int first, unsigned bytes, llvm::Value*);
  llvm::Value* read_variable_stack(const Abstract&, const Cell&, std::int64_t offset,
                                   unsigned bytes);
  void write_variable_stack(const Abstract&, const Cell&, std::int64_t offset, unsigned bytes,
                            llvm::Value*);
  llvm::Value* packet_address(llvm::Value* coordinate, std::int64_t offset);
  llvm::Value* load(llvm::Value* address, unsigned bytes, const std::string& area);
  void store(llvm::Value* address, llvm::Value*, unsigned bytes, const std::string& area);
  llvm::MDNode* area_tag(const std::string& area);
  std::string map_area(const Abstract&) const;
  llvm::Value* atomic_on_map(const isa::Atomic&, llvm::Value* address, llvm::Value* operand,
                             llvm::Value* expected, const std::string& area);
  llvm::Value* atomic_plain(const isa::Atomic&, llvm::Value* old, llvm::Value* operand,
                            llvm::Value* expected);

  // lift_calls.cpp
  void lift(const State&, const State& after, const isa::CallHelper&);
  void lift_check_mtu(const State&);
  void lift_trace(const State&);
  void lift_random(const State&);
  void lift_redirect(const State&);
  void lift_redirect_map(const State&);
  void set_redirect(llvm::Value* when, llvm::Value* map, llvm::Value* key, llvm::Value* ifindex,
                    llvm::Value* flags);
  std::int64_t first_head() const; // where adjust_head may put the head at most
  void lift_adjust_head(const State&);
  void move_metadata(const State&, llvm::Value* good, llvm::Value* from, llvm::Value* to,
                     llvm::Value* head);
  void lift_adjust_tail(const State&);
  llvm::Value* fill_from(const State&, llvm::Value* tail);
  void lift_adjust_meta(const State&);
  void lift_csum_diff(const State&);
  void lift_packet_bytes(const State&, bool load);
  llvm::Value* sum_words(const State&, isa::Register memory, isa::Register size,
                         llvm::Value* start);
  llvm::Value* add_with_carry(llvm::Value* a, llvm::Value* b);
  llvm::Value* environment(const char* name, llvm::Type*);
  llvm::FunctionCallee effect(const char* name, llvm::FunctionType*);
  void replace_if(llvm::Value* when, llvm::AllocaInst*, llvm::Value*);
  void lift_map_value(const State&, const isa::LoadMapValue&);

  // lift_events.cpp
  void lift_event(const State&, std::uint32_t helper);
  void lift_perf_output(const State&);
  void lift_ring_output(const State&);
  void lift_reserve(const State&);
  void lift_close(const State&, bool submit);
  void lift_query(const State&);
  llvm::Value* take_ring(unsigned map, llvm::Value* size);
  std::vector<llvm::Value*> bytes_of(const State&, isa::Register, std::uint64_t most);
  std::vector<llvm::Value*> pieces_of(unsigned frame, int first, unsigned bytes);
  void emit_event(unsigned map, llvm::Value* length, const std::vector<llvm::Value*>& parts,
                  llvm::Value* copied = nullptr);
  // lift_skb.cpp: tc programs
  void create_skb();
  void finish_skb();
  llvm::Value* packet_type();
  llvm::Value* protocol_at(llvm::Value* head, unsigned at);
  llvm::AllocaInst* field(SkbField f) { return skb_.fields[unsigned(f)]; }
  void set_field(SkbField, llvm::Value*);
  void set_field_if(llvm::Value* when, SkbField, llvm::Value*);
  llvm::Value* vlan_present();
  llvm::Value* packet_length();
  llvm::Value* read_cb(unsigned offset, unsigned bytes);
  void write_cb(unsigned offset, unsigned bytes, llvm::Value*);
  llvm::Value* skb_number(const verify::SkbPlace&);
  void lift_skb_load(const State&, const isa::Load&);
  void lift_skb_store(const State&, const isa::Store&);
  // -errno of the first condition that holds; otherwise 0 or what is given.
  llvm::Value* chosen(std::initializer_list<std::pair<llvm::Value*, int>> errors,
                      llvm::Value* otherwise = nullptr);
  llvm::Value* is_protocol(unsigned ethertype);
  bool lift_skb_helper(const State&, const isa::CallHelper&);
  void lift_tc_redirect(const State&);
  void lift_change_type(const State&);
  void lift_set_tstamp(const State&);
  void lift_csum_level(const State&);
  // lift_skb_bytes.cpp
  void lift(const State&, const isa::LoadPacket&);
  void for_each_byte(const State&, const std::function<void(unsigned)>&);
  void lift_skb_load_bytes(const State&, bool relative);
  void lift_skb_store_bytes(const State&);
  llvm::Value* inside_packet(llvm::Value* offset, llvm::Value* bytes);
  llvm::Value* folded(llvm::Value* sum);
  llvm::Value* add16(llvm::Value*, llvm::Value*);
  llvm::Value* replaced_sum(const State&, llvm::Value* old, llvm::Value* size, bool l4);
  void lift_csum_replace(const State&, bool l4);
  // lift_skb_moves.cpp
  struct Room { // a call of bpf_skb_adjust_room
    llvm::Value *flags, *bytes, *header;
    llvm::Value *shrinks, *ipv4, *ipv6;
  };
  void when(llvm::Value* condition, const std::function<void()>&);
  void move_head(llvm::Value* to);
  void move_header(llvm::Value* from, llvm::Value* to, unsigned bytes);
  void clear_packet(llvm::Value* at, llvm::Value* bytes, unsigned most);
  void open_room(unsigned header, llvm::Value* bytes, unsigned most);
  void close_room(unsigned header, llvm::Value* bytes);
  llvm::Value* is_vlan();
  void lift_vlan_push(const State&);
  llvm::Value* take_tag();
  void lift_vlan_pop(const State&);
  void lift_change_head(const State&);
  void lift_change_tail(const State&);
  void lift_change_proto(const State&);
  llvm::Value* encapsulation_error(llvm::Value* flags, llvm::Value* bytes);
  llvm::Value* room_error(const State&, const Room&);
  void set_room_protocol(const Room&);
  void lift_adjust_room(const State&);

  // lift_maps.cpp
  struct Part { // of a value
    unsigned offset = 0;
    llvm::Value* value = nullptr;
  };
  llvm::CallInst* call_map(const char* what, unsigned map, llvm::Type* result, llvm::MemoryEffects,
                           const std::vector<llvm::Value*>& arguments);
  llvm::Value* find(unsigned map, llvm::Value* key);
  llvm::Value* read_key(const State&);
  llvm::Value* element_place(const State&, std::uint64_t element);
  void lift_lookup(const State&);
  std::vector<Part> read_value(const State&);
  llvm::Value* joined(const std::vector<Part>&, unsigned value_size);
  void store_value(unsigned map, llvm::Value* element, const std::vector<Part>&);
  void lift_update(const State&);
  void lift_array_update(const State&);
  void lift_hash_update(const State&);
  void lift_locked_update(const State&, llvm::Value* key, llvm::Value* flags,
                          const std::vector<Part>&, llvm::BasicBlock* done);
  void lift_delete(const State&);

  // lift_fib.cpp
  struct FibCall { // of bpf_fib_lookup
    const State& state;
    llvm::AllocaInst* result = nullptr; // i32
    llvm::Value* flags = nullptr;       // i32
    std::uint64_t may_set = 0, must_set = 0;
  };
  void lift_fib_lookup(const State&);
  llvm::Value* fib_param(const FibCall&, unsigned offset, unsigned bytes);
  void set_fib_param(const FibCall&, unsigned offset, unsigned bytes, llvm::Value*);
  llvm::Value* fib_address(const FibCall&, unsigned offset, bool v6);
  llvm::Value* fib_flag(const FibCall&, unsigned flag);
  llvm::Value* fib_length(const FibCall&);
  unsigned fib_map(const char* name) const;
  struct Route { // what a table has for the destination
    unsigned map = 0;
    llvm::Value *entry = nullptr, *there = nullptr; // i1: it is the table that counts, and not null
  };
  Route find_route(const char* map, llvm::Value* wanted, llvm::Value* address);
  void find_route(const FibCall&, bool v6);
  void use_route(const FibCall&, unsigned map, llvm::Value* entry, bool v6);
  void use_next_hop(const FibCall&, unsigned map, llvm::Value* entry, bool v6);
  void set_fib_mtu(const FibCall&, unsigned map, llvm::Value* entry);
  void set_fib_result(const FibCall&, int result);

  // lift_queue.cpp
  struct Ends { // of a queue or stack
    unsigned map = 0;
    llvm::Value *place = nullptr, *first = nullptr, *count = nullptr;
  };
  Ends ends_of(unsigned queue);
  void set_ends(const Ends&, llvm::Value* first, llvm::Value* count);
  llvm::Value* slot_behind(unsigned queue, llvm::Value* first, llvm::Value* count);
  llvm::Value* value_base(unsigned map);
  void lift_push(const State&);
  void lift_pop(const State&, bool remove);

  // lift_probe.cpp
  void lift_probe_read(const State&);
  void lift_compare_strings(const State&);
  // lift_bloom.cpp
  bool is_bloom(const State&) const; // the map in r1
  std::vector<llvm::Value*> bloom_places(const State&);
  void lift_bloom_push(const State&);
  void lift_bloom_peek(const State&);

  llvm::Type* bits(unsigned n) { return b_.getIntNTy(n); }
  llvm::ConstantInt* c32(std::int64_t v) { return b_.getInt32(std::uint32_t(v)); }
  llvm::ConstantInt* c64(std::int64_t v) { return b_.getInt64(std::uint64_t(v)); }
  llvm::Value* value_of(llvm::AllocaInst* a) { return b_.CreateLoad(a->getAllocatedType(), a); }

  const Object& object_;
  const Program& program_;
  verify::Exploration& explored_;
  bool tc() const { return program_.type == ProgramType::Tc; }

  const LiftOptions options_;
  LiftedProgram& out_;
  verify::Report silent_;
  verify::Transfer transfer_;
  llvm::Module& m_;
  llvm::IRBuilder<> b_;
  llvm::DIBuilder di_;
  llvm::DIFile* main_file_ = nullptr;
  llvm::DISubprogram* scope_ = nullptr;
  std::map<std::string, llvm::DIScope*> scopes_; // by file name
  llvm::Function* f_ = nullptr;
  llvm::GlobalVariable* packet_ = nullptr;
  llvm::BasicBlock* entry_ = nullptr;
  llvm::BasicBlock* trap_ = nullptr; // packet access out of bounds
  llvm::BasicBlock* exit_ = nullptr;
  std::map<unsigned, llvm::BasicBlock*> blocks_;       // by node
  std::vector<std::array<Cell, 11>> cells_;            // by frame
  std::vector<StackLayout> stacks_;                    // by frame
  std::vector<std::vector<llvm::AllocaInst*>> pieces_; // by frame, as in its layout
  std::map<std::pair<unsigned, int>, Cell> spills_;
  std::map<std::string, llvm::MDNode*> tags_;
  std::map<std::string, unsigned> formats_;
  unsigned first_record_ = 0;                       // index into stacks_ and pieces_
  std::map<unsigned, llvm::AllocaInst*> ring_used_; // by map: bytes that the packet has taken
  std::map<std::pair<std::string, llvm::FunctionType*>, unsigned> event_kinds_;
  struct {
    llvm::AllocaInst *head, *tail, *meta, *fill, *calls, *retval, *trap;
    llvm::AllocaInst *redirect_map, *redirect_key, *redirect_ifindex, *redirect_flags;
  } vars_{};
  struct { // tc programs; by SkbField
    std::array<llvm::AllocaInst*, skb_field_count> fields;
    llvm::AllocaInst* network;      // coordinate of the network header
    llvm::AllocaInst* encapsulated; // by adjust_room
    llvm::AllocaInst* tstamp_type;
    llvm::AllocaInst* checksum; // 0: not looked at, else 1 + csum_level
    std::set<unsigned> changed;
  } skb_{};
};

} // namespace pw::lift
