// Helpers, the context, and packets that move.
#include "tests/random/builder.h"

namespace pw::random {

void Builder::helper_statement() {
  if ((frozen_ & 0x3f) != 0 || bits_.percent(20))
    return context_statement();
  if (options_.kernel || (options_.tc && bits_.percent(30)))
    return bits_.percent(20) ? call_scalar(BPF_FUNC_get_smp_processor_id) : checksum_helper();
  switch (bits_.below(9)) {
  case 0:
  case 1:
    return call_scalar(BPF_FUNC_get_prandom_u32);
  case 2:
  case 3:
    return call_scalar(BPF_FUNC_ktime_get_ns);
  case 4:
    return call_scalar(BPF_FUNC_get_smp_processor_id);
  case 5:
    return redirect_map_helper();
  default:
    return checksum_helper();
  }
}

void Builder::call_scalar(std::int32_t helper) {
  emit_.call(helper);
  frame_.forget_call_registers();
  frame_.scalar(0);
  if (bits_.percent(50)) {
    unsigned kept = fresh({0});
    emit_.move(kept, 0);
    frame_.scalar(kept);
  }
}

void Builder::context_statement() {
  if (options_.tc)
    return skb_field_statement();
  unsigned dst = fresh();
  emit_.load(4, dst, 6,
             bits_.percent(50) ? int(offsetof(xdp_md, rx_queue_index))
                               : int(offsetof(xdp_md, ingress_ifindex)));
  frame_.scalar(dst);
}

// bpf_csum_diff over words on the stack: 0 to 32 bytes on each side.
void Builder::checksum_helper() {
  unsigned from = bits_.below(5) * 4, to = bits_.below(5) * 4;
  if (from + to == 0)
    to = 4;
  unsigned seed = scalar();
  emit_.move(5, seed);
  frame_.scalar(5);
  for (unsigned i = 0; i < 32; i += 4) {
    if (bits_.percent(50))
      emit_.store_imm(4, 10, -int(data_bytes) + int(i), bits_.interesting());
    else
      emit_.store(4, 10, -int(data_bytes) + int(i), scalar());
    for (unsigned j = 0; j < 4; ++j)
      frame_.written.set(i + j);
  }
  emit_.move(1, 10);
  emit_.alu_imm(true, BPF_ADD, 1, -int(data_bytes));
  emit_.set(2, std::int32_t(from));
  emit_.move(3, 10);
  emit_.alu_imm(true, BPF_ADD, 3, -int(data_bytes) + 16);
  emit_.set(4, std::int32_t(to));
  call_scalar(BPF_FUNC_csum_diff);
}

// bpf_loop over a few steps, with 16 bytes of the stack for what the callback computes.
void Builder::loop_helper() {
  if (loops_ > 0 || functions_.size() + callbacks_.size() >= 3)
    return checksum_helper();
  unsigned count = scalar();
  if (count != 1)
    emit_.move(1, count);
  if (bits_.percent(60))
    emit_.set(1, std::int32_t(bits_.below(9)));
  else
    mask(1, 8);
  unsigned at = bits_.below(data_bytes / 16) * 16;
  fill(at, bits_.percent(50));
  fill(at + 8, bits_.percent(50));
  callbacks_.push_back(emit_.label());
  emit_.load_function(2, callbacks_.back());
  emit_.move(3, 10);
  emit_.alu_imm(true, BPF_ADD, 3, int(at) - int(data_bytes));
  emit_.set(4, 0);
  call_scalar(BPF_FUNC_loop);
}

// long callback(u32 index, void *memory): goes on if it returns 0, stops at 1.
void Builder::build_callback(Label entry) {
  emit_.place(entry);
  frame_ = {};
  depth_ = 4; // no blocks
  frame_.scalar(1);
  frame_.regs[2] = {Kind::Memory, 0, 16, 0};
  frozen_ = 1u << 2;
  for (unsigned count = bits_.between(1, 4); count > 0; --count)
    bits_.percent(50) ? memory_access(2) : alu_statement();
  emit_.set(0, 0);
  if (bits_.percent(50)) {
    Label go_on = emit_.label();
    frame_.scalar(0);
    branch_on_scalar(go_on);
    emit_.set(0, 1);
    emit_.place(go_on);
  }
  emit_.exit();
}

// Only as a way out: the verdict is what the helper says.
void Builder::redirect_helper() {
  emit_.set(1, std::int32_t(bits_.between(1, 4)));
  emit_.set(2, bits_.percent(90) ? 0 : 1); // flags that bpf_redirect refuses
  emit_.call(BPF_FUNC_redirect);
  emit_.exit();
}

void Builder::redirect_map_helper() {
  std::optional<unsigned> chosen = pick_map({BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_CPUMAP});
  if (!chosen)
    return checksum_helper();
  unsigned key = scalar();
  emit_.move(2, key);
  mask(2, bits_.of({2u, 4u, 8u, 16u}));
  emit_.load_map(1, *chosen);
  emit_.set(3, std::int32_t(bits_.below(4)));
  call_scalar(BPF_FUNC_redirect_map);
  if (bits_.percent(40)) {
    Label stay = emit_.label();
    branch_on_scalar(stay);
    if (!frame_.is(0, Kind::Scalar))
      emit_.set(0, XDP_PASS);
    emit_.exit();
    emit_.place(stay);
  }
}

void Builder::adjust_statement() {
  if (options_.tc)
    return skb_move_statement();
  if (loops_ > 0 || (frozen_ & 0x3f) != 0)
    return alu_statement();
  if (bits_.percent(mix_.meta))
    return adjust(BPF_FUNC_xdp_adjust_meta);
  bits_.percent(60) ? adjust(BPF_FUNC_xdp_adjust_head) : adjust(BPF_FUNC_xdp_adjust_tail);
}

void Builder::adjust(std::int32_t helper) {
  if (helper == BPF_FUNC_xdp_adjust_meta) { // multiples of four up to 32 are what it takes
    emit_.set(2, bits_.percent(85) ? -4 * std::int32_t(bits_.below(9))
                                   : std::int32_t(bits_.below(40)) - 36);
  } else if (bits_.percent(70)) {
    emit_.set(2, std::int32_t(bits_.below(80)) - 40);
  } else {
    emit_.move(2, scalar());
    mask(2, bits_.of({8u, 16u, 32u}));
    if (bits_.percent(50))
      emit_.alu_imm(true, BPF_SUB, 2, 16);
  }
  emit_.move(1, 6);
  emit_.call(helper);
  frame_.forget_call_registers();
  frame_.forget_packet_pointers();
  frame_.scalar(0);
}

} // namespace pw::random
