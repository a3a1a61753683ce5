#include "frontend/verify/explorer.h"

#include "frontend/verify/circles.h"
#include "frontend/verify/fate.h"

#include <algorithm>
#include <map>
#include <set>

namespace pw::verify {
namespace {

using namespace isa;
using Key = std::vector<std::uint32_t>;

constexpr std::size_t most_apart = 8;          // states kept apart at one place
constexpr unsigned max_depth = 8;              // of frames, as in Linux
constexpr std::uint64_t max_rounds = 1u << 23; // of bpf_loop, as in Linux
constexpr std::uint16_t call_registers = 0x3f; // r0 .. r5
constexpr std::uint16_t loop_registers = 0x0e; // r1 .. r3: what bpf_loop still needs
constexpr std::uint32_t tail_mark = 1u << 31; // in keys: behind all blocks of what was called first

struct Place {
  unsigned context = 0, block = 0;
  std::vector<std::uint32_t> iterations;
  bool loop_step = false;
  std::uint64_t round = 0;
};

// Counters of the loops around `to` after following an edge from `from`.
std::vector<std::uint32_t> counters(const Function& f, unsigned from,
                                    const std::vector<std::uint32_t>& counts, unsigned to) {
  const auto &a = f.blocks[from].components, &b = f.blocks[to].components;
  std::vector<std::uint32_t> out(b.size(), 0);
  std::size_t shared = 0;
  while (shared < a.size() && shared < b.size() && a[shared] == b[shared]) {
    out[shared] = counts[shared];
    ++shared;
  }
  if (!b.empty() && shared == b.size() && f.components[b.back()].head == to)
    ++out.back();
  return out;
}

class Explorer {
public:
  Explorer(const Object& object, const Linked& linked, const VerifyOptions& options, Report& report,
           Exploration& out, const Manner& manner)
      : object_(object), linked_(linked), options_(options), report_(report), out_(out),
        transfer_(object, linked.whole, out.code, report, options.micro_engine),
        foresight_(object, linked.whole, out, manner.foresight, options.micro_engine),
        apart_(manner.foresight > 0), exact_places_(manner.exact_places), ranks_(manner.ranks) {
    out_.tails = TailGraph(linked.parts.size());
  }

  void run() {
    out_.contexts.push_back({&out_.graph->function(0), 0, 0, 0, {}, false, 0, {}, 0, {}});
    State start;
    start.frames.push_back(fresh_frame(0));
    start.reg(1) = Value::pointer(Kind::Context);
    arrive(std::move(start), {0, 0, counters_at_entry(0)}, EdgeKind::Next, no_node);
    while (!pending_.empty() && !stopped_) {
      const std::vector<unsigned> here = std::move(pending_.begin()->second);
      pending_.erase(pending_.begin());
      const bool endless = repeats(here);
      for (unsigned n : here)
        if (endless)
          out_.order.push_back(n);
        else if (!stopped_)
          process(n);
    }
    for (const unsigned insn : served_) // in another round or call
      out_.empty_calls.erase(insn);
    out_.complete = !stopped_;
  }

private:
  static constexpr unsigned no_node = ~0u;

  static Frame fresh_frame(unsigned depth) {
    Frame f;
    f.regs[10] = Value::pointer(Kind::Stack);
    f.regs[10].frame = std::uint8_t(depth);
    return f;
  }

  const Function& function(unsigned context) const { return *out_.contexts[context].function; }
  std::vector<std::uint32_t> counters_at_entry(unsigned context) const {
    return std::vector<std::uint32_t>(function(context).blocks[0].components.size(), 0);
  }

  Key key(const Place& p) const {
    Key k = out_.contexts[p.context].prefix;
    const Block& b = function(p.context).blocks[p.block];
    for (std::size_t level = 0; level < b.positions.size(); ++level) {
      k.push_back(b.positions[level]);
      if (level < p.iterations.size())
        k.push_back(p.iterations[level]);
    }
    if (p.loop_step)
      k.push_back(std::uint32_t(p.round));
    return k;
  }

  // ---- liveness of all frames ----

