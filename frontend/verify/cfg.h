// Control flow of the program's functions: basic blocks, a weak topological order of them, and
// which registers and stack slots are live.
#pragma once

#include "frontend/isa/isa.h"
#include "frontend/object/object.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pw::verify {

// A block also ends behind a call of a subprogram, behind bpf_loop and behind bpf_tail_call, since
// other code runs there, and behind a look-up that may give a map, since there is one way for each.
struct Block {
  unsigned first = 0, last = 0; // instructions, both within
  std::vector<unsigned> successors, predecessors;
  // Place in the weak topological order: the components around the block, outermost first, and its
  // position in the program, in the first component, in the second, ... (one more than there are
  // components).
  std::vector<unsigned> components;
  std::vector<std::uint32_t> positions;
  std::uint16_t live_in = 0; // bit r = register r
  std::set<int> slots_in;    // 8-byte slots (offset from r10) that may be loaded directly
};

struct Component {
  unsigned head =
      0; // block: every back edge inside the component leads to the head of it or of an inner one
};

struct Function {
  unsigned first = 0, end = 0; // instructions [first, end)
  std::string name;
  std::vector<Block> blocks; // [0] is the entry
  std::vector<Component> components;
  std::vector<unsigned> callees;         // first instructions
  std::vector<int> taken;                // offsets from r10 whose address went elsewhere, ascending
  std::set<int> loaded;                  // slots that are loaded directly anywhere
  std::map<unsigned, unsigned> block_at; // first instruction -> block

  unsigned stack_bytes = 0; // below r10, as far as offsets are constants

  bool slot_live(const std::set<int>& direct, int offset) const;
};

// Functions by first instruction. Code must be decoded and its jumps within range.
class Graph {
public:
  // choices: look-ups that may give a map.
  Graph(const isa::Code&, const Program&, const std::set<unsigned>& choices = {});
  const Function& function(unsigned first) const { return functions_.at(first); }
  bool has(unsigned first) const { return functions_.contains(first); }
  const std::map<unsigned, Function>& functions() const { return functions_; }
  // First instructions of functions that call each other in a circle, else empty.
  std::vector<unsigned> recursion() const;

private:
  std::map<unsigned, Function> functions_;
};

bool ends_block(const isa::Instruction&);
bool is_loop_call(const isa::Instruction&); // bpf_loop, or the next
bool is_for_each(const isa::Instruction&);  // bpf_for_each_map_elem
bool is_tail_call(const isa::Instruction&); // bpf_tail_call
std::uint16_t defined_registers(const isa::Instruction&); // bit r: it changes register r
// Calls of bpf_map_lookup_elem that are not seen to look into an ordinary map; none if the object
// has no map of maps.
std::set<unsigned> map_choices(const Object&, const isa::Code&);

// The pieces, each in its own file.
void build_blocks(const isa::Code&, Function&, const std::set<unsigned>& choices);
void order_blocks(Function&);
void find_live(const isa::Code&, Function&, const std::map<unsigned, Function>& done);

} // namespace pw::verify
