// Finds every stack access, to cut the frames into pieces before code is made.
#include "frontend/lift/lifter.h"

namespace pw::lift {

using namespace isa;

namespace {

class Collector {
public:
  Collector(const Object& object, std::vector<StackLayout>& stacks)
      : object_(object), stacks_(stacks) {}

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
    if (v.kind == Kind::Stack && v.constant_offset() && bytes > 0)
      stacks_[v.frame].access(int(v.offset + offset), bytes);
  }

  void see_call(const State& s, std::uint32_t id) {
    const verify::HelperSignature* sig = verify::signature(id);
    if (!sig || id == BPF_FUNC_trace_printk)
      return;
    for (unsigned i = 0; i < 5; ++i) {
      const Abstract& v = s.reg(i + 1);
      if (sig->arguments[i] == verify::Argument::Key)
        access(v, 0, object_.maps[s.reg(1).index].key_size);
      if (sig->arguments[i] == verify::Argument::MapValue)
        access(v, 0, object_.maps[s.reg(1).index].value_size);
      if (sig->arguments[i] == verify::Argument::MtuLength)
        access(v, 0, 4);
      if (sig->arguments[i] == verify::Argument::Memory ||
          sig->arguments[i] == verify::Argument::MemoryOrNull ||
          sig->arguments[i] == verify::Argument::MemoryOut)
        see_memory(v, s.reg(i + 2), id == BPF_FUNC_csum_diff ? 4 : 1);
    }
  }

  void see_memory(const Abstract& v, const Abstract& size, unsigned step) {
    for (std::uint64_t at = 0; at < size.scalar.all.umax; at += step)
      access(v, std::int64_t(at),
             unsigned(std::min<std::uint64_t>(step, size.scalar.all.umax - at)));
  }

  const Object& object_;
  std::vector<StackLayout>& stacks_;
};

} // namespace

void Lifter::lay_out_stack() {
  Collector collector(object_, stacks_);
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
    stacks_[d].finish();
    for (const StackLayout::Piece& p : stacks_[d].pieces())
      pieces_[d].push_back(cell(bits(8 * p.bytes), "s" + std::to_string(-p.offset)));
  }
}

} // namespace pw::lift