  void add_live(Live& live, const Function& f, const Block& b, std::uint16_t regs) const {
    live.regs.push_back(regs);
    live.slots.push_back(
        [&f, &b](int offset) { return offset == element_key || f.slot_live(b.slots_in, offset); });
    live.shared_from.push_back(f.taken.empty() ? 0 : f.taken.front());
  }

  void add_live_behind_call(Live& live, const Function& f, unsigned call_block) const {
    const Block& call = f.blocks[call_block];
    const Block& after = call.successors.empty() ? call : f.blocks[call.successors[0]];
    const bool loops = is_loop_call(*out_.code[call.last]);
    add_live(live, f, after,
             std::uint16_t((after.live_in & ~call_registers) | (loops ? loop_registers : 0)));
  }

  Live live_at(const Place& p) const {
    Live live;
    live.exact_places = exact_places_;
    std::vector<unsigned> chain; // innermost first, without the program itself
    for (unsigned c = p.context; out_.contexts[c].depth > 0; c = out_.contexts[c].parent)
      chain.push_back(c);
    for (auto c = chain.rbegin(); c != chain.rend(); ++c)
      add_live_behind_call(live, function(out_.contexts[*c].parent), out_.contexts[*c].call_block);
    const Function& f = function(p.context);
    if (p.loop_step)
      add_live_behind_call(live, f, p.block);
    else
      add_live(live, f, f.blocks[p.block], f.blocks[p.block].live_in);
    return live;
  }

  // ---- nodes ----

  // Joins s into one of the nodes, where that loses nothing that decides a jump soon; where there
  // are many nodes already, into any that it can be joined into.
  unsigned join_one(const std::vector<unsigned>& here, const State& s, const Fate& fate,
                    const Live& live) {
    for (bool strict : {true, false}) {
      if (!strict && here.size() < most_apart)
        break;
      for (unsigned n : here)
        if (joinable(out_.nodes[n].entry, s, live) && join_node(n, s, fate, live, strict))
          return n;
    }
    return no_node;
  }

  bool join_node(unsigned n, const State& s, const Fate& fate, const Live& live, bool strict) {
    Node& node = out_.nodes[n];
    if (strict && fates_[n] != fate)
      return false;
    State both = node.entry;
    join_into(both, s, live, transfer_.next_id());
    if (apart_ && !node.loop_step) {
      Fate joined = foresight_.fate(both, node.context, node.block, transfer_.next_id());
      if (strict && joined != fate)
        return false;
      fates_[n] = std::move(joined);
    }
    node.entry = std::move(both);
    return true;
  }

  void arrive(State s, const Place& p, EdgeKind kind, unsigned from) {
    const Live live = live_at(p);
    drop_dead(s, live);
    std::vector<unsigned>& here = pending_[key(p)];
    Fate fate;
    if (apart_ && !p.loop_step)
      fate = foresight_.fate(s, p.context, p.block, transfer_.next_id());
    unsigned to = join_one(here, s, fate, live);
    if (to == no_node) {
      to = unsigned(out_.nodes.size());
      out_.nodes.push_back(
          {p.context, p.block, p.loop_step, p.round, p.iterations, std::move(s), {}});
      fates_.push_back(std::move(fate));
      here.push_back(to);
    }
    if (from != no_node)
      out_.nodes[from].edges.push_back({kind, to});
  }

  void follow(State s, unsigned from, unsigned block, EdgeKind kind) {
    const Node& n = out_.nodes[from];
    Place p{n.context, block, counters(function(n.context), n.block, n.iterations, block)};
    arrive(std::move(s), p, kind, from);
  }

  void process(unsigned n) {
    out_.order.push_back(n);
    if (out_.nodes[n].loop_step)
      return process_step(n);
    const Function& f = function(out_.nodes[n].context);
    const Block& b = f.blocks[out_.nodes[n].block];
    State s = out_.nodes[n].entry;
    for (unsigned i = b.first; i < b.last; ++i)
      if (out_.code[i])
        transfer_.step(s, i);
    out_.instructions += b.last - b.first + 1;
    if (out_.instructions > options_.max_unrolled)
      return give_up(n);
    finish(n, f, b, std::move(s));
  }

