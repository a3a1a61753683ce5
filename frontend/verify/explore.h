// The program unrolled and inlined: a graph without cycles whose nodes are basic blocks with what
// is known where they are entered.
//
// A node is named by where it stands: the calls that led there, the block, and for each loop around
// it the number of the pass. States that meet at one place are joined, unless a live register or
// stack slot holds different kinds of things; then there are several nodes at that place. A program
// that can't be shown to be right in this way is looked at once more, with states kept apart also
// if they go different ways at one of the next jumps (fate.h); Linux looks at each path alone.
// Places are visited in an order in which every node comes behind all that lead to it, so that each
// is visited once.
#pragma once

#include "frontend/frontend.h"
#include "frontend/verify/cfg.h"
#include "frontend/verify/linked.h"
#include "frontend/verify/tail_graph.h"
#include "frontend/verify/transfer.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace pw::verify {

enum class EdgeKind : std::uint8_t {
  Next,  // falls into the next block; first where there are others
  Taken, // conditional or unconditional jump
  NotTaken,
  Call,   // into a subprogram
  Return, // out of it
  Body,   // bpf_loop: another round
  Done,   // bpf_loop: all rounds done
  Again,  // callback returned 0
  Stop,   // callback returned another number
  Tail,   // into another program
  None,   // a map of maps: nothing in the slot
  Inner,  // a map of maps: the inner map of place `choice` (all of them, if they are joined)
};

struct Edge {
  EdgeKind kind = EdgeKind::Next;
  unsigned to = 0; // node
  unsigned choice = 0;
};

struct Node {
  unsigned context = 0;   // index into Program::contexts
  unsigned block = 0;     // in the function of the context
  bool loop_step = false; // in front of round `round` of bpf_loop; no instructions of its own
  std::uint64_t round = 0;
  std::vector<std::uint32_t> iterations; // per component around the block
  State entry;
  std::vector<Edge> edges; // none: the program ends here (Exit)
};

// A subprogram called from one place: callers and rounds included. Or a program that was
// tail-called and has taken the place of one of these (or of the program itself): it returns to the
// same caller.
struct Context {
  const Function* function = nullptr;
  unsigned parent = 0;     // context of the caller; own index for the program itself
  unsigned depth = 0;      // frames below
  unsigned call_block = 0; // in the caller
  std::vector<std::uint32_t> call_iterations;
  bool is_callback = false;
  std::uint64_t round = 0;
  std::vector<std::uint32_t> prefix; // of the keys of its nodes
  unsigned tail_calls = 0;           // since its caller called
  std::vector<std::uint32_t> origin; // prefix of what it has taken the place of
};

struct Exploration {
  isa::Code code;
  std::set<unsigned> choices; // look-ups that may give a map
  std::unique_ptr<Graph> graph;
  std::vector<Context> contexts;
  std::vector<Node> nodes; // in an order in which edges lead forward only, once sorted by `order`
  std::vector<unsigned> order;
  TailGraph tails;
  std::map<unsigned, std::string> empty_calls; // tail calls that find no program: instruction, slot
  std::set<unsigned> cut_calls;                // those that VerifyOptions::tail_calls ends
  unsigned instructions = 0;                   // unrolled
  bool complete = false;                       // all of the program was seen
};

// Fills the report; the exploration is complete only if there are no errors in it. exact_places:
// states that point to different places of a map value stay apart, as on the paths of Linux.
Exploration explore(const Object&, const Linked&, const VerifyOptions&, Report&,
                    bool exact_places = false);

} // namespace pw::verify
