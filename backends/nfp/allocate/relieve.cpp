// Words that live across calls, which lose transfer registers, are copied to values behind the
// command that brings them.
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"

#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

class Relief {
public:
  Relief(Function& f, const std::set<unsigned>& groups) : f_(f), groups_(groups) {}

  void run() {
    for (Block& b : f_.blocks) {
      for (Instruction& i : b.body)
        replace(i);
      if (b.branch)
        replace(*b.branch);
    }
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
  void replace(Instruction& i) {
    for (Operand* o : {&i.a, &i.b}) {
      if (o->kind != Kind::Transfer || !o->grouped || !groups_.count(o->number))
        continue;
      const auto [value, fresh] = values_.try_emplace({o->number, o->word}, f_.values);
      f_.values += fresh;
      *o = virtual_value(value->second);
    }
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
  const std::set<unsigned>& groups_;
  std::map<std::pair<unsigned, unsigned>, unsigned> values_; // by group and word
};

} // namespace

void copy_out(Function& f, const std::set<unsigned>& groups) { Relief(f, groups).run(); }

void relieve_transfers(Function& f) {
  const Places places(f);
  const Liveness live(f, places);
  std::set<unsigned> groups;
  for (BlockId b = 0; b < f.blocks.size(); ++b)
    walk_back(f.blocks[b], places, live.at_end(b),
              [&](const Instruction& i, const Effects&, const PlaceSet& behind) {
                if (i.op != Op::Call || f.transfers.empty())
                  return;
                for (Place p = places.group_word(0, 0); p < places.conditions(); ++p)
                  if (behind.test(p) && !f.transfers[places.group_of(p)].out)
                    groups.insert(places.group_of(p));
              });
  if (!groups.empty())
    copy_out(f, groups);
}

} // namespace pw::nfp