  void finish(unsigned n, const Function& f, const Block& b, State s) {
    const Instruction& last = *out_.code[b.last];
    if (const auto* jump = std::get_if<Jump>(&last))
      finish_jump(n, f, b, *jump, std::move(s));
    else if (std::holds_alternative<isa::Exit>(last))
      finish_exit(n, b, std::move(s));
    else if (const auto* call = std::get_if<CallLocal>(&last))
      finish_call(n, b, call->target, std::move(s));
    else if (is_loop_call(last))
      finish_loop(n, b, std::move(s));
    else if (is_tail_call(last))
      finish_tail(n, f, b, std::move(s));
    else if (out_.choices.contains(b.last) && transfer_.looks_up_map(s))
      finish_choice(n, f, b, std::move(s));
    else {
      transfer_.step(s, b.last);
      fall_through(n, f, b, std::move(s), EdgeKind::Next);
    }
  }

  // The successor that starts behind the block.
  void fall_through(unsigned n, const Function& f, const Block& b, State s, EdgeKind kind) {
    for (unsigned to : b.successors)
      if (f.blocks[to].first > b.last && next_is(b.last, f.blocks[to].first))
        return follow(std::move(s), n, to, kind);
    leaves_function(b.last);
  }

  bool next_is(unsigned last, unsigned first) const {
    for (unsigned i = last + 1; i < first; ++i)
      if (out_.code[i])
        return false;
    return true;
  }

  void leaves_function(unsigned insn) {
    report_.add(diagnose("PW-VER-009", "control runs out of the function")
                    .breaks("a function ends with exit, and jumps stay inside it"),
                insn);
  }

  void finish_jump(unsigned n, const Function& f, const Block& b, const Jump& j, State s) {
    if (j.condition != Condition::Always) {
      State straight = s;
      if (transfer_.branch(straight, b.last, j, false))
        fall_through(n, f, b, std::move(straight), EdgeKind::NotTaken);
    }
    if (!transfer_.branch(s, b.last, j, true))
      return;
    const auto to = f.block_at.find(j.target);
    if (to == f.block_at.end())
      return leaves_function(b.last);
    follow(std::move(s), n, to->second, EdgeKind::Taken);
  }

  // ---- calls ----

  unsigned enter(unsigned caller, unsigned target, bool callback, std::uint64_t round) {
    const Node& n = out_.nodes[caller];
    Key prefix = key({n.context, n.block, n.iterations});
    prefix.push_back(std::uint32_t(round));
    const auto [it, fresh] = contexts_.try_emplace(std::pair(prefix, target), out_.contexts.size());
    if (fresh)
      out_.contexts.push_back({&out_.graph->function(target), n.context,
                               out_.contexts[n.context].depth + 1, n.block, n.iterations, callback,
                               round, prefix, 0, prefix});
    return it->second;
  }

  bool callable(const State& s, unsigned context, unsigned insn, unsigned target) {
    if (!out_.graph->has(target)) {
      leaves_function(insn);
      return false;
    }
    if (s.frames.size() >= max_depth) {
      report_.add(diagnose("PW-CALL-006", "calls are nested too deeply")
                      .limited("8 frames", std::to_string(s.frames.size() + 1)),
                  insn);
      return false;
    }
    return stack_fits(context, insn, target);
  }

  // Linux counts at least 16 bytes for each frame, in steps of 16.
  bool stack_fits(unsigned context, unsigned insn, unsigned target) {
    const auto rounded = [](const Function& f) {
      return (std::max(f.stack_bytes, 1u) + 15) / 16 * 16;
    };
    unsigned bytes = rounded(out_.graph->function(target)) + rounded(function(context));
    // Programs are looked at one by one: what called a program doesn't count in what it calls.
    for (unsigned c = context; out_.contexts[c].depth > 0 && out_.contexts[c].tail_calls == 0;
         c = out_.contexts[c].parent)
      bytes += rounded(function(out_.contexts[c].parent));
    if (bytes <= unsigned(stack_bytes))
      return true;
    report_.add(diagnose("PW-STK-006", "the stacks of nested calls are too large together")
                    .limited("512 bytes", std::to_string(bytes))
                    .help("make large variables smaller, or let the calls be inlined"),
                insn);
    return false;
  }

