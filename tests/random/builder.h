// The state of one program under construction, and its statements by what they are about.
#pragma once

#include "tests/random/emitter.h"
#include "tests/random/frame.h"
#include "tests/random/generator.h"
#include "tests/random/random_bits.h"

#include <optional>

namespace pw::random {

// Chances in percent; drawn anew for each program.
struct Mixture {
  unsigned wide;      // 64-bit instead of 32-bit operations
  unsigned immediate; // instead of a register as second operand
  unsigned division;
  unsigned modern; // instructions of v4
  unsigned else_branch;
  unsigned variable;    // offsets that come from the packet
  unsigned freeze;      // a pointer stays valid through a block
  unsigned meta;        // the metadata in front of the packet
  unsigned weights[12]; // of statements, in the order of Builder::statement
};

class Builder {
public:
  Builder(Object& object, Bits& bits, const GenerateOptions& options);
  void build(); // fills the one program of the object

private:
  // statements_flow.cpp
  void statement();
  void block(unsigned statements);
  void if_statement();
  void loop_statement();
  void leave(); // exit with some verdict
  void guarded_leave();
  void call_function();
  void guarded_break();
  std::optional<unsigned> loop_register();
  void branch_on_scalar(Label to); // jumps there under some condition

  // statements_scalar.cpp
  void alu_statement();
  void alu(unsigned dst, bool wide);
  void divide(unsigned dst, bool wide);
  void modern_alu(unsigned dst);
  void shift(unsigned dst, bool wide);
  void swap_bytes(unsigned dst);
  void mask(unsigned reg, unsigned below); // reg < below (a power of two) from here on

  // statements_memory.cpp
  void packet_statement();
  void packet_block();
  void advance_pointer(unsigned pointer);
  int packet_offset(unsigned pointer, unsigned size);
  void memory_access(unsigned pointer);
  void load_packet(unsigned pointer);
  void store_packet(unsigned pointer);
  void stack_statement();
  void stack_store();
  void stack_load();
  void stack_indexed();
  void fill(unsigned at, bool all);
  void spill_statement();

  // statements_map.cpp
  void map_statement();
  void write_length(int at, unsigned bits);
  void write_key(const MapDefinition&, int at); // `at`: offset from the frame pointer
  void map_change(unsigned map);
  void value_argument(const MapDefinition&);
  void flags_argument();
  void after_change(unsigned map, bool update);
  void value_access(unsigned pointer);
  void value_modify(unsigned pointer);
  void value_atomic(unsigned pointer);
  void value_indexed(unsigned pointer);
  void global_statement();

  // statements_helper.cpp
  void helper_statement();
  void checksum_helper();
  void redirect_helper();
  void redirect_map_helper();
  void context_statement();
  void loop_helper();
  void build_callback(Label);
  void adjust_statement();
  void adjust(std::int32_t helper);
  void call_scalar(std::int32_t helper);

  // statements_skb.cpp
  void skb_field_statement();
  void skb_move_statement();
  void skb_call(std::int32_t helper, bool moves);
  void skb_offset(unsigned reg);
  void skb_bytes(bool load);
  void skb_checksum(bool l4);
  void skb_room();
  void skb_vlan();
  void skb_number(std::int32_t helper, std::initializer_list<unsigned> numbers, bool moves);
  void load_absolute();

  // registers
  std::optional<unsigned> pick(Kind) const; // one that holds such a thing
  unsigned
  scalar(std::initializer_list<unsigned> avoid = {}); // ... made if there is none, not in these
  unsigned fresh(std::initializer_list<unsigned> avoid = {}); // one that may be overwritten
  std::optional<unsigned> pick_map(std::initializer_list<bpf_map_type>) const;
  bool frozen(unsigned reg) const { return (frozen_ >> reg & 1) != 0; }
  bool changeable(unsigned reg) const { return !frozen(reg) || (carried_ >> reg & 1) != 0; }
  unsigned access_size(unsigned bytes); // 1, 2, 4 or 8, at most `bytes`
  const MapDefinition& map(unsigned index) const { return object_.maps[index]; }

  Object& object_;
  Bits& bits_; // also picked from by const functions
  GenerateOptions options_;
  Mixture mix_{};
  Emitter emit_;
  Frame frame_;
  unsigned frozen_ = 0;  // bit mask: registers that the block may not overwrite
  unsigned carried_ = 0; // of these, scalars that may be changed by arithmetic (loops carry them)
  unsigned budget_ = 0;  // statements that may still follow
  unsigned depth_ = 0, loops_ = 0;
  struct Loop {
    Label out;
    std::vector<Frame> ends; // what is known at each way out
  };
  Loop* loop_ = nullptr; // the innermost one
  struct Function {
    Label entry;
    unsigned arguments;
    bool called = false;
  };
  void build_function(const Function&);
  std::vector<Function> functions_;
  std::vector<Label> callbacks_; // for bpf_loop
};

} // namespace pw::random
