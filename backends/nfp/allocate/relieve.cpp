// Words that live across calls, which lose transfer registers, are copied to values behind the
// command that brings them. Reads before the call stay.
#include "backends/nfp/allocate/filled.h"
#include "backends/nfp/allocate/passes.h"

#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

class Relief {
public:
  explicit Relief(Function& f) : f_(f) {}

  // must_go(group, filled groups): whether a read of the group becomes one of a value.
  template <class MustGo> void run(MustGo must_go) {
    walk_filled(f_, [&](Instruction& i, const Groups& filled) {
      for (Operand* o : {&i.a, &i.b})
        if (o->kind == Kind::Transfer && o->grouped && must_go(o->number, filled))
          replace(*o);
    });
    for (Block& b : f_.blocks) {
      std::vector<Instruction> body;
      for (Instruction& i : b.body) {
        body.push_back(std::move(i));
        take(body);
      }
      b.body = std::move(body);
    }
  }

private:
  void replace(Operand& o) {
    const auto [value, fresh] = values_.try_emplace({o.number, o.word}, f_.values);
    f_.values += fresh;
    o = virtual_value(value->second);
  }

  void take(std::vector<Instruction>& body) {
    const Instruction command = body.back();
    if (command.op != Op::Command || !is_read(command.memory) || !command.data.grouped)
      return;
    for (unsigned w = 0; w < transfer_words(command); ++w) {
      Operand word = command.data;
      word.word = std::uint16_t(word.word + w);
      const auto value = values_.find({word.number, word.word});
      if (value != values_.end())
        body.push_back(move(virtual_value(value->second), word, command.where));
    }
  }

  Function& f_;
  std::map<std::pair<unsigned, unsigned>, unsigned> values_; // by group and word
};

} // namespace

void copy_out(Function& f, const std::set<unsigned>& groups) {
  Relief(f).run([&](unsigned group, const Groups&) { return groups.count(group) != 0; });
}

void relieve_transfers(Function& f) {
  Relief(f).run([](unsigned group, const Groups& filled) { return !filled.test(group); });
}

} // namespace pw::nfp