  void finish_call(unsigned n, const Block& b, unsigned target, State s) {
    if (!callable(s, out_.nodes[n].context, b.last, target))
      return;
    const unsigned context = enter(n, target, false, 0);
    Frame callee = fresh_frame(unsigned(s.frames.size()));
    for (unsigned r = 1; r <= 5; ++r)
      callee.regs[r] = s.reg(r);
    s.frames.push_back(callee);
    arrive(std::move(s), {context, 0, counters_at_entry(context)}, EdgeKind::Call, n);
  }

  void finish_loop(unsigned n, const Block& b, State s) {
    if (!transfer_.check_loop_call(s, b.last)) {
      transfer_.finish_call(s, Value::poison());
      return fall_through(n, function(out_.nodes[n].context), b, std::move(s), EdgeKind::Done);
    }
    const Scalar rounds = is_for_each(*out_.code[b.last])
                              ? Scalar::constant(transfer_.rounds_of_walk(s))
                              : zero_extend(s.reg(1).scalar, 32);
    if (rounds.all.umax > max_rounds) {
      report_.add(diagnose("PW-CALL-009", "the number of rounds of bpf_loop has no bound")
                      .limited("2^23", to_string(rounds))
                      .help("check the number against a bound before the call"),
                  b.last);
      transfer_.finish_call(s, Value::poison());
      return fall_through(n, function(out_.nodes[n].context), b, std::move(s), EdgeKind::Done);
    }
    const Node& node = out_.nodes[n];
    arrive(std::move(s), {node.context, node.block, node.iterations, true, 0}, EdgeKind::Next, n);
  }

  // In front of a round: nr > round goes into the callback, else on behind the call.
  void process_step(unsigned n) {
    const std::uint64_t round = out_.nodes[n].round;
    const Function& f = function(out_.nodes[n].context);
    const Block& b = f.blocks[out_.nodes[n].block];
    const bool walks = is_for_each(*out_.code[b.last]);
    const Jump more{Condition::Gt, false, 1, {std::nullopt, std::int64_t(round)}, 0};
    State done = out_.nodes[n].entry;
    const bool last = walks && round >= transfer_.rounds_of_walk(done);
    if (walks ? last : transfer_.branch(done, b.last, more, false)) {
      transfer_.finish_call(done, Value::constant(round));
      fall_through(n, f, b, std::move(done), EdgeKind::Done);
    }
    State body = out_.nodes[n].entry;
    if ((walks ? last : !transfer_.branch(body, b.last, more, true)) ||
        !callable(body, out_.nodes[n].context, b.last, body.reg(2).index))
      return;
    if (++out_.instructions > options_.max_unrolled)
      return give_up(n);
    const unsigned context = enter(n, body.reg(2).index, true, round);
    Frame callee = fresh_frame(unsigned(body.frames.size()));
    if (walks)
      give_element(callee, body, round);
    else
      callee.regs[1] = Value::constant(round), callee.regs[2] = body.reg(3);
    body.frames.push_back(callee);
    arrive(std::move(body), {context, 0, counters_at_entry(context)}, EdgeKind::Body, n);
  }

  // Arguments of a callback of bpf_for_each_map_elem. Its key lies at the low end of its frame,
  // where no callback's own variables reach.
  void give_element(Frame& callee, const State& s, std::uint64_t round) {
    callee.regs[1] = s.reg(1);
    callee.regs[2] = callee.regs[10];
    callee.regs[2].offset = element_key;
    callee.regs[3] = transfer_.element_of_walk(s);
    callee.regs[4] = s.reg(3);
    write_stack(callee, element_key, 4, Value::constant(round));
  }

  // ---- maps of maps ----

  // One way for each map that may be in the slot, and one for an empty slot.
  void finish_choice(unsigned n, const Function& f, const Block& b, State s) {
    std::vector<Value> maps;
    if (transfer_.check_map_choice(s, b.last))
      maps = transfer_.inner_maps(s);
    else
      maps = {Value::poison()};
    State none = s;
    transfer_.finish_call(none, Value::constant(0));
    fall_through(n, f, b, std::move(none), EdgeKind::None);
    for (unsigned i = 0; i < maps.size(); ++i) {
      State chosen = s;
      transfer_.finish_call(chosen, maps[i]);
      fall_through(n, f, b, std::move(chosen), EdgeKind::Inner);
      if (!out_.nodes[n].edges.empty())
        out_.nodes[n].edges.back().choice = i;
    }
  }

