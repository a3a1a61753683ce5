// What the program asks of the host, of the firmware, or of the packet's way out, and isn't there.
#include "backends/nfp/select/refusals.h"
#include "backends/nfp/select/selector.h"
#include "support/skb.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/ConstantRange.h>

#include <linux/bpf.h>

#include <algorithm>

namespace pw::nfp {

using namespace llvm;

namespace {

constexpr std::uint64_t no_fill = 65535; // of @pw.exit: the tail didn't grow

struct HostValue {
  const char *call, *what, *help;
};
constexpr const char* ask_the_host = "leave what depends on it to the host";
constexpr HostValue host_values[] = {
    {"pw.time", "the time", "count packets instead, or leave what depends on it to the host"},
    {"pw.cpu", "the number of the CPU", ask_the_host},
    {"pw.ifindex", "the number of the interface",
     "set it before compiling: const volatile, and --set NAME=VALUE"},
    {"pw.rxq", "the number of the receive queue", ask_the_host},
    {"pw.mark", "the packet's mark", ask_the_host},
    {"pw.priority", "the packet's priority", ask_the_host},
    {"pw.tstamp", "the packet's time stamp", ask_the_host},
    {"pw.cb", "the packet's control block", ask_the_host},
};

bool is_zero(const Value* v) {
  const auto* c = dyn_cast<ConstantInt>(v);
  return c && c->isZero();
}

std::string helper_text(unsigned helper) {
  switch (helper) {
  case BPF_FUNC_map_lookup_elem:
    return "bpf_map_lookup_elem";
  case BPF_FUNC_map_update_elem:
    return "bpf_map_update_elem";
  case BPF_FUNC_map_delete_elem:
    return "bpf_map_delete_elem";
  default:
    return "bpf_perf_event_output";
  }
}

unsigned helper_of(StringRef call) {
  if (call.starts_with("pw.map.update"))
    return BPF_FUNC_map_update_elem;
  if (call.starts_with("pw.map.delete"))
    return BPF_FUNC_map_delete_elem;
  if (call.starts_with("pw.event.") || call.starts_with("pw.sample."))
    return event_helper;
  return call.starts_with("pw.map.") ? BPF_FUNC_map_lookup_elem : 0;
}

} // namespace

SourceLocation Refusals::call_site(std::initializer_list<int> helpers,
                                   const llvm::Instruction& otherwise) const {
  std::optional<unsigned> site;
  for (unsigned at = 0; at < program_.insns.size(); ++at) {
    const bpf_insn& i = program_.insns[at];
    if (i.code != (BPF_JMP | BPF_CALL) || i.src_reg != 0 || !std::ranges::count(helpers, i.imm))
      continue;
    if (site)
      return place(otherwise);
    site = at;
  }
  const SourceLocation where = site ? program_.location(*site) : SourceLocation{};
  return where.known() ? where : place(otherwise);
}

// Calls that are seen in the object only: they leave no trace in the lifted program.
void Refusals::helpers() {
  for (unsigned at = 0; at < program_.insns.size(); ++at) {
    const bpf_insn& i = program_.insns[at];
    if (i.code != (BPF_JMP | BPF_CALL) || i.src_reg != 0 || i.imm != BPF_FUNC_xdp_adjust_meta)
      continue;
    Diagnostic d = diagnose("PW-NFP-213", "metadata is put in front of the packet")
                       .breaks("packets come to the host without")
                       .limited("no metadata", "bpf_xdp_adjust_meta")
                       .help("choose a receive queue (rx_queue_index), or let the host find out");
    all_.push_back(d.at(at, program_.location(at)));
  }
}

void Refusals::call(const CallInst& c) {
  const StringRef name = c.getCalledFunction()->getName();
  if (name == "pw.exit")
    return exit(c);
  if (name.starts_with("pw.trace"))
    add(&c, diagnose("PW-NFP-202", "bpf_trace_printk has nowhere to print to on the card")
                .limited("no trace log", "a call of bpf_trace_printk")
                .help("guard it by a constant, and set that with --set"));
  environment(c);
  metadata(c);
  event(c);
  firmware(c);
}

void Refusals::environment(const CallInst& c) {
  const StringRef name = c.getCalledFunction()->getName();
  for (const HostValue& v : host_values)
    if (name == v.call || (StringRef(v.call) == "pw.cb" && name.starts_with("pw.cb")))
      add(&c, diagnose("PW-NFP-201", std::string(v.what) + " is not known on the card")
                  .breaks("the host gives it to packets that have passed the card")
                  .limited(tc_ ? "the packet and its length" : "the packet", v.what)
                  .help(v.help));
}

// struct sk_buff doesn't exist before the host has made it.
void Refusals::metadata(const CallInst& c) {
  StringRef name = c.getCalledFunction()->getName();
  unsigned field = 0;
  if (!name.consume_front("pw.skb.") || name.getAsInteger(10, field) || field >= skb_field_count)
    return;
  const auto* change = dyn_cast<llvm::Instruction>(c.getArgOperand(0));
  add(change && place(*change).known() ? change : &c,
      diagnose("PW-NFP-132", "metadata of the packet is changed")
          .breaks("the host makes it when the packet comes from the card")
          .limited("changes of the packet's bytes",
                   std::string("a change of ") + skb_fields[field].name)
          .help("leave it to a program of the host"));
}

void Refusals::event(const CallInst& c) {
  const StringRef name = c.getCalledFunction()->getName();
  const bool sample = name.starts_with("pw.sample.");
  if (!sample && !name.starts_with("pw.event."))
    return;
  const MapDefinition& m = object_.maps[*map_of(name)];
  if (m.type == BPF_MAP_TYPE_RINGBUF) {
    add(&c, diagnose("PW-NFP-214", "ring buffer '" + m.name + "' is not on the card")
                .breaks("the card sends its events through perf event arrays")
                .limited("BPF_MAP_TYPE_PERF_EVENT_ARRAY", "BPF_MAP_TYPE_RINGBUF")
                .help("use bpf_perf_event_output with BPF_F_CURRENT_CPU"));
    return;
  }
  unsigned bytes = 0;
  for (unsigned n = sample ? 3 : 1; n < c.arg_size(); ++n)
    bytes += c.getArgOperand(n)->getType()->getIntegerBitWidth() / 8;
  if (bytes > profile_.stack_bytes)
    add(&c, diagnose("PW-NFP-216", "the record of an event is too large")
                .breaks("it is put together in local memory")
                .limited(std::to_string(profile_.stack_bytes) + " bytes",
                         std::to_string(bytes) + " bytes")
                .help("send less at a time, or bytes of the packet with BPF_F_CTXLEN_MASK"));
}

void Refusals::firmware(const CallInst& c) {
  const StringRef name = c.getCalledFunction()->getName();
  const auto missing = [&](const std::string& what) {
    add(&c, diagnose("PW-NFP-212", "the firmware doesn't have what the program needs")
                .limited("firmware '" + profile_.name + "'", what)
                .help("use a firmware that has it (--firmware)"));
  };
  if (name == "pw.random" && !profile_.random)
    missing("random numbers ('random')");
  if (name == "pw.queue" && !profile_.queue_select)
    missing("the choice of a receive queue ('queue_select')");
  const unsigned helper = helper_of(name);
  const bool ring =
      helper == event_helper && object_.maps[*map_of(name)].type == BPF_MAP_TYPE_RINGBUF;
  if (helper != 0 && !ring && !profile_.helpers.contains(helper))
    missing(helper_text(helper) + " (number " + std::to_string(helper) + " of 'helpers')");
}

// ---- the way out ----

void Refusals::exit(const CallInst& c) {
  const auto* verdict = dyn_cast<ConstantInt>(c.getArgOperand(0));
  const bool target = !is_zero(c.getArgOperand(5)) || !is_zero(c.getArgOperand(7));
  const auto refuse = [&](SourceLocation where, const char* what, const char* help) {
    add(std::move(where), diagnose("PW-NFP-200", what)
                              .breaks("the card passes, drops or sends back")
                              .limited(tc_ ? "TC_ACT_UNSPEC, TC_ACT_SHOT, TC_ACT_STOLEN"
                                           : "XDP_PASS, XDP_DROP, XDP_TX, XDP_ABORTED",
                                       tc_ ? "TC_ACT_REDIRECT" : "XDP_REDIRECT")
                              .help(help));
  };
  if (target || (!tc_ && verdict && verdict->equalsInt(XDP_REDIRECT)))
    refuse(call_site({BPF_FUNC_redirect, BPF_FUNC_redirect_map}, c), "packets are redirected",
           tc_ ? "leave redirection to the host" : "return XDP_TX, or leave it to the host");
  const KnownBits known = computeKnownBits(c.getArgOperand(0), f_.getParent()->getDataLayout());
  const bool may_redirect = !tc_ && known.getMaxValue().uge(XDP_REDIRECT) && !known.Zero[2];
  if (!verdict && may_redirect && !target)
    refuse(place(c), "the verdict may be XDP_REDIRECT",
           "compare the verdict with XDP_TX before it is returned");
  const auto* fill = dyn_cast<ConstantInt>(c.getArgOperand(3));
  if (!fill || !fill->equalsInt(no_fill))
    add(call_site({BPF_FUNC_xdp_adjust_tail, BPF_FUNC_skb_change_tail}, c),
        diagnose("PW-NFP-206", "the packet is made longer at its end")
            .breaks("bytes behind its end belong to nobody")
            .limited("a tail that is cut", "a tail that may grow")
            .help("cut the packet only, or put bytes in front of it"));
  head(c);
}

void Refusals::head(const CallInst& c) {
  const Value* h = c.getArgOperand(1);
  std::vector<const Value*> ways{h};
  if (const auto* phi = dyn_cast<PHINode>(h))
    ways.assign(phi->op_begin(), phi->op_end());
  const auto& limits = profile_.adjust_head;
  for (const Value* v : ways) {
    const auto* constant = dyn_cast<ConstantInt>(v);
    const std::int64_t by = constant ? constant->getSExtValue() : 0;
    if (by >= -std::int64_t(limits.guaranteed_sub) && by <= std::int64_t(limits.guaranteed_add))
      continue;
    add(call_site({BPF_FUNC_xdp_adjust_head}, c),
        diagnose("PW-NFP-207", "the head is moved further than the firmware guarantees")
            .limited("-" + std::to_string(limits.guaranteed_sub) + " to " +
                         std::to_string(limits.guaranteed_add) + " bytes in all",
                     std::to_string(by) + " bytes")
            .help("move it less: shorter headers, or the rest of them on the host"));
  }
}

} // namespace pw::nfp
