// Finds every stack access, to cut the frames into pieces before code is made.
#include "frontend/lift/lifter.h"

namespace pw::lift {

using namespace isa;

namespace {

class Collector {
public:
  Collector(const Object& object, std::vector<StackLayout>& stacks, unsigned first_record)
      : object_(object), stacks_(stacks), first_record_(first_record) {}

  void see(const State& s, const Instruction& insn) {
    if (const auto* x = std::get_if<Load>(&insn))
      access(s.reg(x->base), x->offset, x->bytes);
    else if (const auto* y = std::get_if<Store>(&insn))
      access(s.reg(y->base), y->offset, y->bytes);
    else if (const auto* z = std::get_if<Atomic>(&insn))
      access(s.reg(z->base), z->offset, z->bytes);
    else if (const auto* call = std::get_if<CallHelper>(&insn))
      see_call(s, call->id);
  }

private:
  void access(const Abstract& v, std::int64_t offset, unsigned bytes) {
    if (!v.constant_offset() || bytes == 0)
      return;
    if (v.kind == Kind::Stack)
      stacks_[v.frame].access(int(v.offset + offset), bytes);
    if (v.kind == Kind::Record)
      stacks_[first_record_ + v.frame].access(record_place(v.offset + offset), bytes);
  }

  void see_call(const State& s, std::uint32_t id) {
    const verify::HelperSignature* sig = verify::signature(id);
    if (!sig || id == BPF_FUNC_trace_printk)
      return;
    if (id == BPF_FUNC_perf_event_output) // as a whole: the program's own accesses cut it
      return access(s.reg(4), 0, unsigned(s.reg(5).scalar.all.umax));
    if (id == BPF_FUNC_ringbuf_output)
      return access(s.reg(2), 0, unsigned(s.reg(3).scalar.all.umax));
    if (id == BPF_FUNC_for_each_map_elem && s.frames.size() < first_record_)
      stacks_[s.frames.size()].access(verify::element_key, 4);
    if (id == BPF_FUNC_probe_read_kernel)
      see_memory(s.reg(3), s.reg(2), 1);
    if (id == BPF_FUNC_ringbuf_submit)
      for (const State::Record& record : s.records)
        stacks_[first_record_ + record.number].access(record_place(0), record.bytes);
    for (unsigned i = 0; i < 5; ++i) {
      const Abstract& v = s.reg(i + 1);
      if (sig->arguments[i] == verify::Argument::Key)
        access(v, 0, verify::key_bytes(object_.maps[s.reg(1).index]));
      if (sig->arguments[i] == verify::Argument::MapValue ||
          sig->arguments[i] == verify::Argument::MapValueOut)
        access(v, 0, object_.maps[s.reg(1).index].value_size);
      if (sig->arguments[i] == verify::Argument::MtuLength)
        access(v, 0, 4);
      if (sig->arguments[i] == verify::Argument::FibLookup)
        see_fib_lookup(v, s.reg(i + 2).scalar.value());
      if (sig->arguments[i] == verify::Argument::Memory ||
          sig->arguments[i] == verify::Argument::MemoryOrNull ||
          sig->arguments[i] == verify::Argument::MemoryOut)
        see_memory(v, s.reg(i + 2), id == BPF_FUNC_csum_diff ? 4 : 1);
    }
  }

  void see_fib_lookup(const Abstract& v, std::uint64_t size) {
    for (const auto [offset, bytes] : fib_fields)
      if (size >= fib::params::bytes)
        access(v, offset, bytes);
  }

  void see_memory(const Abstract& v, const Abstract& size, unsigned step) {
    for (std::uint64_t at = 0; at < size.scalar.all.umax; at += step)
      access(v, std::int64_t(at),
             unsigned(std::min<std::uint64_t>(step, size.scalar.all.umax - at)));
  }

  const Object& object_;
  std::vector<StackLayout>& stacks_;
  unsigned first_record_; // behind the frames
};

} // namespace

void Lifter::lay_out_stack() {
  Collector collector(object_, stacks_, first_record_);
  for (unsigned n : explored_.order) {
    const verify::Node& node = explored_.nodes[n];
    if (node.loop_step)
      continue;
    const verify::Function& f = *explored_.contexts[node.context].function;
    const verify::Block& block = f.blocks[node.block];
    State s = node.entry;
    for (unsigned i = block.first; i <= block.last; ++i) {
      if (!explored_.code[i])
        continue;
      collector.see(s, *explored_.code[i]);
      if (i != block.last)
        transfer_.step(s, i);
    }
  }
  for (unsigned d = 0; d < stacks_.size(); ++d) {
    stacks_[d].finish(d < first_record_ ? -verify::stack_bytes : record_place(0));
    for (const StackLayout::Piece& p : stacks_[d].pieces())
      pieces_[d].push_back(cell(bits(8 * p.bytes), "s" + std::to_string(-p.offset)));
  }
}

} // namespace pw::lift