  // ---- tail calls ----

  // Into each program that the index may mean, and on: the host may have emptied the slot.
  void finish_tail(unsigned n, const Function& f, const Block& b, State s) {
    const bool good = transfer_.check_tail_call(s, b.last);
    State straight = s;
    transfer_.finish_call(straight, good ? Value{} : Value::poison());
    fall_through(n, f, b, std::move(straight), EdgeKind::Next);
    const unsigned most = tail_limit();
    const auto targets =
        good ? transfer_.tail_targets(s) : std::map<std::string, std::vector<std::uint32_t>>();
    if (good && most < most_tail_calls && !targets.empty() && s.most_tail_calls >= most)
      out_.cut_calls.insert(b.last);
    if (!good || s.least_tail_calls >= most)
      return;
    if (s.most_tail_calls >= most)
      return report_.add(too_many_tail_calls(), b.last);
    if (targets.empty())
      out_.empty_calls.try_emplace(b.last, describe_slot(s));
    else
      served_.insert(b.last);
    for (const auto& [name, slots] : targets)
      tail_call(n, b.last, s, name, slots.front());
  }

  unsigned tail_limit() const {
    return options_.tail_calls == 0 ? most_tail_calls
                                    : std::min(options_.tail_calls, most_tail_calls);
  }

  std::string describe_slot(const State& s) const {
    const MapDefinition& map = object_.maps[s.reg(2).index];
    const Scalar index = zero_extend(s.reg(3).scalar, 32);
    return map.name + (index.is_constant() ? ":" + to_string(index) : "");
  }

  void tail_call(unsigned n, unsigned insn, State s, const std::string& name, std::uint32_t slot) {
    const Part* part = linked_.find(name);
    if (!part)
      return report_.add(no_tail_program(object_, object_.maps[s.reg(2).index], slot, name), insn);
    const unsigned from = linked_.part_of(insn), to = unsigned(part - linked_.parts.data());
    const Context& caller = out_.contexts[out_.nodes[n].context];
    const unsigned level = ranks_.empty() ? caller.tail_calls + 1 : ranks_[to];
    if (!ranks_.empty() && level <= ranks_[from]) // joined states go where single ones didn't
      stopped_ = true;
    if (!out_.tails.add(from, to, level) && options_.tail_calls == 0)
      return report_.add(tail_circle(linked_, out_.tails, from, to), insn);
    const unsigned context = enter_tail(n, *part, level);
    s.top() = fresh_frame(unsigned(s.frames.size()) - 1);
    s.reg(1) = Value::pointer(Kind::Context);
    ++s.least_tail_calls;
    ++s.most_tail_calls;
    arrive(std::move(s), {context, 0, counters_at_entry(context)}, EdgeKind::Tail, n);
  }

  unsigned enter_tail(unsigned n, const Part& part, unsigned level) {
    Context c = out_.contexts[out_.nodes[n].context];
    ++c.tail_calls;
    c.function = &out_.graph->function(part.first);
    c.prefix = c.origin;
    c.prefix.insert(c.prefix.end(), {tail_mark + level, part.first});
    const auto [it, fresh] =
        contexts_.try_emplace(std::pair(c.prefix, part.first), out_.contexts.size());
    if (fresh)
      out_.contexts.push_back(std::move(c));
    return it->second;
  }

  void finish_exit(unsigned n, const Block& b, State s) {
    const unsigned c = out_.nodes[n].context;
    const Context context = out_.contexts[c];
    if (context.depth == 0)
      return transfer_.check_exit(s, b.last);
    const Value result = s.reg(0);
    if (context.is_callback)
      return finish_callback(n, b, context, std::move(s));
    s.frames.pop_back();
    transfer_.finish_call(s, result.kind == Kind::Stack && result.frame >= s.frames.size()
                                 ? returns_stack(b.last)
                                 : result);
    go_behind_call(std::move(s), context, EdgeKind::Return, n);
  }

  Value returns_stack(unsigned insn) {
    report_.add(diagnose("PW-STK-005", "a subprogram returns a pointer to its own stack"), insn);
    return Value::poison();
  }

