#include "backends/nfp/code/print.h"

#include "backends/nfp/isa/print.h"

#include <sstream>

namespace pw::nfp {
namespace {

class Printer {
public:
  explicit Printer(const Function& f) : f_(f) {}

  std::string text() {
    out_ << "; program " << f_.name << ": " << f_.values << " values, " << f_.stack_bytes
         << " bytes of local memory\n";
    for (std::size_t g = 0; g < f_.transfers.size(); ++g)
      out_ << "; $xfer" << g << ": " << f_.transfers[g].words << " words, "
           << (f_.transfers[g].out ? "out" : "in") << "\n";
    for (std::size_t b = 0; b < f_.blocks.size(); ++b)
      block(b);
    return out_.str();
  }

private:
  void block(std::size_t number) {
    const Block& b = f_.blocks[number];
    out_ << "block_" << number << ":\n";
    for (const Instruction& i : b.body)
      instruction(i);
    if (b.branch)
      branch(b);
    if (!b.next)
      out_ << "    -> next packet\n";
    else if (*b.next != number + 1)
      out_ << "    -> block_" << *b.next << "\n";
  }

  // Its target is the block's, whatever the instruction says.
  void branch(const Block& b) {
    Instruction i = *b.branch;
    if (b.taken)
      i.target = {.kind = Target::Kind::Block, .number = *b.taken};
    instruction(i);
  }

  void instruction(const Instruction& i) {
    if (i.where.known() && !(i.where.line == last_.line && i.where.file == last_.file)) {
      last_ = i.where;
      out_ << "  ; " << last_.file << ":" << last_.line << "\n";
    }
    out_ << "    " << print(i) << "\n";
  }

  const Function& f_;
  std::ostringstream out_;
  SourceLocation last_;
};

} // namespace

std::string print(const Function& f) { return Printer(f).text(); }

} // namespace pw::nfp
