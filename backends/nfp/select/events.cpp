// bpf_perf_event_output; the card's convention is in the backend's README, "Helpers".
#include "backends/nfp/select/selector.h"

#include <linux/bpf.h>

namespace pw::nfp {

using namespace llvm;

namespace {
constexpr std::uint16_t local_address_2 = 0x94; // CSR ActLMAddr2
constexpr unsigned window_words = 16;           // of local memory that one address reaches
constexpr std::uint8_t address_word = 2;        // of the packet vector
constexpr unsigned stack_base = 22;             // register of bank A

unsigned width_of(const Value* v) { return v->getType()->getIntegerBitWidth(); }

// The words that integers of whole bytes make, side by side.
class Record {
public:
  explicit Record(Emitter& e) : e_(e) {}

  void add(const Words& value, unsigned bytes) {
    for (unsigned done = 0; done < bytes; done += 4)
      add_word(value.at(done / 4), std::min(4u, bytes - done));
  }
  unsigned bytes() const { return bytes_; }
  Words& words() { return words_; }

private:
  void add_word(const Word& value, unsigned bytes) {
    const Word part = masked(value, low_bits(8 * bytes));
    const unsigned shift = bytes_ % 4 * 8;
    if (shift == 0) {
      words_.push_back(part);
    } else {
      words_.back() = e_.combine(words_.back(), shifted_left(part, shift), ~Word32{0});
      if (shift + 8 * bytes > 32)
        words_.push_back(shifted_right(part, 32 - shift));
    }
    bytes_ += bytes;
  }

  Emitter& e_;
  Words words_;
  unsigned bytes_ = 0;
};
} // namespace

// ActLMAddr2 for words behind those that *l$index0 reaches; the delay is seen to later.
void Selector::put_window(unsigned window) {
  Instruction csr;
  csr.op = Op::CsrWrite;
  csr.csr = local_address_2;
  csr.a = e_.alu(AluOp::Add, register_of(Bank::A, stack_base),
                 e_.source(Word32{4} * window_words * window));
  e_.push(std::move(csr));
}

// At the stack's base.
void Selector::put_record(const Words& record, unsigned bytes) {
  for (unsigned w = 0; w < record.size(); ++w) {
    const unsigned window = w / window_words;
    if (window > 0 && w % window_words == 0)
      put_window(window);
    e_.put(local(window == 0 ? 0 : 2, std::uint8_t(w % window_words)), record[w],
           low_bits(8 * std::min(4u, bytes - 4 * w)));
  }
  unsigned& used = e_.function().stack_bytes;
  used = std::max(used, unsigned(record.size()) * 4);
}

// @pw.event(length, data...), @pw.sample(length, copied, head, data...): the firmware appends the
// packet's first bytes, from where the packet vector says that it begins.
void Selector::event(CallInst& i, unsigned map) {
  const bool sample = i.getCalledFunction()->getName().starts_with("pw.sample.");
  Record record(e_);
  for (unsigned n = sample ? 3 : 1; n < i.arg_size(); ++n)
    record.add(words(i.getArgOperand(n)), width_of(i.getArgOperand(n)) / 8);
  put_record(record.words(), record.bytes());
  const Word head = sample ? words(i.getArgOperand(2))[0] : constant_word(0);
  const Operand begin = local(1, address_word);
  const Operand moved = head.is(0) ? none() : e_.operand(head);
  if (!head.is(0))
    e_.alu_into(begin, AluOp::Add, begin, moved);
  const auto argument = [&](unsigned number, const Word& low, const Word& high) {
    e_.put(register_of(Bank::Both, 2 * number), low);
    e_.put(register_of(Bank::Both, 2 * number + 1), high);
  };
  const bool empty = record.bytes() == 0;
  const Word zero = constant_word(0);
  argument(2, constant_word(tables_.table(map).id), zero);
  argument(3, constant_word(Word32(BPF_F_CURRENT_CPU)), sample ? clean(i.getArgOperand(1)) : zero);
  argument(4, empty ? zero : word_of(register_of(Bank::A, stack_base)), zero);
  argument(5, clean(i.getArgOperand(0)), zero);
  Instruction call;
  call.op = Op::Call;
  call.helper = event_helper;
  call.value = empty ? event_of_nothing : event_of_stack;
  e_.push(std::move(call));
  if (!head.is(0))
    e_.alu_into(begin, AluOp::Subtract, begin, moved);
}

} // namespace pw::nfp
