#include "backends/nfp/link/link.h"

#include "backends/nfp/allocate/constants.h"
#include "backends/nfp/isa/encode.h"

#include <set>

namespace pw::nfp {
namespace {

constexpr unsigned prefetch_window = 8; // the engine reads so far behind the last instruction

class Linker {
public:
  explicit Linker(const Function& f) : f_(f) {}

  Image run(std::vector<Table> tables, const FirmwareProfile& profile) {
    for (BlockId b = 0; b < f_.blocks.size(); ++b) {
      labels_.push_back(size());
      add(f_.blocks[b]);
    }
    image_.instructions.resize(image_.instructions.size() + prefetch_window);
    check_length(profile);
    for (unsigned word = 0; word < size(); ++word)
      resolve(word);
    for (const Instruction& i : image_.instructions)
      image_.words.push_back(with_ecc(encode(i)));
    add_symbols();
    image_.program = f_.name;
    image_.tables = std::move(tables);
    image_.stack_bytes = f_.stack_bytes;
    return std::move(image_);
  }

private:
  unsigned size() const { return unsigned(image_.instructions.size()); }

  void add(const Block& b) {
    const unsigned deferred = b.branch ? b.branch->defer : 0;
    const std::size_t above = b.body.size() - deferred;
    for (std::size_t i = 0; i < above; ++i)
      add(b.body[i]);
    if (b.branch)
      add(*b.branch);
    for (std::size_t i = above; i < b.body.size(); ++i)
      add(b.body[i]);
  }

  void add(const Instruction& i) {
    if (i.op == Op::Call)
      return add_call(i);
    if (i.op == Op::LoadLabel)
      return add_address(i.dst, i.target, i.where);
    if (i.op != Op::LoadValue) {
      image_.instructions.push_back(i);
      return;
    }
    for (Instruction& word : value_words(i))
      image_.instructions.push_back(std::move(word));
  }

  // The firmware's helper takes the table in A0 (that of events: the kind of memory in A1) and
  // returns to the address in B0; both are set in the branch's defer slots.
  void add_call(const Instruction& call) {
    Instruction branch;
    branch.op = Op::Branch;
    branch.target = {Target::Kind::Helper, call.helper};
    branch.defer = 2;
    branch.where = call.where;
    image_.instructions.push_back(branch);
    Instruction table;
    table.op = Op::LoadValue;
    table.dst = register_of(Bank::A, call.helper == event_helper ? 1 : 0);
    table.value = call.value;
    table.where = call.where;
    image_.instructions.push_back(value_words(table).at(0));
    add_address(register_of(Bank::B, 0), {Target::Kind::Address, size() + 1}, call.where);
  }

  // The immediate is filled in when all addresses are known.
  void add_address(const Operand& dst, const Target& target, const SourceLocation& where) {
    Instruction i;
    i.op = Op::Immed;
    i.dst = dst;
    i.target = target;
    i.where = where;
    image_.instructions.push_back(i);
  }

  void resolve(unsigned word) {
    Instruction& i = image_.instructions[word];
    if (i.target.kind == Target::Kind::Block) {
      named_.insert(i.target.number);
      i.target = {Target::Kind::Address, labels_[i.target.number]};
    }
    const auto relocation = [&](RelocationKind kind, unsigned value) {
      image_.relocations.push_back({word, kind, value});
    };
    switch (i.target.kind) {
    case Target::Kind::Address:
      if (i.op == Op::Immed) {
        i.immediate = std::uint16_t(i.target.number);
        i.target = {};
        relocation(RelocationKind::Immediate, 0);
      } else {
        relocation(RelocationKind::Branch, 0);
      }
      break;
    case Target::Kind::Done:
      relocation(RelocationKind::NextPacket, 0);
      break;
    case Target::Kind::Helper:
      relocation(RelocationKind::Helper, i.target.number);
      break;
    default:
      break;
    }
  }

  void check_length(const FirmwareProfile& profile) const {
    if (size() <= profile.max_words)
      return;
    throw Failure(diagnose("PW-NFP-270", "program '" + f_.name + "' is too long for the card")
                      .breaks("the firmware has a fixed place in the code store for each port's "
                              "program, with 8 words behind its end")
                      .limited(std::to_string(profile.max_words) + " instruction words",
                               std::to_string(size()) + " instruction words")
                      .help("leave out protocols or counters that the card need not handle, or "
                            "split the work between the card and the host"));
  }

  void add_symbols() {
    image_.symbols.push_back({f_.name, 0});
    for (BlockId b : named_)
      image_.symbols.push_back({std::string("block_") + std::to_string(b), labels_[b]});
  }

  const Function& f_;
  Image image_;
  std::vector<unsigned> labels_;
  std::set<BlockId> named_; // blocks that something branches to
};

} // namespace

Image link(const Function& f, std::vector<Table> tables, const FirmwareProfile& profile) {
  return Linker(f).run(std::move(tables), profile);
}

} // namespace pw::nfp