  void finish_callback(unsigned n, const Block& b, const Context& context, State s) {
    transfer_.check_exit(s, b.last);
    const Jump zero{Condition::Eq, true, 0, {std::nullopt, 0}, 0};
    State again = s;
    if (transfer_.branch(again, b.last, zero, true)) {
      again.frames.pop_back();
      arrive(std::move(again),
             {context.parent, context.call_block, context.call_iterations, true, context.round + 1},
             EdgeKind::Again, n);
    }
    if (!transfer_.branch(s, b.last, zero, false))
      return;
    s.frames.pop_back();
    transfer_.finish_call(s, Value::constant(context.round + 1));
    go_behind_call(std::move(s), context, EdgeKind::Stop, n);
  }

  void go_behind_call(State s, const Context& context, EdgeKind kind, unsigned n) {
    const Function& f = function(context.parent);
    const Block& call = f.blocks[context.call_block];
    if (call.successors.empty())
      return leaves_function(call.last);
    const unsigned to = call.successors[0];
    arrive(std::move(s),
           {context.parent, to, counters(f, context.call_block, context.call_iterations, to)}, kind,
           n);
  }

  // ---- loops ----

  // A loop head that is entered with the same knowledge as in an earlier round will be so for ever.
  bool repeats(const std::vector<unsigned>& here) {
    if (!circles_.closed(out_, here))
      return false;
    const Node& node = out_.nodes[here.front()];
    if (!report_.errors())
      report_.add(diagnose("PW-LOOP-002", "the loop can't be shown to end")
                      .breaks("nothing new is known after some rounds")
                      .help("count the rounds and leave the loop at a constant number of them"),
                  function(node.context).blocks[node.block].first);
    return true;
  }

  void give_up(unsigned n) {
    stopped_ = true;
    const Node& node = out_.nodes[n];
    // The innermost loop with many rounds is the one to blame; callers count, too.
    unsigned insn = function(node.context).blocks[node.block].first;
    std::uint64_t most = 0;
    Place p{node.context, node.block, node.iterations};
    for (;; p = caller(p)) {
      const Function& f = function(p.context);
      const Block& b = f.blocks[p.block];
      for (std::size_t l = 0; l < p.iterations.size(); ++l)
        if (p.iterations[l] > most) {
          most = p.iterations[l];
          insn = f.blocks[f.components[b.components[l]].head].first;
        }
      if (out_.contexts[p.context].depth == 0)
        break;
      if (out_.contexts[p.context].round > most) {
        most = out_.contexts[p.context].round;
        insn = function(out_.contexts[p.context].parent)
                   .blocks[out_.contexts[p.context].call_block]
                   .last;
      }
    }
    report_.add(diagnose("PW-LOOP-001", most > 0
                                            ? "the loop is too long to be unrolled, or does not end"
                                            : "the program is too long")
                    .breaks(out_.tails.any() ? "loops, calls and tail-called programs are unrolled "
                                               "into hardware"
                                             : "loops and calls are unrolled into hardware")
                    .limited(std::to_string(options_.max_unrolled) + " instructions",
                             most > 0 ? "more than that after " + std::to_string(most) + " rounds"
                                      : std::to_string(out_.instructions))
                    .help("give the loop a smaller constant bound"),
                insn);
  }

  Place caller(const Place& p) const {
    const Context& c = out_.contexts[p.context];
    return {c.parent, c.call_block, c.call_iterations};
  }

  const Object& object_;
  const Linked& linked_;
  const VerifyOptions& options_;
  Report& report_;
  Exploration& out_;
  Transfer transfer_;
  Foresight foresight_;
  bool apart_, exact_places_;
  const std::vector<unsigned>& ranks_;
  std::vector<Fate> fates_; // by node
  std::map<Key, std::vector<unsigned>> pending_;
  std::map<std::pair<Key, unsigned>, unsigned> contexts_;
  Circles circles_;
  std::set<unsigned> served_; // tail calls that find a program
  bool stopped_ = false;
};

} // namespace

void explore_once(const Object& object, const Linked& linked, const VerifyOptions& options,
                  const Manner& manner, Report& report, Exploration& out) {
  Explorer(object, linked, options, report, out, manner).run();
}

} // namespace pw::verify
